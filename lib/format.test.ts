import { expect, test } from 'vitest'
import {
  daysLeft,
  formatDate,
  formatDaysLeft,
  formatMoment,
  formatNearMoment,
  formatSerial,
  formatShortMoment,
  formatSpan,
  formatTime,
  type Reader,
} from './format.ts'

const now = new Date('2026-11-22T09:47:00Z')
const en: Reader = { language: 'en', timeZone: 'Europe/Berlin', now }
const de: Reader = { ...en, language: 'de' }
const words = {
  today: 'today',
  yesterday: 'yesterday',
  tomorrow: 'tomorrow',
  onDay: '{date}',
  moment: '{day}, {time}',
}

test('a date is long where there is room and short on validity bars', () => {
  const date = new Date('2027-11-22T12:00:00Z')
  expect(formatDate(en, date, 'long')).toBe('22 November 2027')
  expect(formatDate(en, date, 'short')).toBe('22 Nov 2027')
  expect(formatDate(de, date, 'long')).toBe('22. November 2027')
  expect(formatDate(de, date, 'short')).toBe('22. Nov. 2027')
})

test('a time has 24 hours, in the zone of the reader', () => {
  expect(formatTime(en, new Date('2026-11-22T22:05:00Z'))).toBe('23:05')
  expect(formatTime(en, new Date('2026-11-22T23:05:00Z'))).toBe('00:05')
  expect(formatTime({ ...en, timeZone: 'UTC' }, new Date('2026-11-22T22:05:00Z'))).toBe('22:05')
})

test.each([
  ['2026-11-22T09:42:00Z', 'today, 10:42'],
  ['2026-11-21T23:30:00Z', 'today, 00:30'],
  ['2026-11-21T22:30:00Z', 'yesterday, 23:30'],
  ['2026-11-20T22:30:00Z', '20 November 2026, 23:30'],
  ['2026-11-23T09:42:00Z', 'tomorrow, 10:42'],
])('%s reads %s', (date, text) => {
  expect(formatMoment(en, new Date(date), words)).toBe(text)
})

test('a day without a name has what its language puts before it', () => {
  const french = { ...words, today: 'aujourd’hui', onDay: 'le {date}', moment: '{day} à {time}' }
  const read = (date: string) => formatMoment({ ...en, language: 'fr' }, new Date(date), french)
  expect(read('2026-11-20T22:30:00Z')).toBe('le 20 novembre 2026 à 23:30')
  expect(read('2026-11-22T09:42:00Z')).toBe('aujourd’hui à 10:42')
})

test.each([
  ['2027-03-12T09:47:00Z', 110, '110 days left'],
  ['2027-11-22T09:47:00Z', 365, '365 days left'],
  ['2026-11-22T23:30:00Z', 1, '1 day left'],
  ['2026-11-22T22:30:00Z', 0, 'Last day'],
  ['2026-11-20T09:47:00Z', -2, 'Last day'],
])('until %s there are %i days', (end, days, text) => {
  const forms = { daysLeft: { one: '{n} day left', other: '{n} days left' }, lastDay: 'Last day' }
  expect(daysLeft(en, new Date(end))).toBe(days)
  expect(formatDaysLeft(en, new Date(end), forms)).toBe(text)
})

test('near by, the day is said only when it is not today', () => {
  expect(formatNearMoment(en, new Date('2026-11-22T09:42:00Z'), words)).toBe('10:42')
  expect(formatNearMoment(en, new Date('2026-11-23T09:42:00Z'), words)).toBe('tomorrow, 10:42')
})

test('a moment of today is a time, any other a date', () => {
  expect(formatShortMoment(en, new Date('2026-11-22T09:42:00Z'))).toBe('10:42')
  expect(formatShortMoment(en, new Date('2026-10-14T09:42:00Z'))).toBe('14 Oct 2026')
})

test.each([
  [2, '1 minute'],
  [60, '1 minute'],
  [61, '2 minutes'],
  [7140, '119 minutes'],
  [7200, '2 hours'],
  [86_400, '24 hours'],
])('%i seconds are %s, and never less', (seconds, text) => {
  const minutes = { one: '{n} minute', other: '{n} minutes' }
  const hours = { one: '{n} hour', other: '{n} hours' }
  expect(formatSpan(seconds, { minutes, hours })).toBe(text)
})

test('a serial is read in groups of four', () => {
  expect(formatSerial('19c3e7d20b41')).toBe('19c3 e7d2 0b41')
})
