import type { AuditEvent, AuditKind } from '#lib/audit.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { REVOCATION_REASONS } from '#lib/model.ts'
import type { DirectoryWriter } from './directory-store.ts'
import type { Operation, Writing } from './group-commit.ts'
import type { BeginResult, Completion, Intent } from './ledger.ts'
import { countUse } from './quota.ts'
import {
  type HashedRow,
  rowHash,
  rowOfIntent,
  type StoredRow,
  searchText,
  sha256Hex,
  toBytes,
} from './rows.ts'
import type { Statements } from './statements.ts'
import type { Observation } from './status-ledger.ts'

/**
 * The life of a certificate row. Each function gives an operation for the group commit; there, all
 * writers of all replicas take turns, so what an operation has read is still true when it writes.
 */

/** For people: nobody asked for it, Latchkey did it by itself. */
const VOIDED_BY = 'Latchkey'

export function begin(
  statements: Statements,
  intent: Intent,
  event: AuditEvent,
): Operation<BeginResult> {
  requireEvent(event, ['issuance.intended'], intent.serial)
  return async (writing) => {
    const { rows } = await statements.checks(writing.db, {
      requestKey: intent.requestKey,
      repeatAfter: intent.repeatAfter.getTime(),
      now: intent.createdAt.getTime(),
      keyThumbprint: intent.keyThumbprint,
      tid: intent.owner.tid,
      oid: intent.owner.oid,
    })
    const known = rows[0]
    if (known && known.answered !== null) return answer(statements, writing, known.answered)
    if (known && known.pending !== null) return { kind: 'in_progress' }
    // First, because it is true for everybody: a new owner cannot mend a key that leaked.
    if (known && known.blocked !== null) return { kind: 'key_blocked' }
    if (known && known.foreign !== null) return { kind: 'key_bound' }

    const quota = await takeOwnerQuota(statements, writing, intent)
    if (quota === 'exceeded') return { kind: 'quota_exceeded' }

    const row = rowOfIntent(intent)
    const inserted = await statements.insert(writing.db, { ...row, search: searchText(row) })
    const id = inserted.rows[0]?.id
    if (id === undefined) {
      if (quota) await statements.returnQuota(writing.db, quota)
      return { kind: 'serial_taken' }
    }

    await statements.insertTbs(writing.db, {
      id,
      tbs: intent.tbs,
      snapshot: intent.directorySnapshot,
    })
    const directoryHash = sha256Hex(intent.directorySnapshot)
    await appendAbout(writing, row, withFacts(event, { directoryHash }))
    return { kind: 'reserved' }
  }
}

export function complete(
  statements: Statements,
  directory: DirectoryWriter,
  done: Completion,
  event: AuditEvent,
  seen: Observation | undefined,
): Operation<void> {
  requireEvent(event, ['certificate.issued'], done.serial)
  return async (writing) => {
    const row = await find(statements, writing, done.serial)
    if (row?.state !== 'pending') {
      throw new LatchkeyError(
        'internal',
        'The certificate was withdrawn before it was finished. Ask for it again.',
      )
    }
    const at = done.at.getTime()
    // First, so that the certificate gets its mark from it.
    if (seen) await directory.see(writing, seen, null)
    await statements.issue(writing.db, { id: row.id, fingerprint: done.fingerprint, at })
    await statements.storeDer(writing.db, { id: row.id, der: done.der })
    const issued = {
      ...row,
      state: 'issued',
      fingerprint: done.fingerprint,
      issued_at: at,
    } as const
    // The version of all statuses stays: nobody keeps that a serial is unknown, and each busy hour of
    // issuance would make all that is kept worthless.
    await appendAbout(writing, issued, event)
  }
}

/** Nothing happens when there is no such row, or when the sweeper came first. */
export function voidCertificate(
  statements: Statements,
  serial: string,
  at: Date,
  event: AuditEvent,
): Operation<void> {
  requireEvent(event, ['certificate.voided'], serial)
  return async (writing) => {
    const row = await find(statements, writing, serial)
    if (row && row.state !== 'void') await voidRow(writing, row, at, event)
  }
}

export async function voidRow(
  writing: Writing,
  row: StoredRow,
  at: Date,
  event: AuditEvent,
): Promise<void> {
  const final = row.revoked_at !== null && !isHeld(row)
  await change(
    writing,
    row,
    {
      state: 'void',
      // What was revoked for a reason stays revoked for it.
      ...(!final && {
        revoked_at: at.getTime(),
        revocation_reason: REVOCATION_REASONS.cessationOfOperation,
        revoked_by: VOIDED_BY,
        revoked_cause: 'not_delivered',
      }),
    },
    event,
  )
}

/** Changes a row and appends the event that says so: a revocation, a hold, its end, or void. */
export async function change(
  writing: Writing,
  row: StoredRow,
  changes: Partial<HashedRow>,
  event: AuditEvent,
): Promise<void> {
  await writing.db.updateTable('certificate').set(changes).where('id', '=', row.id).execute()
  await appendAbout(writing, { ...row, ...changes }, event)
  writing.statusChanged()
}

export async function find(
  statements: Statements,
  writing: Writing,
  serial: string,
): Promise<StoredRow | undefined> {
  const { rows } = await statements.bySerial(writing.db, { serial })
  return rows[0]
}

export function isHeld(row: HashedRow): boolean {
  return row.revocation_reason === REVOCATION_REASONS.certificateHold
}

/** An event that does not fit its change is a bug of the caller, found before anything is written. */
export function requireEvent(event: AuditEvent, kinds: readonly AuditKind[], serial: string): void {
  if (kinds.includes(event.kind) && event.serial === serial) return
  throw new Error(`${event.kind} of ${event.serial} is not the event of this change of ${serial}`)
}

export function withFacts(event: AuditEvent, facts: AuditEvent['facts']): AuditEvent {
  return { ...event, facts: { ...event.facts, ...facts } }
}

function appendAbout(writing: Writing, row: HashedRow, event: AuditEvent): Promise<void> {
  return writing.append(withFacts(event, { rowHash: rowHash(row) }))
}

type Taken = { readonly principal: string; readonly windowStart: number }

/** Null when nothing is to be counted. */
async function takeOwnerQuota(
  statements: Statements,
  { db }: Writing,
  { quota, owner }: Intent,
): Promise<Taken | 'exceeded' | null> {
  if (quota === null) return null
  const principal = `certificates:${owner.tid}:${owner.oid}`
  const taken = { principal, windowStart: quota.windowStart.getTime() }
  const within = await countUse(statements, db, { ...taken, max: quota.max })
  return within ? taken : 'exceeded'
}

async function answer(statements: Statements, { db }: Writing, id: number): Promise<BeginResult> {
  const [stored, row] = [
    await statements.der(db, { id }),
    await db.selectFrom('certificate').select('serial').where('id', '=', id).executeTakeFirst(),
  ]
  const der = stored.rows[0]?.der
  if (!der || !row) throw new Error('An issued certificate has no DER.')
  return { kind: 'answered', serial: row.serial, der: toBytes(der) }
}
