import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, toBase64, toBase64Url } from './base64.ts'

test('is the base64 that Node writes, and is read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = toBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(fromBase64(Buffer.from(text))).toEqual(bytes)
    }),
  )
})

test('takes exactly the texts that it would write itself', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[AB/+=]{0,9}$/), (text) => {
      let read: Uint8Array | null = null
      try {
        read = fromBase64(Buffer.from(text))
      } catch {
        expect(toBase64(Buffer.from(text, 'base64'))).not.toBe(text)
      }
      if (read) expect(toBase64(read)).toBe(text)
    }),
    { numRuns: 500 },
  )
})
