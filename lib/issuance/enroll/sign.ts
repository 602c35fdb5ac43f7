import { X509Certificate } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { readStored, type Stored } from '#lib/issuance/directory-sync/apply.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { publicKeyOf } from '#lib/issuance/public-key.ts'
import type { Intent } from '#lib/ledger/ledger.ts'
import { assemble, isSignedTbs } from '#lib/pki/certificate/certificate.ts'
import type { LintedTbs } from '#lib/pki/certificate/linted.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { oncePer } from '#lib/pki/once-per.ts'
import { keysOf } from '#lib/policy/holder.ts'
import type { DecisionContext } from '#lib/policy/policy.ts'
import { step, tell } from '#lib/telemetry.ts'
import { completePlan } from './complete-plan.ts'
import { evaluate } from './evaluate.ts'
import type { IssuanceRequest, Issued } from './issuance-request.ts'
import { deviceLost } from './taken.ts'

/**
 * Steps 8 to 12 of the issuance cycle. Only linted bytes can be signed. After an error the serial is voided:
 * a signature under it may exist, so OCSP and CRL report it as revoked.
 */
export async function signAndDeliver(
  authority: Authority,
  issuance: IssuanceRequest,
  intent: Intent,
  linted: LintedTbs,
): Promise<Issued> {
  const { serial } = intent
  try {
    // Step 8: sign.
    const signature = await step('ca_signature', () => authority.signer.sign(linted.tbs))
    authority.failpoint('after-sign')
    const certificate = assemble(linted, authority.signer.algorithm, signature)
    // Step 9: what was signed is what was linted, and OpenSSL reads and verifies it.
    checkSigned(authority, linted, certificate)
    authority.failpoint('after-check')
    // Step 10: the rules are evaluated once more with the directory's present answers. What is stored of the holder is
    // read meanwhile: for many at once, while their answers come one by one.
    const [context, stored] = await Promise.all([
      checkStillAllowed(authority, issuance),
      readStored(authority, keysOf(intent.holder, authority.policy)),
    ])
    // Step 11: record the certificate with its audit event, committed. The observations of step 10 are stored in
    // the same transaction, so that no stored object contradicts the certificate from its first moment.
    await record(authority, intent, certificate, context, stored)
    authority.failpoint('after-record')
    // Step 12: answer.
    return { serial, certificate, repeated: false }
  } catch (error) {
    await voidQuietly(authority, intent, error)
    throw error
  }
}

/**
 * A row that cannot be voided, because the ledger does not answer, stays PENDING, and the same request waits for it.
 * It is tried again for a while; where this process ends before, voidStale voids it when it is old enough.
 */
async function voidQuietly(authority: Authority, intent: Intent, error: unknown): Promise<void> {
  const code = error instanceof LatchkeyError ? error.code : 'internal'
  const { serial, owner } = intent
  const event = () => auditEvent(authority, 'certificate.voided', owner.oid, serial, { code })
  try {
    await authority.ledger.void(serial, authority.now(), event())
  } catch {
    // The first error is the one to report. What was committed unseen is given out at the next try, so from here
    // on only a row that is still PENDING becomes void.
    voidLater(() => authority.ledger.voidPending(serial, authority.now(), event()), VOID_TRIES)
  }
}

const VOID_EVERY_MS = 5000
const VOID_TRIES = 24

function voidLater(attempt: () => Promise<void>, tries: number): void {
  if (tries === 0) return
  setTimeout(() => {
    attempt().catch(() => voidLater(attempt, tries - 1))
  }, VOID_EVERY_MS).unref()
}

/** How often the step is repeated because another writer changed the same rows. */
const TRIES = 5

/**
 * Completes the row in one transaction, in which the ledger checks what changed since the intent: a report or
 * hold of the holder, a revocation of the renewed certificate, a block of the key, a change of an object.
 * Throws the reason that forbids the certificate; the caller voids it.
 */
async function record(
  authority: Authority,
  intent: Intent,
  certificate: Uint8Array,
  context: DecisionContext,
  stored: Stored,
): Promise<void> {
  const { serial, owner, holder } = intent
  const fingerprint = sha256Hex(certificate)
  const event = auditEvent(authority, 'certificate.issued', owner.oid, serial, { fingerprint })
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = attempt === 0 ? stored : null
    const { plan, isMarked } = await completePlan(authority, intent, context, before)
    const done = { serial, holder, der: certificate, fingerprint, at: authority.now(), isMarked }
    const result = await step('ledger_write', () => authority.ledger.complete(done, event, plan))
    switch (result) {
      case 'completed':
        tell({ kind: 'issued', profile: intent.profile, source: intent.source })
        return
      case 'conflict':
        continue
      case 'device_lost':
        throw deviceLost()
      default:
        throw revokedOrHeldMeanwhile()
    }
  }
  throw new LatchkeyError('in_progress', 'The directory tells of this holder all the time.', {
    retryAfterSeconds: 1,
    remedy: 'Send the same request again in a moment.',
  })
}

function revokedOrHeldMeanwhile(): LatchkeyError {
  return new LatchkeyError(
    'ownership_changed',
    'Something stopped certificates of this holder while this one was being made.',
    { rule: 'holder', remedy: 'Look at the holder’s certificates in the portal, then try again.' },
  )
}

function checkSigned(authority: Authority, linted: LintedTbs, certificate: Uint8Array): void {
  const issuerKey = issuerKeyOf(authority.issuer)
  if (isSignedTbs(certificate, linted) && new X509Certificate(certificate).verify(issuerKey)) return
  throw new LatchkeyError('signer_unavailable', 'The signer gave a signature that does not verify.')
}

const issuerKeyOf = oncePer(({ spki }: Issuer) => publicKeyOf(spki))

async function checkStillAllowed(
  authority: Authority,
  issuance: IssuanceRequest,
): Promise<DecisionContext> {
  const { context, decision } = await evaluate(
    authority,
    issuance.requester,
    issuance.request.requested,
    issuance.context.devices,
  )
  if (decision.allow) return context
  throw new LatchkeyError(
    'ownership_changed',
    'The directory changed while the certificate was being made, so it was not given out.',
    { rule: decision.refusal.rule, remedy: decision.refusal.message },
  )
}
