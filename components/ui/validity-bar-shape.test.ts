import { expect, test } from 'vitest'
import { hangAngle, SHAFT_WIDTH, shaftPath, shareOfLife, teethOf } from './validity-bar-shape.ts'

test('a serial cuts fourteen teeth of depth 2, 4, 6 or 8', () => {
  const teeth = teethOf('4f21c09a7b')
  expect(teeth).toHaveLength(14)
  for (const depth of teeth) expect([2, 4, 6, 8]).toContain(depth)
})

test('the same serial is the same key, another serial is another key', () => {
  expect(teethOf('19c3e7d20b')).toEqual(teethOf('19c3e7d20b'))
  expect(teethOf('19c3e7d20b')).not.toEqual(teethOf('19c3e7d20c'))
})

test('a change anywhere in a long serial shows in the teeth', () => {
  const serial = '45a1f00d'.repeat(5)
  const base = teethOf(serial).join()
  for (let index = 0; index < serial.length; index++) {
    const changed = `${serial.slice(0, index)}e${serial.slice(index + 1)}`
    if (changed !== serial) expect(teethOf(changed).join()).not.toBe(base)
  }
})

test('the outline starts and ends at the bow, has its tip at its width and is closed', () => {
  const path = shaftPath('4f21c09a7b')
  expect(path).toMatch(/^M0 9H/)
  expect(path).toContain(`L${SHAFT_WIDTH} 15.5`)
  expect(path).toMatch(/H0Z$/)
  expect(path.match(/L/g)).toHaveLength(2 + 14 * 2)
})

test('every corner of the outline lies inside its box', () => {
  for (const width of [170, 285, SHAFT_WIDTH]) {
    const numbers = shaftPath('a03b66f19e', width).matchAll(/[HL](-?[\d.]+)/g)
    for (const [, x] of numbers) {
      expect(Number(x)).toBeGreaterThanOrEqual(0)
      expect(Number(x)).toBeLessThanOrEqual(width)
    }
  }
})

test.each([
  [20, 2.2],
  [445, 0.9],
  [980, 0.4],
])('of %i, the rest hangs by %f degrees, and never onto what stands below', (length, angle) => {
  expect(hangAngle(length)).toBe(angle)
  expect(length * Math.sin((angle * Math.PI) / 180)).toBeLessThan(8)
})

const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2027-01-01T00:00:00Z')

test.each([
  ['before the first day', '2025-06-01T00:00:00Z', 0],
  ['on the first day', '2026-01-01T00:00:00Z', 0],
  ['half way', '2026-07-02T12:00:00Z', 0.5],
  ['on the last day', '2027-01-01T00:00:00Z', 1],
  ['after the last day', '2030-01-01T00:00:00Z', 1],
])('share of life %s', (_, at, share) => {
  expect(shareOfLife(from, to, new Date(at))).toBeCloseTo(share, 5)
})

test('a life time of nothing is over', () => {
  expect(shareOfLife(from, from, from)).toBe(1)
})
