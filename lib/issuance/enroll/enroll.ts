import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { requireRightClock } from '#lib/issuance/clock.ts'
import { issuerAt } from '#lib/issuance/crl/crl-address.ts'
import type { Intent } from '#lib/ledger/ledger.ts'
import type { Confirmation, Requester, RequestSource } from '#lib/model.ts'
import { buildTbs } from '#lib/pki/certificate/certificate.ts'
import { lintTbs } from '#lib/pki/certificate/lint.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import type { Content } from '#lib/policy/policy.ts'
import { step } from '#lib/telemetry.ts'
import { evaluate, readRequest, refusalError } from './evaluate.ts'
import { intentOf, validityOf } from './intent.ts'
import type { IssuanceRequest, Issued } from './issuance-request.ts'
import { inPlaceOf, replacedRecord, requireHolderOf } from './replaced.ts'
import { signAndDeliver } from './sign.ts'
import { type Taken, takenError } from './taken.ts'

type EnrollOptions = {
  /** Serial of the requester's certificate whose place the new one takes, for the same holder. */
  readonly replaces?: string | null
  /** How the requester confirmed this request; null where nothing was to be confirmed. */
  readonly confirmation?: Confirmation | null
}

/**
 * Answers a CSR with a certificate, in the order of steps that ARCHITECTURE.md numbers. Throws the refusal as
 * LatchkeyError. An error after step 7 leaves a row of the ledger that OCSP reports as revoked, since a
 * signature under its serial may exist.
 */
export async function enroll(
  authority: Authority,
  requester: Requester,
  csrDer: Uint8Array,
  source: RequestSource,
  { replaces = null, confirmation = null }: EnrollOptions = {},
): Promise<Issued> {
  // Steps 1 to 4: who asks, strict parse, context from the live directory, decision. A refusal is audited.
  const { request, context, content, renews } = await auditRefusal(
    authority,
    requester,
    source,
    async () => {
      const request = readRequest(authority, requester, csrDer)
      const replaced =
        replaces === null ? null : await replacedRecord(authority, requester, replaces)
      const { context, decision } = await evaluate(authority, requester, request.requested)
      if (!decision.allow) throw refusalError(decision.refusal)
      const { content } = decision
      if (replaced) requireHolderOf(replaced, content)
      return { request, context, content, renews: replaced && inPlaceOf(replaced) }
    },
  )
  const issuance = { requester, request, context, content, source, renews, confirmation }
  return issue(authority, issuance)
}

const SERIAL_TRIES = 3

/**
 * Steps 5 to 12 for a request that the decision allowed. Where more is under way than the CA key can sign in
 * time it is refused here, before step 7 records anything that would have to be voided.
 */
export async function issue(authority: Authority, issuance: IssuanceRequest): Promise<Issued> {
  await requireRightClock(authority)
  const leave = authority.signer.enter(issuance.requester.oid)
  try {
    return await issueWithPlace(authority, issuance)
  } finally {
    leave()
  }
}

async function issueWithPlace(authority: Authority, issuance: IssuanceRequest): Promise<Issued> {
  const { csr } = issuance.request
  const validity = validityOf(authority, issuance)
  for (let attempt = 0; attempt < SERIAL_TRIES; attempt++) {
    // Step 5: a serial of 128 random bits behind a time prefix; step 7 makes sure it is unique.
    const createdAt = authority.now()
    const serial = makeSerial(createdAt, authority.randomBytes)
    // Step 6: everything but the key comes from profile and directory; lint before signing.
    const leaf = leafOf(issuance.content)
    // The certificate names the partition of `createdAt`, and the ledger counts it there even when the month
    // ends before it is recorded.
    const issuer = issuerAt(authority.issuer, createdAt)
    const tbs = buildTbs(issuer, leaf, csr.key, serial, validity)
    const linted = lintTbs(tbs, issuer, leaf, csr.key)
    authority.failpoint('before-intent')
    // Step 7: record the intent with its audit event, committed.
    const intent = intentOf(authority, issuance, validity, { serial, createdAt, tbs })
    const begun = await step('ledger_write', () =>
      authority.ledger.begin(intent, intended(authority, intent)),
    )
    authority.failpoint('after-intent')
    if (begun.kind === 'serial_taken') continue
    if (begun.kind === 'answered') {
      return { serial: begun.serial, certificate: begun.der, repeated: true }
    }
    if (begun.kind === 'reserved') return signAndDeliver(authority, issuance, intent, linted)
    return refuseTaken(authority, issuance, begun)
  }
  throw new LatchkeyError('internal', 'No free serial number was found.')
}

/** Gives the names that the decision puts into the certificate. */
function leafOf(content: Content) {
  switch (content.profile) {
    case 'device':
      return { kind: 'device', commonName: content.commonName, uri: content.uri } as const
    case 'user':
      return { kind: 'user', commonName: content.commonName, upn: content.upn } as const
    case 'application': {
      const { commonName, dnsNames, extendedKeyUsages } = content
      return { kind: 'application', commonName, dnsNames, extendedKeyUsages } as const
    }
  }
}

function intended(authority: Authority, intent: Intent) {
  const { serial, owner, profile, requestKey, keyThumbprint, tbsHash, source } = intent
  const facts = {
    profile,
    source,
    holder: JSON.stringify(intent.holder),
    requestKey,
    keyThumbprint,
    tbsHash,
    notAfter: intent.notAfter.getTime(),
  }
  return auditEvent(authority, 'issuance.intended', owner.oid, serial, facts)
}

async function refuseTaken(
  authority: Authority,
  issuance: IssuanceRequest,
  begun: Taken,
): Promise<never> {
  return auditRefusal(authority, issuance.requester, issuance.source, () => {
    throw takenError(begun, issuance.source, authority.now())
  })
}

/** Runs the steps that decide. A refusal is written to the audit chain before it is answered. */
export async function auditRefusal<T>(
  authority: Authority,
  requester: Requester,
  source: RequestSource,
  decideIt: () => T | Promise<T>,
): Promise<T> {
  try {
    return await decideIt()
  } catch (error) {
    if (error instanceof LatchkeyError) {
      const facts = { code: error.code, rule: error.rule, source, tenant: requester.tid }
      await authority.ledger.audit(
        auditEvent(authority, 'request.refused', requester.oid, null, facts),
      )
    }
    throw error
  }
}
