import { sql } from 'kysely'
import type { AuditEvent } from '#lib/audit.ts'
import { withFacts } from '#lib/ledger/certificates/change.ts'
import { recordOfRow } from '#lib/ledger/certificates/rows.ts'
import { recordsWith } from '#lib/ledger/certificates/status-pages.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type {
  EndingPage,
  ForgetPage,
  Forgotten,
  RemindedOf,
  ReminderMail,
  ReminderMark,
  ReminderRecord,
} from '#lib/ledger/reminder-ledger.ts'
import { ISSUED } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { Operation } from '#lib/ledger/writing.ts'

/** Which mails were begun, and what people do not want to be reminded of. */

export async function endingCertificates(
  db: Database,
  page: EndingPage,
): Promise<readonly CertificateRecord[]> {
  return (await endingQuery(db, page).execute()).map(recordOfRow)
}

export function endingQuery(db: Database, { since, until, after, limit }: EndingPage) {
  let ids = db
    .selectFrom('certificate')
    .select('id')
    .where(sql<boolean>`${sql.raw(ISSUED)}`)
    .where('not_after', '>=', since.getTime())
    .where('not_after', '<=', until.getTime())
    .orderBy('serial')
    .limit(limit)
  if (after !== null) ids = ids.where('serial', '>', after)
  return recordsWith(db, ids)
}

export async function remindersOf(
  db: Database,
  serials: readonly string[],
): Promise<readonly ReminderRecord[]> {
  if (serials.length === 0) return []
  const rows = await db
    .selectFrom('reminder')
    .selectAll()
    .where('serial', 'in', serials)
    .orderBy('serial')
    .orderBy('days', 'desc')
    .execute()
  return rows.map((row) => ({
    serial: row.serial,
    days: row.days,
    attempts: row.attempts,
    retryAt: row.retry_at === null ? null : new Date(row.retry_at),
    isStopped: row.stopped_at !== null,
  }))
}

/**
 * All or nothing, so that a mail names exactly what was recorded for it. Of two replicas the second finds the
 * rows of the first, since writers run one after the other.
 */
export function recordReminder(
  { marks, token, at }: ReminderMail,
  event: AuditEvent,
): Operation<boolean> {
  if (event.kind !== 'reminder.recorded') throw new Error(`${event.kind} records no reminder`)
  return async ({ db, append }) => {
    const known = await remindersOf(
      db,
      marks.map(({ serial }) => serial),
    )
    const mayNot = known.some(
      (one) => one.isStopped || (marks.some((mark) => isSame(mark, one)) && !mayTry(one, at)),
    )
    if (mayNot) return false
    for (const mark of marks) {
      const attempts = (known.find((one) => isSame(mark, one))?.attempts ?? 0) + 1
      const written = { token, attempts, recorded_at: at.getTime(), retry_at: null }
      await db
        .insertInto('reminder')
        .values({ ...mark, ...written, stopped_at: null })
        .onConflict((conflict) => conflict.columns(['serial', 'days']).doUpdateSet(written))
        .execute()
    }
    append(event)
    return true
  }
}

function isSame(one: ReminderMark, other: ReminderMark): boolean {
  return one.serial === other.serial && one.days === other.days
}

function mayTry({ retryAt }: ReminderRecord, now: Date): boolean {
  return retryAt !== null && retryAt <= now
}

export function retryReminder(token: string, retryAt: Date): Operation<void> {
  return async ({ db }) => {
    await db
      .updateTable('reminder')
      .set({ retry_at: retryAt.getTime() })
      .where('token', '=', token)
      .execute()
  }
}

/** Without an audit event: what was sent stays in the chain. */
export function forgetReminders({ endedBefore, after, limit }: ForgetPage): Operation<Forgotten> {
  return async ({ db }) => {
    const page = await db
      .selectFrom('reminder')
      .select('serial')
      .distinct()
      .where('serial', '>', after ?? '')
      .orderBy('serial')
      .limit(limit)
      .execute()
    const serials = page.map(({ serial }) => serial)
    if (serials.length === 0) return { next: null, removed: 0 }
    const lasting = await db
      .selectFrom('certificate')
      .select('serial')
      .where('serial', 'in', serials)
      .where('not_after', '>=', endedBefore.getTime())
      .execute()
    const kept = new Set(lasting.map(({ serial }) => serial))
    const ended = serials.filter((serial) => !kept.has(serial))
    if (ended.length > 0) await db.deleteFrom('reminder').where('serial', 'in', ended).execute()
    return { next: page.length < limit ? null : (serials.at(-1) ?? null), removed: ended.length }
  }
}

/** `isStopped` when all of its certificates are. */
export async function mailOf(db: Database, token: string): Promise<RemindedOf | null> {
  const rows = await mailQuery(db, token).execute()
  if (rows.length === 0) return null
  const serials = rows.map(({ serial }) => serial)
  const reminders = await remindersOf(db, serials)
  const isStopped = (serial: string) =>
    reminders.some((one) => one.serial === serial && one.isStopped)
  return { serials, isStopped: serials.every(isStopped) }
}

export function mailQuery(db: Database, token: string) {
  return db.selectFrom('reminder').select('serial').where('token', '=', token).orderBy('serial')
}

export function stopReminders(
  token: string,
  stoppedAt: Date | null,
  event: AuditEvent,
): Operation<boolean> {
  const kind = stoppedAt ? 'reminder.stopped' : 'reminder.resumed'
  if (event.kind !== kind) throw new Error(`${event.kind} is not ${kind}`)
  return async ({ db, append }) => {
    const mail = await mailOf(db, token)
    if (!mail) return false
    if (mail.isStopped === (stoppedAt !== null)) return true
    await db
      .updateTable('reminder')
      .set({ stopped_at: stoppedAt?.getTime() ?? null })
      .where('serial', 'in', mail.serials)
      .execute()
    append(withFacts(event, { serials: mail.serials.join(' ') }))
    return true
  }
}
