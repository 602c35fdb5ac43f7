import { expect, test } from 'vitest'
import { makePassword, passwordGroups } from './password.ts'

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))

test('a password is 20 signs of capital letters and digits that nobody mixes up', () => {
  for (let i = 0; i < 200; i++) {
    expect(makePassword(randomBytes)).toMatch(/^[ABCDEFGHJKLMNPQRSTUVWXYZ2-9]{20}$/)
  }
})

test('every sign comes from exactly eight of the 256 octets, so none is likelier', () => {
  const counts = new Map<string, number>()
  for (let octet = 0; octet < 256; octet++) {
    const sign = makePassword((length) => new Uint8Array(length).fill(octet)).charAt(0)
    counts.set(sign, (counts.get(sign) ?? 0) + 1)
  }
  expect(counts.size).toBe(32)
  expect(new Set(counts.values())).toEqual(new Set([8]))
})

test('it is read in five groups of four', () => {
  expect(passwordGroups('ABCDEFGHJKLMNPQRSTUV')).toEqual(['ABCD', 'EFGH', 'JKLM', 'NPQR', 'STUV'])
})
