import Ical from 'ical.js'
import { describe, expect, test } from 'vitest'
import { isLanguage, LANGUAGES } from '#lib/i18n/languages.ts'
import { calendarFile } from './calendar-file.ts'
import { type CalendarEvent, toIcs } from './ics.ts'

/** Read by ical.js, the parser of Thunderbird. */

const AT = new Date('2027-03-13T10:15:00.250Z')
const event = (changes: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid: '0a@keys.contoso.example',
  at: AT,
  stamp: new Date('2026-03-13T10:15:00Z'),
  summary: 'The certificate of ALICE-LT-042 ends',
  description: 'More',
  url: 'https://keys.contoso.example/certificates/0a',
  alarmDays: [30, 14, 3],
  ...changes,
})

function read(text: string) {
  const calendar = new Ical.Component(Ical.parse(text))
  const events = calendar.getAllSubcomponents('vevent').map((one) => new Ical.Event(one))
  return { calendar, events }
}

test('an event at the end, with an alarm at each mark before', () => {
  const { calendar, events } = read(toIcs('Certificates', [event()]))
  expect(calendar.getFirstPropertyValue('method')).toBe('PUBLISH')
  expect(calendar.getFirstPropertyValue('x-wr-calname')).toBe('Certificates')
  const [first] = events
  expect(first?.uid).toBe('0a@keys.contoso.example')
  expect(first?.startDate.toJSDate()).toEqual(new Date('2027-03-13T10:15:00Z'))
  expect(first?.duration.toSeconds()).toBe(0)
  const alarms = first?.component.getAllSubcomponents('valarm') ?? []
  expect(alarms.map((one) => String(one.getFirstPropertyValue('trigger')))).toEqual([
    '-P30D',
    '-P14D',
    '-P3D',
  ])
})

test('a calendar without events is one', () => {
  expect(read(toIcs('Certificates', [])).events).toEqual([])
})

test.each([
  ['marks', 'a;b,c\\d:e"f'],
  ['lines', 'first\r\nsecond\nthird\u2028fourth', 'first\nsecond\nthird\nfourth'],
  ['an event of its own', 'x\r\nEND:VEVENT\r\nBEGIN:VEVENT', 'x\nEND:VEVENT\nBEGIN:VEVENT'],
  ['control characters', 'a\u0000b\u0007c', 'abc'],
  ['every alphabet', 'Łukasz 李雷 Ж 💻'.repeat(20)],
  ['a long word', 'y'.repeat(400)],
  ['a gap at the fold', `${'a'.repeat(66)} b`],
])('a text with %s is read as it was', (_, text, wanted = text) => {
  const ics = toIcs(text, [event({ summary: text, description: text })])
  const { events } = read(ics)
  expect(events.map(({ summary, description }) => [summary, description])).toEqual([
    [wanted, wanted],
  ])
  for (const line of ics.split('\r\n')) {
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
    expect(line).toBe(line.toWellFormed())
  }
})

describe.each(Object.keys(LANGUAGES).filter(isLanguage))('in %s', (language) => {
  test('each certificate is one event, the same whenever it is read', () => {
    const ends = { notAfter: AT, issuedAt: new Date('2026-03-13T10:15:00Z') }
    const events = [
      { ...ends, serial: '0a', profile: 'device', name: 'ALICE-LT-042' },
      { ...ends, serial: '0b', profile: 'user', name: null },
      { ...ends, serial: '0c', profile: 'user', name: 'my phone' },
    ] as const
    const settings = { portalUrl: 'https://keys.contoso.example', daysBefore: [3] }
    const ics = calendarFile(language, events, settings)
    expect(calendarFile(language, events, settings)).toBe(ics)
    const found = read(ics).events
    expect(found.map(({ uid }) => uid)).toEqual(
      ['0a', '0b', '0c'].map((serial) => `${serial}@keys.contoso.example`),
    )
    expect(found[0]?.summary).toContain('ALICE-LT-042')
    expect(found[2]?.summary).toContain('my phone')
    for (const { summary, description } of found) expect(summary + description).not.toMatch(/[{}]/)
    expect(found[0]?.description).toContain('https://keys.contoso.example/certificates/0a')
  })
})
