import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { AuditEvent } from '#lib/audit.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { RevokedOrHeld } from '#lib/ledger/status-ledger.ts'
import type { LostCertificate } from '#lib/ledger/traces.ts'
import type { RevocationReason } from '#lib/model.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { serialMadeAt } from '#lib/pki/certificate/serial.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import { isSignedBy } from '#lib/relying-party/ca.ts'
import type { Loss } from './loss.ts'
import { type CertificateLine, compareLog } from './signatures.ts'

type Files = { readonly log: string; readonly publishedCrl: string }

type Revocations = ReadonlyMap<string, LostCertificate['revocation']>

/**
 * Goes on without what a ledger lost, so that no certificate that it had revoked becomes good: every
 * certificate that only the signer's log or the last CRL knows is entered as revoked; what the CRL lists is
 * revoked or held in a ledger that was restored from a backup; and CRL numbers continue above the signed
 * ones. Blocked keys and the holders of certificates are lost for good. The first audit event says what was
 * lost.
 */
export async function acceptLoss(
  ledger: Ledger,
  issuer: Issuer,
  loss: Loss,
  files: Files,
  now: Date,
): Promise<void> {
  const crl = readPublished(files.publishedCrl, issuer)
  await ledger.audit(accepted(loss, crl, now))
  const revocations: Revocations = new Map(
    crl?.entries.map(({ serial, at, reason }) => [serial, { at, reason: reason ?? 'unspecified' }]),
  )
  for await (const { unknown } of compareLog(ledger, files.log, loss.from)) {
    const lost = unknown.map((line) => lostOf(line, revocations.get(line.serial), issuer, now))
    if (lost.length > 0) await ledger.enterLost(lost, now)
  }
  await revokeAsPublished(ledger, issuer, revocations, now)
  const numbers = new Map(loss.crlNumbers)
  if (crl) numbers.set(issuer.id, Math.max(Number(crl.number), numbers.get(issuer.id) ?? 0))
  for (const [issuerId, number] of numbers) await ledger.nextCrlNumber(issuerId, number + 1)
}

function accepted({ kind, before, first, last, ...loss }: Loss, crl: Crl | null, at: Date) {
  const facts = {
    what: kind,
    ledgerBefore: before?.ledger ?? null,
    sequenceBefore: before?.sequence ?? null,
    headBefore: before?.hash ?? null,
    certificates: loss.certificates,
    firstSerial: first?.serial ?? null,
    firstSignedAt: first?.at ?? null,
    lastSerial: last?.serial ?? null,
    lastSignedAt: last?.at ?? null,
    crlNumber: Math.max(0, ...loss.crlNumbers.values()),
    crlEntries: crl?.entries.length ?? null,
  }
  const event: AuditEvent = { kind: 'ledger.accepted', at, actor: 'operator', serial: null, facts }
  return event
}

/** Null when no CRL was kept, and for one of another CA. */
function readPublished(file: string, issuer: Issuer): Crl | null {
  if (!existsSync(file)) return null
  const crl = readCrl(new Uint8Array(readFileSync(file)))
  const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  return isSignedBy(key, crl) ? crl : null
}

function lostOf(
  { issuer: issuerId, serial, tbs, at, notAfter }: CertificateLine,
  revocation: LostCertificate['revocation'] | undefined,
  issuer: Issuer,
  now: Date,
): LostCertificate {
  return {
    issuerId,
    serial,
    tbsHash: tbs,
    // The month of its partition.
    createdAt: serialMadeAt(serial) ?? new Date(at),
    notAfter: notAfter === null ? issuer.notAfter : new Date(notAfter),
    revocation: forGood(revocation, now),
  }
}

/** A hold becomes a permanent revocation, since nobody knows who might release it. */
function forGood(revocation: LostCertificate['revocation'] | undefined, now: Date) {
  if (!revocation) return { at: now, reason: 'unspecified' as const }
  const { at, reason } = revocation
  return { at, reason: reason === 'certificateHold' ? ('unspecified' as const) : reason }
}

const PAGE = 500

/**
 * Revokes or holds what the CRL lists. A hold may have been the directory's, so it is not set where the
 * ledger has a reason of its own. Any other hold is set as if by a person: an unnecessary hold is better than
 * a certificate that is good by mistake.
 */
async function revokeAsPublished(
  ledger: Ledger,
  issuer: Issuer,
  revocations: Revocations,
  now: Date,
): Promise<void> {
  const revokedOrHeld = await revokedOrHeldSerials(ledger, issuer, now)
  const published = [...revocations]
  for (let start = 0; start < published.length; start += PAGE) {
    const page = published.slice(start, start + PAGE)
    const records = await ledger.certificatesBySerial(page.map(([serial]) => serial))
    const own = new Set(
      records.filter((one) => one.issuerId === issuer.id).map((one) => one.serial),
    )
    const lost = page.filter(([serial]) => !own.has(serial))
    await ledger.enterLost(
      lost.map(([serial, revocation]) => onlyPublished(serial, revocation, issuer, now)),
      now,
    )
    await Promise.all(
      page
        .filter(
          ([serial, { reason }]) =>
            own.has(serial) && !(isHold(reason) && revokedOrHeld.has(serial)),
        )
        .map(([serial, { at, reason }]) => {
          const kind = isHold(reason) ? 'certificate.held' : 'certificate.revoked'
          const facts = { cause: 'ledger_lost', reason }
          // An operator may release a hold that the last CRL had.
          const cause = isHold(reason) ? 'by_operator' : null
          return ledger.revoke(
            { serial, reason, at, by: 'Latchkey', cause },
            { withDescendants: false },
            { kind, at: now, actor: 'authority', serial, facts },
          )
        }),
    )
  }
}

function isHold(reason: RevocationReason): boolean {
  return reason === 'certificateHold'
}

function onlyPublished(
  serial: string,
  revocation: LostCertificate['revocation'],
  issuer: Issuer,
  now: Date,
): LostCertificate {
  return {
    issuerId: issuer.id,
    serial,
    tbsHash: '',
    createdAt: serialMadeAt(serial) ?? now,
    notAfter: issuer.notAfter,
    revocation: forGood(revocation, now),
  }
}

async function revokedOrHeldSerials(
  ledger: Ledger,
  issuer: Issuer,
  since: Date,
): Promise<ReadonlySet<string>> {
  const serials = new Set<string>()
  for (let after: string | null = null; ; ) {
    const page: readonly RevokedOrHeld[] = await ledger.revokedOrHeld({
      issuerId: issuer.id,
      since,
      after,
      limit: PAGE,
    })
    for (const { serial } of page) serials.add(serial)
    after = page.at(-1)?.serial ?? null
    if (page.length < PAGE) return serials
  }
}
