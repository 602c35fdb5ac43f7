/** iCalendar (RFC 5545): events with alarms, as text. Pure. */

export type CalendarEvent = {
  /** The same whenever the calendar is read, so that a program changes its copy and makes no second one. */
  readonly uid: string
  readonly at: Date
  /** When what the event says became so. */
  readonly stamp: Date
  readonly summary: string
  readonly description: string
  readonly url: string
  /** Days before, at each of which there is an alarm. */
  readonly alarmDays: readonly number[]
}

/** Gives a calendar that is published for reading: lines end with CR LF and have at most 75 octets. */
export function toIcs(name: string, events: readonly CalendarEvent[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Latchkey//Certificates//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    // RFC 7986, and the same as programs knew it before.
    `NAME:${escaped(name)}`,
    `X-WR-CALNAME:${escaped(name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT12H',
    'X-PUBLISHED-TTL:PT12H',
    ...events.flatMap(linesOf),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

function linesOf(event: CalendarEvent): readonly string[] {
  const summary = escaped(event.summary)
  return [
    'BEGIN:VEVENT',
    `UID:${escaped(event.uid)}`,
    `DTSTAMP:${timeOf(event.stamp)}`,
    // An event without an end takes no time (section 3.6.1).
    `DTSTART:${timeOf(event.at)}`,
    `SUMMARY:${summary}`,
    `DESCRIPTION:${escaped(event.description)}`,
    `URL:${event.url}`,
    'TRANSP:TRANSPARENT',
    'CLASS:PRIVATE',
    ...event.alarmDays.flatMap((days) => [
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `DESCRIPTION:${summary}`,
      `TRIGGER:-P${days}D`,
      'END:VALARM',
    ]),
    'END:VEVENT',
  ]
}

/** Form #2 of section 3.3.5, in UTC: 20270313T101500Z. */
function timeOf(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '')
}

/** Section 3.3.11. Other control characters have no place in a text. */
function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, (sign) => `\\${sign}`)
    .replace(/\r\n|[\r\n\u2028\u2029]/g, '\\n')
    .replace(/[\p{Cc}]/gu, '')
}

const LINE_OCTETS_MAX = 75

/** Section 3.1: a long line goes on in the next, which begins with a space. No character is cut in two. */
function folded(line: string): string {
  const encoder = new TextEncoder()
  let text = ''
  let octets = 0
  for (const character of line) {
    const length = encoder.encode(character).length
    if (octets + length > LINE_OCTETS_MAX) {
      text += '\r\n '
      octets = 1
    }
    text += character
    octets += length
  }
  return text
}
