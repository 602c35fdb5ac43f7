import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSerial, serialMadeAt } from './serial.ts'

const now = new Date('2026-11-22T12:00:00Z')
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

describe('a serial number', () => {
  test('is 40 hex digits: the time, then sixteen random octets', () => {
    const counting = (length: number) => Uint8Array.from({ length }, (_, at) => at)
    expect(makeSerial(now, counting)).toBe('4570d8c0000102030405060708090a0b0c0d0e0f')
  })

  test('is positive, takes 20 octets and grows with time, whatever the random octets are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((one) => new Set(one).size > 1),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2057-12-31'), noInvalidDate: true }),
        (octets, at) => {
          const serial = makeSerial(at, () => octets)
          expect(serial).toMatch(/^[4-7][0-9a-f]{39}$/)
          expect(serial.slice(8)).toBe(Buffer.from(octets).toString('hex'))
          const later = makeSerial(new Date(at.getTime() + 1000), () => octets)
          expect(later > serial).toBe(true)
        },
      ),
    )
  })

  test('tells the second in which it was made, and nothing of one that is none of ours', () => {
    expect(serialMadeAt(makeSerial(new Date(now.getTime() + 999), random))).toEqual(now)
    for (const other of ['01', 'f'.repeat(40), '0'.repeat(40)]) {
      expect(serialMadeAt(other)).toBeNull()
    }
  })

  test('does not repeat', () => {
    const serials = Array.from({ length: 10_000 }, () => makeSerial(now, random))
    expect(new Set(serials).size).toBe(serials.length)
  })

  const broken: [string, () => Uint8Array][] = [
    ['zeros', () => new Uint8Array(16)],
    ['ones', () => new Uint8Array(16).fill(0xff)],
    ['too few octets', () => random(8)],
    ['too many octets', () => random(17)],
  ]
  test.each(broken)('CON-07: is not made from a generator that gives %s', (_, generator) => {
    expect(() => makeSerial(now, generator)).toThrow('The generator of random octets is broken.')
  })

  test('CON-07: is not made when the generator fails', () => {
    const fail = () => {
      throw new Error('no entropy')
    }
    expect(() => makeSerial(now, fail)).toThrow('no entropy')
  })

  test.each(['2023-12-31T23:59:59Z', '2058-01-10T00:00:00Z'])('is not made at %s', (text) => {
    expect(() => makeSerial(new Date(text), random)).toThrow(
      'The clock is outside of the years 2024 to 2057.',
    )
  })

  test('is not made by an invalid clock', () => {
    expect(() => makeSerial(new Date(Number.NaN), random)).toThrow('The clock is outside')
  })
})
