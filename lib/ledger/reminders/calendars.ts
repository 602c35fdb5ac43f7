import type { AuditEvent } from '#lib/audit.ts'
import type { Owner } from '#lib/ledger/records.ts'
import type { Calendar } from '#lib/ledger/reminder-ledger.ts'
import type { CalendarTable, Database } from '#lib/ledger/schema/tables.ts'
import type { Operation } from '#lib/ledger/writing.ts'

/** The secret addresses of calendars, one for each person. */

export function openCalendar(
  { owner, language, madeAt, secret }: Calendar & { readonly secret: string },
  event: AuditEvent,
): Operation<void> {
  if (event.kind !== 'calendar.opened') throw new Error(`${event.kind} opens no calendar`)
  return async ({ db, append }) => {
    const row = { owner_tid: owner.tid, secret, language, made_at: madeAt.getTime() }
    await db
      .insertInto('calendar')
      .values({ owner_oid: owner.oid, ...row })
      .onConflict((conflict) => conflict.column('owner_oid').doUpdateSet(row))
      .execute()
    append(event)
  }
}

export function closeCalendar(owner: Owner, event: AuditEvent): Operation<boolean> {
  if (event.kind !== 'calendar.closed') throw new Error(`${event.kind} closes no calendar`)
  return async ({ db, append }) => {
    const removed = await db
      .deleteFrom('calendar')
      .where('owner_oid', '=', owner.oid)
      .where('owner_tid', '=', owner.tid)
      .returning('owner_oid')
      .execute()
    if (removed.length === 0) return false
    append(event)
    return true
  }
}

export async function calendarOf(db: Database, owner: Owner): Promise<Calendar | null> {
  const row = await db
    .selectFrom('calendar')
    .selectAll()
    .where('owner_oid', '=', owner.oid)
    .where('owner_tid', '=', owner.tid)
    .executeTakeFirst()
  return row ? calendarOfRow(row) : null
}

export async function calendarAt(db: Database, secret: string): Promise<Calendar | null> {
  const row = await calendarQuery(db, secret).executeTakeFirst()
  return row ? calendarOfRow(row) : null
}

export function calendarQuery(db: Database, secret: string) {
  return db.selectFrom('calendar').selectAll().where('secret', '=', secret)
}

function calendarOfRow(row: CalendarTable): Calendar {
  return {
    owner: { tid: row.owner_tid, oid: row.owner_oid },
    language: row.language,
    madeAt: new Date(row.made_at),
  }
}
