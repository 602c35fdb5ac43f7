import { sql } from 'kysely'
import type { AuditEvent } from '#lib/audit.ts'
import type { DeviceRef, LostReport, PersonHold } from '#lib/ledger/ledger.ts'
import { HELD_AS_LOST } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { Operation, Writing } from '#lib/ledger/writing.ts'
import { change, isHeld, NOT_REVOKED, revoked, selectRows, voidRow, withFacts } from './change.ts'
import { rowsOfHolder, type WantedHolder } from './holder.ts'
import { reportsOf } from './reports.ts'

/** Reports of lost devices, and the holds that they cause. */

const CAUSE = 'lost_device'

export function reportLost(report: LostReport, event: AuditEvent): Operation<readonly string[]> {
  const { deviceId, intuneId, at, reporterOid, by } = report
  requireDevice(report)
  requireKind(event, 'device.reported_lost')
  return async (writing) => {
    const { db, append } = writing
    const known = await reportsOf(db, report)
    // A second report of the same device does not change the first.
    if (!known.some((one) => one.device_id === deviceId && one.intune_id === intuneId)) {
      await db
        .insertInto('lost_device')
        .values({
          device_id: deviceId,
          intune_id: intuneId,
          reported_at: at.getTime(),
          reporter_oid: reporterOid,
          reported_by: storable(by),
        })
        .execute()
    }
    append(withFacts(event, { deviceId, intuneId }))
    return holdAll(writing, { kind: 'device', deviceId, intuneId }, { at, by }, event)
  }
}

export function holdPerson(hold: PersonHold, event: AuditEvent): Operation<readonly string[]> {
  requireKind(event, 'person.held')
  return async (writing) => {
    writing.append(withFacts(event, { oid: hold.oid }))
    return holdAll(writing, { kind: 'user', oid: hold.oid }, hold, event)
  }
}

export function withdrawReport(
  device: DeviceRef,
  event: AuditEvent,
): Operation<readonly string[] | null> {
  requireDevice(device)
  requireKind(event, 'device.report_withdrawn')
  return async (writing) => {
    const { db, append } = writing
    const reports = await reportsOf(db, device)
    if (reports.length === 0) return null
    const numbers = reports.map(({ id }) => id)
    await db.deleteFrom('lost_device').where('id', 'in', numbers).execute()
    append(withFacts(event, { deviceId: device.deviceId, intuneId: device.intuneId }))
    const freed: string[] = []
    const named = reports.map((one) => ({ deviceId: one.device_id, intuneId: one.intune_id }))
    for (const one of [device, ...named]) freed.push(...(await releaseAll(writing, one, event)))
    return freed
  }
}

const REVOKED_AT_ONCE_MAX = 100

/**
 * Turns the oldest holds of what was reported lost into revocations. The actor is nobody: the time for an undo
 * has run out.
 */
export function revokeLost(before: Date, now: Date): Operation<readonly string[]> {
  return async (writing) => {
    const rows = await heldAsLostQuery(writing.db, before, REVOKED_AT_ONCE_MAX).execute()
    for (const row of rows) {
      const reason = 'cessationOfOperation'
      const changes = revoked({ at: now, reason, by: row.revoked_by ?? '', cause: CAUSE })
      await change(writing, row, changes, {
        kind: 'certificate.revoked',
        at: now,
        actor: 'authority',
        serial: row.serial,
        facts: { cause: CAUSE, reason, heldAt: row.revoked_at },
      })
    }
    return rows.map(({ serial }) => serial)
  }
}

export function heldAsLostQuery(db: Database, before: Date, limit: number) {
  return selectRows(db)
    .where(sql<boolean>`${sql.raw(HELD_AS_LOST)}`)
    .where('revoked_at', '<=', before.getTime())
    .where('state', '=', sql.lit('issued'))
    .orderBy('revoked_at')
    .limit(limit)
}

/**
 * Puts issued certificates on hold and voids pending ones. Those revoked or on hold already are not changed.
 */
async function holdAll(
  writing: Writing,
  holder: WantedHolder,
  { at, by }: { readonly at: Date; readonly by: string },
  cause: AuditEvent,
): Promise<readonly string[]> {
  const held: string[] = []
  for (const row of await rowsOfHolder(writing.db, holder, Number.MAX_SAFE_INTEGER)) {
    const about = { at: cause.at, actor: cause.actor, serial: row.serial, facts: { cause: CAUSE } }
    if (row.state === 'pending') {
      await voidRow(writing, row, at, { kind: 'certificate.voided', ...about })
    } else if (row.revoked_at === null) {
      const changes = revoked({ at, reason: 'certificateHold', by, cause: CAUSE })
      await change(writing, row, changes, { kind: 'certificate.held', ...about })
      held.push(row.serial)
    }
  }
  return held
}

/** Releases holds of lost devices, except where another report names the device too. */
async function releaseAll(
  writing: Writing,
  { deviceId, intuneId }: DeviceRef,
  { at, actor }: AuditEvent,
): Promise<readonly string[]> {
  const freed: string[] = []
  const holder = { kind: 'device', deviceId, intuneId } as const
  for (const row of await rowsOfHolder(writing.db, holder, Number.MAX_SAFE_INTEGER)) {
    const isOwn = row.state === 'issued' && isHeld(row) && row.revoked_cause === CAUSE
    const own = { deviceId: row.holder_device_id, intuneId: row.holder_intune_id }
    if (!isOwn || (await reportsOf(writing.db, own)).length > 0) continue
    const facts = { cause: CAUSE }
    const event = { kind: 'certificate.released', at, actor, serial: row.serial, facts } as const
    await change(writing, row, NOT_REVOKED, event)
    freed.push(row.serial)
  }
  return freed
}

function requireDevice({ deviceId, intuneId }: DeviceRef): void {
  if (deviceId === null && intuneId === null) throw new Error('a device without any id')
}

function requireKind(event: AuditEvent, kind: AuditEvent['kind']): void {
  if (event.kind !== kind) throw new Error(`${event.kind} is not ${kind}`)
}
