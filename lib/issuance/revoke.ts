import { LatchkeyError } from '#lib/errors.ts'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { Requester, RevocationReason } from '#lib/model.ts'
import { type OperatorCode, type OwnerReason, operatorReason } from '#lib/policy/revocation.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { requireOperator } from './operator.ts'
import { type Knowledge, statusOfRecords } from './status.ts'

/**
 * Revokes one of the requester's own certificates, for good. A stranger's serial and an unknown
 * one are the same "not found", so that serials cannot be probed.
 */
export async function revokeOwn(
  authority: Authority,
  requester: Requester,
  serial: string,
  reason: OwnerReason,
): Promise<void> {
  const record = await ownRecord(authority, requester, serial)
  await revokeRecord(authority, record, requester, reason, cause(reason, 'by_owner'))
}

/** Puts every live certificate of the requester's lost device on hold; gives their serials. */
export async function holdDevice(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<readonly string[]> {
  const lost = await ownRecord(authority, requester, serial)
  const held: string[] = []
  for (const record of await sameHolder(authority, requester, lost)) {
    if (record.revocation !== null || (await revokedSince(authority, record))) continue
    await stop(authority, record, requester, 'certificateHold', 'lost_device')
    held.push(record.serial)
  }
  if (held.length > 0) return held
  throw new LatchkeyError('already_revoked', 'Every certificate of this device is stopped already.')
}

/** Ends the hold that the requester set on their own device; gives the serials that are free again. */
export async function releaseDevice(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<readonly string[]> {
  const found = await ownRecord(authority, requester, serial)
  const released: string[] = []
  for (const record of await sameHolder(authority, requester, found)) {
    if (record.revocation?.cause !== 'lost_device') continue
    if (await release(authority, requester, record.serial)) released.push(record.serial)
  }
  if (released.length > 0) return released
  throw new LatchkeyError('not_on_hold', 'No certificate of this device is on hold because of you.')
}

/** Revokes or holds anyone's certificate, or ends a hold, for operators. `code` is of RFC 5280 section 5.3.1. */
export async function revokeAsOperator(
  authority: Authority,
  operator: Requester,
  serial: string,
  code: OperatorCode,
  revoker: string | null,
): Promise<void> {
  requireOperator(operator)
  const record = await issuedRecord(authority, serial)
  const wanted = operatorReason(code)
  if (wanted === null) {
    if (await release(authority, operator, record.serial)) return
    throw new LatchkeyError('not_on_hold', 'The certificate is not on hold.')
  }
  const name = nameOf(operator)
  const by = revoker === null ? name : `${revoker} through API user ${name}`
  await revokeRecord(authority, record, operator, wanted, cause(wanted, 'by_operator'), by)
}

/** What is revoked for good stays as it is, whoever did it; but a key may still turn out to be known. */
async function revokeRecord(
  authority: Authority,
  record: CertificateRecord,
  actor: Requester,
  reason: RevocationReason,
  why: StatusReason,
  by = nameOf(actor),
): Promise<void> {
  const since = await revokedSince(authority, record)
  if (reason === 'keyCompromise') return reportCompromise(authority, record, { actor, by, since })
  if (since !== null) throw alreadyRevoked()
  await stop(authority, record, actor, reason, why, by)
}

/** A revocation does not wait for the directory: what is stored of it is enough. */
const WITHOUT_ASKING: Knowledge = { readAt: null, isFresh: false }

/** When it was revoked for good, by a person or by the directory; null when it is not. */
async function revokedSince(authority: Authority, record: CertificateRecord): Promise<Date | null> {
  const [status] = await statusOfRecords(authority, [record], WITHOUT_ASKING)
  return status?.state === 'revoked' ? status.since : null
}

type Report = { readonly actor: Requester; readonly by: string; readonly since: Date | null }

/**
 * A key that others may know is blocked for ever, and all that was made with it is revoked in the
 * same transaction. What was revoked before stays revoked from then on (RFC 5280 section 5.3.1:
 * the date is when the CA revoked it), and now for this reason.
 */
async function reportCompromise(
  authority: Authority,
  { serial, keyThumbprint, revocation }: CertificateRecord,
  { actor, by, since }: Report,
): Promise<void> {
  if (revocation?.reason === 'keyCompromise') throw alreadyRevoked()
  const event = auditEvent(authority, 'key.blocked', actor.oid, serial, { keyThumbprint, by })
  const at = authority.now()
  const block = { keyThumbprint, at, by, revokedSince: since }
  const changed = await authority.ledger.blockKey(block, event)
  if (!changed.includes(serial)) throw alreadyRevoked()
}

async function stop(
  authority: Authority,
  { serial }: CertificateRecord,
  actor: Requester,
  reason: RevocationReason,
  why: StatusReason,
  by = nameOf(actor),
): Promise<void> {
  const kind = reason === 'certificateHold' ? 'certificate.held' : 'certificate.revoked'
  const event = auditEvent(authority, kind, actor.oid, serial, { reason, cause: why, by })
  const change = { serial, reason, at: authority.now(), by, cause: why }
  if (!(await authority.ledger.revoke(change, event))) throw alreadyRevoked()
}

function nameOf({ name, oid }: Requester): string {
  return name ?? oid
}

function alreadyRevoked(): LatchkeyError {
  return new LatchkeyError('already_revoked', 'The certificate is already revoked.')
}

async function release(authority: Authority, actor: Requester, serial: string): Promise<boolean> {
  const event = auditEvent(authority, 'certificate.released', actor.oid, serial, {})
  return authority.ledger.release(serial, authority.now(), event)
}

function cause(reason: RevocationReason, otherwise: StatusReason): StatusReason {
  if (reason === 'keyCompromise') return 'key_compromise'
  return reason === 'superseded' ? 'superseded' : otherwise
}

async function issuedRecord(authority: Authority, serial: string): Promise<CertificateRecord> {
  const record = await authority.ledger.certificate(serial)
  if (record && record.fingerprint !== null) return record
  throw new LatchkeyError('not_found', 'Certificate not found.')
}

async function ownRecord(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<CertificateRecord> {
  const record = await authority.ledger.certificate(serial)
  const mine = record?.owner.tid === requester.tid && record.owner.oid === requester.oid
  if (record && mine && record.fingerprint !== null) return record
  throw new LatchkeyError('not_found', 'There is no such certificate, or it is not yours.')
}

/** All issued certificates of the requester that name the same device or the same person. */
async function sameHolder(
  authority: Authority,
  requester: Requester,
  wanted: CertificateRecord,
): Promise<readonly CertificateRecord[]> {
  const key = holderKey(wanted)
  const found: CertificateRecord[] = []
  let after: string | null = null
  do {
    const owner = { tid: requester.tid, oid: requester.oid }
    const page: readonly CertificateRecord[] = await authority.ledger.certificatesOf(owner, after)
    found.push(...page.filter((record) => record.state === 'issued' && holderKey(record) === key))
    after = page.at(-1)?.serial ?? null
  } while (after !== null)
  return found
}

function holderKey({ holder }: CertificateRecord): string {
  return holder.kind === 'device'
    ? `device:${holder.deviceId ?? holder.intuneId}`
    : `${holder.kind}:${holder.oid}`
}
