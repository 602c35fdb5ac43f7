import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, toBase64, toBase64Lines, toBase64Url } from './base64.ts'

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

test('lines of 64 columns: as Node folds them, without an end, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = toBase64Lines(bytes)
      expect(text.split('\n')).toEqual(
        Buffer.from(bytes)
          .toString('base64')
          .match(/.{1,64}/g) ?? [''],
      )
      expect(fromBase64(Buffer.from(text))).toEqual(bytes)
    }),
  )
})

// One line alone is 48 octets or fewer, and no answer of ours is as short.
test('more than one line is read by plain `openssl base64 -d`, whatever its last line is', () => {
  for (let length = 49; length <= 49 + 48; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 0xff)
    const args = ['base64', '-d']
    const read = execFileSync('openssl', args, { input: toBase64Lines(bytes) })
    expect(new Uint8Array(read), `${length} octets`).toEqual(bytes)
  }
})
