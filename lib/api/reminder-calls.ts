import type { z } from 'zod'
import {
  type CalendarView,
  calendarSchema,
  calendarSecretSchema,
  type ReminderView,
  reminderSchema,
} from '#lib/api/schemas.ts'

/** The calls of Client for reminders and calendars. */
export type ReminderCalls = {
  /** Whether the requester's calendar has a secret address, and since when. */
  readonly calendar: () => Promise<CalendarView>
  /** Gives the calendar a new address, in place of the one before. Gives its secret. */
  readonly openCalendar: (language: string) => Promise<string>
  readonly closeCalendar: () => Promise<CalendarView>
  /** The calendar at a secret address, as iCalendar. Needs no token, as the next two. */
  readonly calendarFile: (secret: string) => Promise<Uint8Array<ArrayBuffer>>
  /** What the mail with this secret is about. */
  readonly reminder: (secret: string) => Promise<ReminderView>
  readonly stopReminder: (secret: string, stopped: boolean) => Promise<ReminderView>
}

type Calls = {
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T>
  readonly send: <T>(
    method: 'POST' | 'DELETE',
    path: string,
    body: object | null,
    schema: z.ZodType<T>,
  ) => Promise<T>
  readonly file: (path: string) => Promise<Uint8Array<ArrayBuffer>>
}

export function reminderCalls({ get, send, file }: Calls): ReminderCalls {
  return {
    calendar: () => get(CALENDAR, calendarSchema),
    openCalendar: async (language) =>
      (await send('POST', CALENDAR, { language }, calendarSecretSchema)).secret,
    closeCalendar: () => send('DELETE', CALENDAR, null, calendarSchema),
    calendarFile: (secret) => file(`/api/calendar/${encodeURIComponent(secret)}`),
    reminder: (secret) => get(pathTo(secret), reminderSchema),
    stopReminder: (secret, stopped) => send('POST', pathTo(secret), { stopped }, reminderSchema),
  }
}

const CALENDAR = '/api/me/calendar'

function pathTo(secret: string): string {
  return `/api/reminders/${encodeURIComponent(secret)}`
}
