import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { useConfirmation } from '#lib/issuance/confirmation.ts'
import { orNull } from '#lib/issuance/directory-sync/directory-unavailable.ts'
import { requireOperator, requireOperatorRole } from '#lib/issuance/operator.ts'
import { ownRecord } from '#lib/issuance/own-record.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Confirmation, Requester, RevocationReason } from '#lib/model.ts'
import { type OperatorCode, type OwnerReason, operatorReason } from '#lib/policy/revocation.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'

/**
 * Revokes a certificate of the requester, or of a device that is theirs now, permanently; `withDescendants`
 * also revokes what was renewed from it. `confirmation` is used up; null where there was nothing to confirm. The
 * serial of somebody else and an unknown one give the same LatchkeyError('not_found'), so that serials cannot be
 * probed.
 */
export async function revokeOwn(
  authority: Authority,
  requester: Requester,
  serial: string,
  reason: OwnerReason,
  withDescendants: boolean,
  confirmation: Confirmation | null = null,
): Promise<void> {
  const record = await ownRecord(authority, requester, serial)
  await useConfirmation(authority, confirmation)
  const why = cause(reason, 'by_owner')
  await revokeRecord(authority, record, { actor: requester, reason, why, withDescendants })
}

export type OperatorRevocation = {
  /** The reason code of RFC 5280 section 5.3.1. */
  readonly code: OperatorCode
  /** On whose behalf an application revokes, in its own words; as text for people. */
  readonly revoker: string | null
  /** Whether certificates that were renewed from it are revoked too. */
  readonly withDescendants: boolean
}

/** Revokes or holds anyone's certificate, or ends a hold, for operators. */
export async function revokeAsOperator(
  authority: Authority,
  operator: Requester,
  serial: string,
  { code, revoker, withDescendants }: OperatorRevocation,
): Promise<void> {
  const wanted = operatorReason(code)
  if (wanted === null) {
    await requireOperator(authority, operator)
    const record = await issuedRecord(authority, serial)
    if (await release(authority, operator, record.serial, OPERATOR_HOLDS)) return
    throw new LatchkeyError('not_on_hold', 'The certificate is not on hold.')
  }
  await requireOperatorOrOutage(authority, operator)
  const record = await issuedRecord(authority, serial)
  const name = nameOf(operator)
  const by = revoker === null ? name : `${revoker} through API user ${name}`
  const why = cause(wanted, 'by_operator')
  await revokeRecord(authority, record, {
    actor: operator,
    reason: wanted,
    why,
    withDescendants,
    by,
  })
}

/**
 * A leaked key can be revoked even when the directory does not answer. A disabled operator is refused while
 * it does.
 */
async function requireOperatorOrOutage(authority: Authority, operator: Requester): Promise<void> {
  requireOperatorRole(operator)
  await orNull(() => requireOperator(authority, operator))
}

type Stop = {
  readonly actor: Requester
  readonly reason: RevocationReason
  readonly why: StatusReason
  readonly withDescendants: boolean
  readonly by?: string
}

/**
 * A permanent revocation is not changed, whoever made it, except that its reason may become keyCompromise.
 */
async function revokeRecord(
  authority: Authority,
  record: CertificateRecord,
  { actor, reason, why, withDescendants, by = nameOf(actor) }: Stop,
): Promise<void> {
  if (reason === 'keyCompromise') return reportCompromise(authority, record, actor, by)
  const { serial } = record
  const kind = reason === 'certificateHold' ? 'certificate.held' : 'certificate.revoked'
  const event = auditEvent(authority, kind, actor.oid, serial, { reason, cause: why, by })
  const change = { serial, reason, at: authority.now(), by, cause: why }
  const changed = await authority.ledger.revoke(change, { withDescendants }, event)
  if (changed.length === 0) throw alreadyRevoked()
}

/**
 * Blocks a key that others may know for ever, and revokes in the same transaction all certificates made with
 * it or renewed from those. A certificate that was revoked before keeps its revocation date (RFC 5280 section
 * 5.3.1: the date on which the CA revoked it) and gets the reason keyCompromise.
 */
async function reportCompromise(
  authority: Authority,
  { serial, keyThumbprint, revocation }: CertificateRecord,
  actor: Requester,
  by: string,
): Promise<void> {
  if (revocation?.reason === 'keyCompromise') throw alreadyRevoked()
  const event = auditEvent(authority, 'key.blocked', actor.oid, serial, { keyThumbprint, by })
  const block = { keyThumbprint, at: authority.now(), by }
  const changed = await authority.ledger.blockKey(block, event)
  if (!changed.includes(serial)) throw alreadyRevoked()
}

function nameOf({ name, oid }: Requester): string {
  return name ?? oid
}

function alreadyRevoked(): LatchkeyError {
  return new LatchkeyError('already_revoked', 'The certificate is already revoked.')
}

/** Causes of holds that are written in the ledger. Holds by the directory are not released here. */
const OPERATOR_HOLDS: readonly StatusReason[] = ['lost_device', 'by_operator']

async function release(
  authority: Authority,
  actor: Requester,
  serial: string,
  causes: readonly StatusReason[],
): Promise<boolean> {
  const event = auditEvent(authority, 'certificate.released', actor.oid, serial, {})
  return authority.ledger.release(serial, causes, event)
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
