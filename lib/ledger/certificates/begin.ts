import type { AuditEvent } from '#lib/audit.ts'
import type { BeginResult, Intent } from '#lib/ledger/ledger.ts'
import { certificateQuotaOf, countUse } from '#lib/ledger/quota.ts'
import type { Operation, Writing } from '#lib/ledger/writing.ts'
import { appendAbout, requireEvent, withFacts } from './change.ts'
import { isUsed, use } from './confirmation.ts'
import { derOf } from './find.ts'
import { rowOfIntent, searchColumns } from './intent-row.ts'
import { sha256Hex } from './rows.ts'
import type { Statements } from './statements.ts'

/** Records an intent, unless something forbids it. Of several obstacles the first in this order is given. */
export function begin(
  statements: Statements,
  intent: Intent,
  event: AuditEvent,
): Operation<BeginResult> {
  requireEvent(event, ['issuance.intended'], intent.serial)
  const device = intent.holder.kind === 'device' ? intent.holder : null
  return async (writing) => {
    const rows = await statements.checks(writing, {
      requestKey: intent.requestKey,
      repeatAfter: intent.repeatAfter.getTime(),
      createdAt: intent.createdAt.getTime(),
      keyThumbprint: intent.keyThumbprint,
      tid: intent.owner.tid,
      oid: intent.owner.oid,
      deviceId: device?.deviceId ?? null,
      intuneId: device?.intuneId ?? null,
      replaces: intent.replaces,
    })
    const known = rows[0]
    if (!known) throw new Error('The checks of an intent gave no row.')
    // Checked before the repeated answer: nothing is given out for a device that is reported lost.
    if (known.lost !== null || known.lostIntune !== null) return { kind: 'device_lost' }
    if (known.answered !== null) return answer(writing, known.answered)
    if (known.pending !== null) {
      return { kind: 'in_progress', since: new Date(known.pending) }
    }
    // Checked before the owner of the key: a leaked key is blocked for everybody.
    if (known.blocked !== null) return { kind: 'key_blocked' }
    if (known.foreign !== null) return { kind: 'key_bound' }
    // Checked after the repeated answer: a finished renewal may have superseded the certificate that it
    // replaced.
    if (known.replacedRevokedOrHeld !== null) return { kind: 'replaced_revoked_or_held' }
    return reserve(statements, writing, intent, event)
  }
}

async function reserve(
  statements: Statements,
  writing: Writing,
  intent: Intent,
  event: AuditEvent,
): Promise<BeginResult> {
  const { confirmation } = intent
  if (confirmation && (await isUsed(statements, writing, confirmation))) {
    return { kind: 'confirmation_used' }
  }
  const quota = await takeOwnerQuota(statements, writing, intent)
  if (quota === 'exceeded') return { kind: 'quota_exceeded' }

  const row = rowOfIntent(intent)
  const { tbs, directorySnapshot: snapshot } = intent
  const given = { ...row, ...searchColumns(row), tbs, snapshot }
  if (!(await statements.insert(writing, given))) {
    if (quota) await statements.returnQuota(writing, quota)
    return { kind: 'serial_taken' }
  }

  if (confirmation) await use(statements, writing, confirmation, intent.createdAt)
  appendAbout(writing, row, withFacts(event, { directoryHash: sha256Hex(snapshot) }))
  return { kind: 'reserved' }
}

type Taken = { readonly principal: string; readonly windowStart: number }

/** Null when no quota applies. */
async function takeOwnerQuota(
  statements: Statements,
  writing: Writing,
  { quota, owner }: Intent,
): Promise<Taken | 'exceeded' | null> {
  if (quota === null) return null
  const principal = certificateQuotaOf(owner)
  const taken = { principal, windowStart: quota.windowStart.getTime() }
  const within = await countUse(statements, writing, { ...taken, max: quota.max })
  return within ? taken : 'exceeded'
}

async function answer({ db }: Writing, id: number): Promise<BeginResult> {
  const { serial } = await db
    .selectFrom('certificate')
    .select('serial')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const der = await derOf(db, serial)
  if (der === null) throw new Error('An issued certificate has no DER.')
  return { kind: 'answered', serial, der }
}
