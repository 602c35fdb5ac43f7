import type { Mailboxes } from '#lib/directory/directory.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { readAtOf, statusOfRecords } from '#lib/issuance/status/status.ts'
import type { Delivery, EndingCertificate, Post, PostSession } from '#lib/mail/post.ts'
import type { Mailbox } from '#lib/model.ts'
import {
  type DueMail,
  type DueReminder,
  dueMark,
  isRemindable,
  isReplaced,
  mailsOf,
} from './plan-reminders.ts'
import { newSecret } from './secret.ts'

/** What reminders need beside the authority. */
export type Reminding = Mailboxes & {
  readonly post: Post
  /** Days before the end at which somebody is told. */
  readonly daysBefore: readonly number[]
}

/** Called before each mail: waits as long as the rate asks for, and gives false to stop. */
export type GoOn = () => Promise<boolean>

/** How many mails came to what; `unasked`: the directory did not say where to. */
export type ReminderReport = Record<Delivery | 'unasked', number>

const PAGE = 200
/** Of one turn, so that what it knows is not old at its end; the others are due in the next. */
const DUE_MAX = 500
const DAY_MS = 86_400_000
const FIRST_RETRY_MS = 15 * 60_000
const LAST_RETRY_MS = 12 * 3_600_000
const ATTEMPTS_MAX = 8
/** As many failures in a row are of the server, or of the directory, and not of one person. */
const IN_A_ROW_MAX = 3

/**
 * Sends what is due. Each mail is recorded before it is sent, so at most one mail is sent for each certificate
 * and mark: what may have left before a crash or a broken connection is not sent again, and the next mark
 * comes. What the server did not take for certain is tried again, less and less often. Throws PostError when the
 * server cannot be reached, and LatchkeyError('directory_unavailable') when the directory does not answer; what
 * was not begun is due the next time.
 */
export async function remindDue(
  authority: Authority,
  reminding: Reminding,
  goOn: GoOn,
): Promise<ReminderReport> {
  const report: ReminderReport = { taken: 0, refused: 0, later: 0, unsure: 0, unasked: 0 }
  let session: PostSession | null = null
  let inARow = 0
  const mailboxOf = patiently(reminding.mailbox)
  try {
    for (const mail of mailsOf(await dueReminders(authority, reminding))) {
      if (!(await goOn())) break
      const to = await mailboxOf(mail[0].record.owner.oid)
      if (to === undefined) {
        report.unasked += 1
        continue
      }
      if (to) session ??= await reminding.post.open()
      const delivery = await remind(authority, mail, to && session && { to, session })
      if (delivery === null) continue
      report[delivery] += 1
      inARow = delivery === 'taken' ? 0 : inARow + 1
      if (inARow >= IN_A_ROW_MAX) break
    }
  } finally {
    session?.close()
  }
  return report
}

/** Gives undefined where the directory fails for one person, and throws when it fails for several in a row. */
function patiently(
  ask: Mailboxes['mailbox'],
): (oid: string) => Promise<Mailbox | null | undefined> {
  let failures = 0
  return async (oid) => {
    try {
      const found = await ask(oid)
      failures = 0
      return found
    } catch (error) {
      failures += 1
      if (failures >= IN_A_ROW_MAX) throw error
      return undefined
    }
  }
}

async function dueReminders(
  authority: Authority,
  { daysBefore }: Reminding,
): Promise<readonly DueReminder[]> {
  const { ledger, now } = authority
  const since = now()
  const until = new Date(since.getTime() + Math.max(0, ...daysBefore) * DAY_MS)
  const found: DueReminder[] = []
  for (let after: string | null = null; found.length < DUE_MAX; ) {
    const page = await ledger.endingCertificates({ since, until, after, limit: PAGE })
    const known = await ledger.remindersOf(page.map(({ serial }) => serial))
    const due = page.filter(isRemindable).flatMap((record) => {
      const mark = dueMark(record, daysBefore, known, since)
      return mark ? [{ record, mark }] : []
    })
    found.push(...(await wanted(authority, due)))
    after = page.at(-1)?.serial ?? null
    if (page.length < PAGE) break
  }
  return found
}

/** Leaves out what has a successor, and what is not known to be good or on hold. */
async function wanted(
  authority: Authority,
  due: readonly Omit<DueReminder, 'isHeld'>[],
): Promise<readonly DueReminder[]> {
  const open: Omit<DueReminder, 'isHeld'>[] = []
  for (const one of due) {
    const others = await authority.ledger.certificatesOfHolder(one.record.holder)
    if (!isReplaced(one.record, others)) open.push(one)
  }
  const records = open.map(({ record }) => record)
  const statuses = await statusOfRecords(authority, records, await readAtOf(authority))
  return open.flatMap((one, index) => {
    const state = statuses[index]?.state
    return state === 'good' || state === 'hold' ? [{ ...one, isHeld: state === 'hold' }] : []
  })
}

type Way = { readonly to: Mailbox; readonly session: PostSession }

/** Without a way the reminder is recorded all the same, so that the directory is not asked again for it. */
async function remind(
  authority: Authority,
  mail: DueMail,
  way: Way | null,
): Promise<Delivery | null> {
  const { ledger, randomBytes } = authority
  const token = newSecret(randomBytes)
  const hashed = sha256Hex(token)
  const marks = mail.map(({ mark }) => mark)
  const facts = {
    serials: marks.map(({ serial }) => serial).join(' '),
    days: Math.min(...marks.map(({ days }) => days)),
    address: way !== null,
  }
  const event = auditEvent(authority, 'reminder.recorded', 'authority', null, facts)
  const at = authority.now()
  if (!(await ledger.recordReminder({ marks, token: hashed, at }, event)) || !way) return null
  const certificates = mail.map(endingOf)
  const delivery = await way.session.deliver({ to: way.to, certificates, token, now: at })
  if (delivery === 'later') await putOff(authority, mail[0].mark.serial, hashed)
  return delivery
}

function endingOf({ record, isHeld }: DueReminder): EndingCertificate {
  const { serial, holder, displayName, label, notAfter } = record
  const shared = { serial, notAfter, isHeld }
  if (holder.kind !== 'device') return { ...shared, profile: 'user', name: label, holder: 'me' }
  const id = holder.deviceId ?? holder.intuneId ?? ''
  return { ...shared, profile: 'device', name: displayName, holder: id }
}

async function putOff({ ledger, now }: Authority, serial: string, token: string): Promise<void> {
  const known = await ledger.remindersOf([serial])
  const attempts = Math.max(1, ...known.map((one) => one.attempts))
  if (attempts >= ATTEMPTS_MAX) return
  const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1))
  await ledger.retryReminder(token, new Date(now().getTime() + waitMs))
}
