import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { ReminderMark, ReminderRecord } from '#lib/ledger/reminder-ledger.ts'

/** Who is reminded of what, and when. Pure. */

const DAY_MS = 86_400_000

/** A certificate of which its owner is to be told now. */
export type DueReminder = {
  readonly record: CertificateRecord
  readonly mark: ReminderMark
  readonly isHeld: boolean
}

/** What one mail is about. */
export type DueMail = readonly [DueReminder, ...DueReminder[]]

/**
 * Gives the mark that is due for this certificate, or null. Of several marks that have passed the last one
 * counts, so nobody gets three mails at once; and none that was passed before there was a certificate.
 */
export function dueMark(
  { serial, notBefore, notAfter }: CertificateRecord,
  daysBefore: readonly number[],
  known: readonly ReminderRecord[],
  now: Date,
): ReminderMark | null {
  const own = known.filter((one) => one.serial === serial)
  const passed = daysBefore.filter((count) => {
    const at = notAfter.getTime() - count * DAY_MS
    return at <= now.getTime() && at >= notBefore.getTime()
  })
  if (passed.length === 0 || now > notAfter || own.some(({ isStopped }) => isStopped)) return null
  const days = Math.min(...passed)
  // A later mark was sent under other settings.
  const isDone = own.some((one) => one.days < days || (one.days === days && !mayTry(one, now)))
  return isDone ? null : { serial, days }
}

function mayTry({ retryAt }: ReminderRecord, now: Date): boolean {
  return retryAt !== null && retryAt <= now
}

/** Whether somebody can be told of it: it is of a person or a device, and not revoked for good. */
export function isRemindable({ holder, revocation }: CertificateRecord): boolean {
  if (holder.kind === 'application') return false
  if (revocation === null) return true
  // What is lost is found first, or revoked; nothing is issued for it meanwhile.
  return revocation.reason === 'certificateHold' && revocation.cause !== 'lost_device'
}

/**
 * Whether a newer certificate took the place of this one: one that was renewed from it, however far down, or a
 * later one for the same device that the same person got. A person may have several of their own, each on
 * another device, so without a renewal those stand beside each other. `others` are all of the holder.
 */
export function isReplaced(
  record: CertificateRecord,
  others: readonly CertificateRecord[],
): boolean {
  const live = others.filter(
    ({ state, revocation }) =>
      state === 'issued' && (revocation === null || revocation.reason === 'certificateHold'),
  )
  const isLater = (one: CertificateRecord) =>
    one.serial !== record.serial &&
    one.notAfter > record.notAfter &&
    one.createdAt > record.createdAt
  const isOfSameDevice = (one: CertificateRecord) =>
    record.holder.kind === 'device' && one.owner.oid === record.owner.oid
  const heirs = descendantsOf(record.serial, others)
  return live.some((one) => isLater(one) && (heirs.has(one.serial) || isOfSameDevice(one)))
}

function descendantsOf(serial: string, records: readonly CertificateRecord[]): ReadonlySet<string> {
  const found = new Set([serial])
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const one of records) {
      if (one.replaces !== null && found.has(one.replaces)) found.add(one.serial)
    }
  }
  return found
}

/** One mail for each holder and owner, the first to end first. */
export function mailsOf(due: readonly DueReminder[]): readonly DueMail[] {
  const mails = new Map<string, [DueReminder, ...DueReminder[]]>()
  for (const one of due.toSorted((a, b) => +a.record.notAfter - +b.record.notAfter)) {
    const key = keyOf(one.record)
    const mail = mails.get(key)
    if (mail) mail.push(one)
    else mails.set(key, [one])
  }
  return [...mails.values()]
}

function keyOf({ owner, holder }: CertificateRecord): string {
  const id = holder.kind === 'device' ? (holder.deviceId ?? holder.intuneId) : holder.oid
  return JSON.stringify([owner.tid, owner.oid, holder.kind, id])
}
