import { expect, test } from 'vitest'
import { lostUntil, rememberedUntil, returnSeconds, stopSeconds } from './propagation.ts'

const propagation = { directory: 60, good: 240, hold: 120, list: 60, lostDays: 7 }

test('what is stopped is refused as soon as "good" is forgotten', () => {
  expect(stopSeconds(propagation)).toBe(240)
})

test('what is good again waits for the next sync, and until "on hold" is forgotten', () => {
  expect(returnSeconds(propagation)).toBe(180)
})

test('an older "good" may have been said until the sync that saw the change', () => {
  expect(rememberedUntil(new Date('2026-11-22T10:42:00Z'), propagation).toISOString()).toBe(
    '2026-11-22T10:47:00.000Z',
  )
})

test('what stays lost is revoked after its days', () => {
  expect(lostUntil(new Date('2026-11-22T10:42:00Z'), propagation).toISOString()).toBe(
    '2026-11-29T10:42:00.000Z',
  )
})
