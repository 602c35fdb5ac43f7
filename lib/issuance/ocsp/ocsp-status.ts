import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { statusOfRecords } from '#lib/issuance/status/status.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { CertId } from '#lib/pki/ocsp/ocsp.ts'
import type { OcspStatus, SingleResponse } from '#lib/pki/ocsp/ocsp-response.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'

export type OcspSettings = {
  /** Seconds from the last directory sync to nextUpdate of a "good" response. */
  readonly goodSeconds: number
  /**
   * Seconds to nextUpdate for a certificate on hold, which is how late relying parties see the end of a hold.
   */
  readonly holdSeconds: number
}

/** Milliseconds to nextUpdate for a permanent revocation. */
const REVOKED_MS = 3_600_000
/** Milliseconds to nextUpdate for an unknown serial, which may be issued soon. */
const UNKNOWN_MS = 60_000

/**
 * Gives the SingleResponse for each CertID, all of which name this issuer. Null when a status cannot be
 * known: the directory was not read within its budget, so "good" would be a guess. `ownSerials` are those of
 * the CA's and the responder's own certificates.
 */
export async function singleResponses(
  authority: StatusAuthority,
  settings: OcspSettings,
  certIds: readonly CertId[],
  ownSerials: readonly string[],
): Promise<readonly SingleResponse[] | null> {
  const records = await recordsOf(authority, certIds)
  const statuses = await statusOfRecords(authority, records)
  const now = authority.now()
  const bySerial = new Map(records.map(({ serial }, index) => [serial, statuses[index]]))
  const responses: SingleResponse[] = []
  for (const { bytes, serial } of certIds) {
    const status = serial === null ? undefined : bySerial.get(serial)
    const said =
      serial !== null && ownSerials.includes(serial)
        ? { status: GOOD, from: now, forMs: settings.goodSeconds * 1000 }
        : say(status, { authority, settings, now })
    if (said === null) return null
    const nextUpdate = new Date(said.from.getTime() + said.forMs)
    if (nextUpdate.getTime() - now.getTime() < 1000) return null
    responses.push({ certId: bytes, status: said.status, thisUpdate: said.from, nextUpdate })
  }
  return responses
}

const GOOD: OcspStatus = { kind: 'good' }

async function recordsOf(
  { ledger, issuer }: StatusAuthority,
  certIds: readonly CertId[],
): Promise<readonly CertificateRecord[]> {
  const serials = certIds.flatMap(({ serial }) => (serial === null ? [] : [serial]))
  const [first, ...others] = serials
  if (first === undefined) return []
  const one = others.length === 0 ? await ledger.certificate(first) : null
  // Another CA may have issued a certificate with the same serial later.
  const found = one?.issuerId === issuer.id ? [one] : await ledger.certificatesBySerial(serials)
  // A certificate that was only intended may never be signed.
  return found.filter(({ state, issuerId }) => state !== 'pending' && issuerId === issuer.id)
}

type Said = { readonly status: OcspStatus; readonly from: Date; readonly forMs: number }

type Context = {
  readonly authority: StatusAuthority
  readonly settings: OcspSettings
  readonly now: Date
}

function say(status: CertificateStatus | undefined, context: Context): Said | null {
  const { now, settings } = context
  if (status === undefined) return { status: { kind: 'unknown' }, from: now, forMs: UNKNOWN_MS }
  switch (status.state) {
    // RFC 6960 section 2.2: "good" says that the certificate is not revoked, not that it is still valid.
    case 'expired':
    case 'good':
      return fromSync(GOOD, status, settings.goodSeconds, context)
    case 'hold':
      return fromSync(revoked(status), status, settings.holdSeconds, context)
    case 'revoked':
      return { status: revoked(status), from: now, forMs: REVOKED_MS }
    case 'unknown':
      return null
  }
}

/** thisUpdate is when the directory was read; nextUpdate is at most the directory budget later. */
function fromSync(
  said: OcspStatus,
  { asOf, by }: CertificateStatus,
  seconds: number,
  { authority, now }: Context,
): Said {
  const budgetMs = authority.directoryBudgetMs
  const isStale = now.getTime() - asOf.getTime() > budgetMs
  // A hold that a person set does not depend on the directory.
  const from = isStale && said.kind === 'revoked' && by !== null ? now : asOf
  return { status: said, from, forMs: Math.min(seconds * 1000, budgetMs) }
}

function revoked({ since, asOf, code }: CertificateStatus): OcspStatus {
  return { kind: 'revoked', at: since ?? asOf, reason: code }
}
