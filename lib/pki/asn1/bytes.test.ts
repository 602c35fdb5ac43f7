import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes, concat, equalBytes, fromHex, toHex } from './bytes.ts'

const bytes = fc.uint8Array({ maxLength: 40 })

test('hex is what Node writes, and is read back in either case', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(toHex(value)).toBe(Buffer.from(value).toString('hex'))
      expect(fromHex(toHex(value))).toEqual(value)
      expect(fromHex(toHex(value).toUpperCase())).toEqual(value)
    }),
  )
})

test.each([
  ['0', 'This is not hex of even length.'],
  ['0g', 'This is not hex.'],
  ['zz', 'This is not hex.'],
  [' 0', 'This is not hex.'],
  ['0٠', 'This is not hex.'],
  ['\u0010\u0011', 'This is not hex.'],
])('"%s" is not hex', (text, message) => {
  expect(() => fromHex(text)).toThrowError(
    expect.objectContaining({ code: 'malformed_request', message }),
  )
})

test('joins, compares and orders as Node does', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(concat(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])))
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
      expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(b))
    }),
  )
})
