import { expect, test } from 'vitest'
import { retryAfterSeconds } from './retry-after.ts'

test.each([
  ['0', 0],
  ['90', 90],
  [' 1.5 ', 1.5],
  ['5,5', 5],
  ['90, 90', 90],
  ['Fri, 01 Jan 2021 00:00:00 GMT', 0],
  ['-5', null],
  ['90s', null],
  ['2001-05-05', null],
  ['soon', null],
  ['', null],
  [null, null],
  [undefined, null],
])('%j is %j seconds', (header, seconds) => {
  expect(retryAfterSeconds(header)).toBe(seconds)
})

test('a date is as far as it is away', () => {
  const at = new Date(Date.now() + 60_000).toUTCString()
  expect(retryAfterSeconds(at)).toBeGreaterThan(50)
  expect(retryAfterSeconds(at)).toBeLessThanOrEqual(60)
})
