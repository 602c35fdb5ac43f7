import { certificateName } from '#lib/i18n/certificate-name.ts'
import { calendarWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import type { EndingEvent } from '#lib/issuance/reminders/calendar.ts'
import { toIcs } from './ics.ts'

export type CalendarSettings = {
  readonly portalUrl: string
  readonly daysBefore: readonly number[]
}

/** Writes a person's calendar in its language. */
export function calendarFile(
  language: Language,
  events: readonly EndingEvent[],
  { portalUrl, daysBefore }: CalendarSettings,
): string {
  const words = calendarWords(language)
  const { hostname } = new URL(portalUrl)
  return toIcs(
    fill(words.name, { product: words.product }),
    events.map((event) => {
      const url = new URL(`/certificates/${event.serial}`, portalUrl).href
      return {
        uid: `${event.serial}@${hostname}`,
        at: event.notAfter,
        stamp: event.issuedAt,
        summary: fill(words.event, { what: certificateName(event, words.what) }),
        description: fill(words.eventMore, { url }),
        url,
        alarmDays: daysBefore,
      }
    }),
  )
}
