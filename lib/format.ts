import { fill, plural } from '#lib/i18n/fill.ts'
import { LANGUAGES, type Language } from '#lib/i18n/languages.ts'

/** The reader's language and time zone, and the present time, by which dates are written. */
export type Reader = {
  readonly language: Language
  readonly timeZone: string
  readonly now: Date
}

/** "22 November 2027"; short: "22 Nov 2027". */
export function formatDate(reader: Reader, date: Date, length: 'long' | 'short'): string {
  return new Intl.DateTimeFormat(LANGUAGES[reader.language].locale, {
    day: 'numeric',
    month: length,
    year: 'numeric',
    timeZone: reader.timeZone,
  }).format(date)
}

/** "10:42", always 24 hours. */
export function formatTime(reader: Reader, date: Date): string {
  return new Intl.DateTimeFormat(LANGUAGES[reader.language].locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: reader.timeZone,
  }).format(date)
}

export type MomentWords = {
  readonly today: string
  readonly yesterday: string
  readonly tomorrow: string
  readonly onDay: string
  readonly moment: string
}

/** "today, 10:42", "yesterday, 16:20", "tomorrow, 09:00", "14 October 2026, 08:12". */
export function formatMoment(reader: Reader, date: Date, words: MomentWords): string {
  const day = formatDate(reader, date, 'long')
  const names: Record<string, string> = {
    [formatDate(reader, reader.now, 'long')]: words.today,
    [formatDate(reader, new Date(reader.now.getTime() - DAY_MS), 'long')]: words.yesterday,
    [formatDate(reader, new Date(reader.now.getTime() + DAY_MS), 'long')]: words.tomorrow,
  }
  return fill(words.moment, {
    day: names[day] ?? fill(words.onDay, { date: day }),
    time: formatTime(reader, date),
  })
}

/** "10:42" for today, else as formatMoment: "tomorrow, 09:00". */
export function formatNearMoment(reader: Reader, date: Date, words: MomentWords): string {
  return daysLeft(reader, date) === 0 ? formatTime(reader, date) : formatMoment(reader, date, words)
}

/** Where space is short: "10:42" for today, else "14 Oct 2026". */
export function formatShortMoment(reader: Reader, date: Date): string {
  return daysLeft(reader, date) === 0 ? formatTime(reader, date) : formatDate(reader, date, 'short')
}

const DAY_MS = 86_400_000

/** Days left on the reader's calendar: 0 on the last day, negative afterwards. */
export function daysLeft(reader: Reader, end: Date): number {
  return dayNumber(reader, end) - dayNumber(reader, reader.now)
}

/** Number of the day in the reader's time zone, counted from 1 January 1970. */
function dayNumber(reader: Reader, date: Date): number {
  // The Swedish form of a date is 2026-11-22, as in RFC 3339.
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: reader.timeZone }).format(date)
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS
}

export type DaysLeftWords = {
  readonly daysLeft: { readonly one: string; readonly other: string }
  readonly lastDay: string
}

/** "110 days left", "1 day left", "Last day". */
export function formatDaysLeft(reader: Reader, end: Date, words: DaysLeftWords): string {
  const days = daysLeft(reader, end)
  return days <= 0 ? words.lastDay : plural(days, words.daysLeft)
}

export type SpanWords = {
  readonly minutes: { readonly one: string; readonly other: string }
  readonly hours: { readonly one: string; readonly other: string }
}

/** "1 minute", "5 minutes"; from two hours on "2 hours". Rounded up. */
export function formatSpan(seconds: number, words: SpanWords): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60))
  return minutes < 120
    ? plural(minutes, words.minutes)
    : plural(Math.ceil(minutes / 60), words.hours)
}

/** In groups of four digits, for reading aloud. */
export function formatSerial(serial: string): string {
  return serial.match(/.{1,4}/g)?.join(' ') ?? serial
}
