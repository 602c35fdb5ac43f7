import type { AuditEvent } from '#lib/audit.ts'
import type { CertificateRecord, Owner } from './records.ts'

/**
 * The part of the ledger for reminders: which mails were begun, what people do not want to be reminded of, and
 * the secret addresses of their calendars. Of a secret only its SHA-256 is stored, and no mail address at all.
 */
export type ReminderLedger = {
  /** Gives issued certificates, revoked ones too, with `notAfter` from `since` to `until`, by serial. */
  readonly endingCertificates: (page: EndingPage) => Promise<readonly CertificateRecord[]>
  /** Gives what was recorded of these certificates; for up to a few hundred. */
  readonly remindersOf: (serials: readonly string[]) => Promise<readonly ReminderRecord[]>
  /**
   * Records one mail before it is sent. Gives false, and writes nothing, when one of its reminders is recorded
   * already and not to be tried again yet, or is not wanted any more.
   */
  readonly recordReminder: (mail: ReminderMail, event: AuditEvent) => Promise<boolean>
  /** Says that the mail with this token was not taken, and may be tried again from this time on. */
  readonly retryReminder: (token: string, retryAt: Date) => Promise<void>
  /**
   * Looks at up to `limit` reminders from the one behind `after` on, and removes those of certificates that ended
   * before `endedBefore`. Gives where to go on, null at the end, and how many it removed.
   */
  readonly forgetReminders: (page: ForgetPage) => Promise<Forgotten>
  /** Gives the certificates of the mail with this token; null when there is none. */
  readonly mailOf: (token: string) => Promise<RemindedOf | null>
  /**
   * Ends the reminders of the certificates of this mail, or takes them up again by null. Gives false when there
   * is no such mail, and changes nothing when they are as wanted.
   */
  readonly stopReminders: (
    token: string,
    stoppedAt: Date | null,
    event: AuditEvent,
  ) => Promise<boolean>

  /** Gives a person's calendar a secret address, in place of the one before. */
  readonly openCalendar: (
    calendar: Calendar & { secret: string },
    event: AuditEvent,
  ) => Promise<void>
  /** Takes the address away. Gives false when there was none. */
  readonly closeCalendar: (owner: Owner, event: AuditEvent) => Promise<boolean>
  readonly calendarOf: (owner: Owner) => Promise<Calendar | null>
  readonly calendarAt: (secret: string) => Promise<Calendar | null>
}

export type EndingPage = {
  readonly since: Date
  readonly until: Date
  readonly after: string | null
  readonly limit: number
}

export type ForgetPage = {
  readonly endedBefore: Date
  readonly after: string | null
  readonly limit: number
}

export type Forgotten = { readonly next: string | null; readonly removed: number }

/** That a person is reminded of this certificate so many days before its end. */
export type ReminderMark = { readonly serial: string; readonly days: number }

export type ReminderRecord = ReminderMark & {
  /** How often it was begun. */
  readonly attempts: number
  /** When it may be tried again; null when it was sent, or nobody knows whether it was. */
  readonly retryAt: Date | null
  readonly isStopped: boolean
}

export type ReminderMail = {
  readonly marks: readonly ReminderMark[]
  /** Hex SHA-256 of the secret in its links. */
  readonly token: string
  readonly at: Date
}

export type RemindedOf = {
  readonly serials: readonly string[]
  readonly isStopped: boolean
}

export type Calendar = {
  readonly owner: Owner
  /** In which its events are written. */
  readonly language: string
  readonly madeAt: Date
}
