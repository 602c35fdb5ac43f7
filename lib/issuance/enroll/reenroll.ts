import { LatchkeyError } from '#lib/errors.ts'
import { askUser } from '#lib/issuance/ask-directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { statusOfRecords } from '#lib/issuance/status/status.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Requester } from '#lib/model.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { readExtendedKeyUsage } from '#lib/pki/certificate/read-extensions.ts'
import type { RequestedIdentity } from '#lib/policy/policy.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import { auditRefusal, issue } from './enroll.ts'
import { evaluate, readKey, refusalError } from './evaluate.ts'
import type { Issued } from './issuance-request.ts'
import { requireSameHolder } from './renewal-names.ts'

/** A certificate that a client presented and that we issued, with its row in the ledger and its holder. */
export type Presented = {
  readonly der: Uint8Array
  readonly record: CertificateRecord
  readonly owner: Requester
}

/**
 * Finds the ledger's row of a certificate whose key a client proved to hold in its TLS handshake. Compares
 * the whole DER: a certificate of another CA with the same serial, key and other names must not match. Says
 * nothing of its status. Throws LatchkeyError('client_cert_invalid') for a certificate that is not ours.
 */
export async function identify(authority: Authority, presentedDer: Uint8Array): Promise<Presented> {
  const { serial } = readPresented(presentedDer)
  const [record, issued] = await Promise.all([
    authority.ledger.certificate(serial),
    authority.ledger.der(serial),
  ])
  if (record?.state === 'issued' && issued && equalBytes(issued, presentedDer)) {
    return { der: issued, record, owner: ownerAsRequester(record) }
  }
  throw refused('The client certificate is not one that this authority issued.')
}

/**
 * Renews a certificate (RFC 7030 section 4.2.2, except that names of the CSR are ignored). The holder is that
 * of the presented certificate's row in the ledger; only the key is taken from the CSR. Owner, device,
 * account and status are checked again. The old certificate stays good, since clients send the request twice
 * and may lose the answer.
 */
export async function reenroll(
  authority: Authority,
  presented: Presented,
  csrDer: Uint8Array,
): Promise<Issued> {
  const { record, owner: requester } = presented
  const decided = await auditRefusal(authority, requester, 'renewal', async () => {
    await requireGood(authority, record)
    requireInTime(authority, record)
    const csr = readKey(authority, csrDer, 'names nobody')
    const requested = await requestedAgain(authority, presented)
    const { context, decision } = await evaluate(authority, requester, requested)
    if (!decision.allow) throw refusalError(decision.refusal)
    requireSameHolder(csr, decision.content, context)
    await requireRole(authority, record)
    return { request: { csr, requested }, context, content: decision.content }
  })
  const { serial, label, enrollment, signedInAt } = record
  const renews = { serial, label, enrolled: { serial: enrollment, signedInAt } }
  return issue(authority, { ...decided, requester, source: 'renewal', renews, confirmation: null })
}

const DAY_MS = 86_400_000

/**
 * Limits the time from the last sign-in during which renewal works without one. Renewal does not check roles
 * by default, so a copied key could otherwise be renewed for ever.
 */
function requireInTime(
  { policy, now }: Authority,
  { signedInAt, notAfter }: CertificateRecord,
): void {
  const { renewalMaxDays, renewalWindowDays } = policy
  const ageMs = now().getTime() - signedInAt.getTime()
  if (renewalMaxDays > 0 && ageMs > renewalMaxDays * DAY_MS) {
    throw new LatchkeyError(
      'sign_in_again',
      `Nobody signed in for this certificate for more than ${renewalMaxDays} days.`,
      {
        rule: 'renewal_age',
        remedy: 'Sign in and enrol anew; after that it renews by itself again.',
      },
    )
  }
  if (renewalWindowDays === null) return
  const from = new Date(notAfter.getTime() - renewalWindowDays * DAY_MS)
  if (now() >= from) return
  throw new LatchkeyError(
    'too_early',
    `A certificate is renewed in the last ${renewalWindowDays} days before its end.`,
    { rule: 'renewal_window', remedy: `Renew it from ${from.toISOString()} on.` },
  )
}

/** With renewalRoleCheck: the holder must still have the role that the first certificate was issued by. */
async function requireRole(
  { directory, renewalRoleCheck }: Authority,
  { profile, owner }: CertificateRecord,
): Promise<void> {
  if (!renewalRoleCheck || profile === 'application') return
  if (await directory.hasRole(owner.oid, 'CSR.SelfService')) return
  throw new LatchkeyError(
    'missing_role',
    'The role CSR.SelfService was taken away from the holder.',
    {
      rule: 'role',
      remedy: 'Ask IT for the role, then enrol anew.',
    },
  )
}

function readPresented(der: Uint8Array) {
  try {
    return readCertificate(der)
  } catch (cause) {
    if (!(cause instanceof LatchkeyError)) throw cause
    throw refused('The client certificate is not one that this authority issued.')
  }
}

async function requireGood(authority: Authority, record: CertificateRecord): Promise<void> {
  const now = authority.now().getTime()
  if (now < record.notBefore.getTime() || now > record.notAfter.getTime()) {
    throw refused('The client certificate has expired.', 'Enrol anew with your account.')
  }
  const [status] = await statusOfRecords(authority, [record])
  if (status?.state === 'good') return
  if (!status || status.state === 'unknown') {
    throw new LatchkeyError(
      'directory_unavailable',
      'The directory is not answering, so the client certificate cannot be checked.',
      { retryAfterSeconds: 30 },
    )
  }
  throw refused(SENTENCES[status.state])
}

const SENTENCES: Record<Exclude<CertificateStatus['state'], 'good' | 'unknown'>, string> = {
  hold: 'The client certificate is on hold.',
  revoked: 'The client certificate is revoked.',
  expired: 'The client certificate has expired.',
}

/**
 * The role was checked when the first certificate was issued; everything else is checked again by a live
 * look-up.
 */
function ownerAsRequester(record: CertificateRecord): Requester {
  const kind = record.profile === 'application' ? 'app' : 'user'
  const roles = kind === 'app' ? ['CSR.Request.Db'] : ['CSR.SelfService']
  return { kind, tid: record.owner.tid, oid: record.owner.oid, name: record.displayName, roles }
}

/** Gives what the certificate was issued for, in the present spelling of the directory. */
async function requestedAgain(
  authority: Authority,
  { record, der }: Presented,
): Promise<RequestedIdentity> {
  const { subject, subjectAltName, holder } = record
  const commonName = subject.slice('CN='.length)
  const usages = usagesOf(der)
  if (!usages.includes(OID.clientAuth)) {
    throw refused('The presented certificate is not for client authentication.')
  }
  switch (holder.kind) {
    case 'device':
      return { kind: 'device', commonNameId: commonName, uriId: holder.intuneId }
    case 'user': {
      const user = await askUser(authority, holder.oid)
      const upn = user?.upn ?? ''
      const namedByUpn = subjectAltName === `UPN:${commonName}`
      return { kind: 'user', upn, commonName: namedByUpn ? upn : null }
    }
    case 'application':
      return {
        kind: 'application',
        commonName,
        dnsNames: subjectAltName
          .split(', ')
          .filter(Boolean)
          .map((name) => name.slice('DNS:'.length)),
        extendedKeyUsages: usages.includes(OID.serverAuth)
          ? ['clientAuth', 'serverAuth']
          : ['clientAuth'],
      }
  }
}

function refused(
  message: string,
  remedy = 'Renew with the certificate that is in use, or enrol anew.',
) {
  return new LatchkeyError('client_cert_invalid', message, { rule: 'client_certificate', remedy })
}

function usagesOf(der: Uint8Array): readonly string[] {
  const found = readCertificate(der).extensions.find(({ id }) => id === OID.extendedKeyUsage)
  return found ? readExtendedKeyUsage(found.value) : []
}
