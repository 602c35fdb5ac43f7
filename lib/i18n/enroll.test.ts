import { expect, test } from 'vitest'
import { enrollWords } from './dictionary.ts'

/** Gives every text with its path. */
function texts(value: unknown, way = ''): [string, string][] {
  if (typeof value === 'string') return [[way, value]]
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${way}.${key}`))
}

const en = new Map(texts(enrollWords('en')))
const de = new Map(texts(enrollWords('de')))

test('both languages say the same things', () => {
  expect([...de.keys()]).toEqual([...en.keys()])
})

test('no text is empty, and none shouts', () => {
  for (const [way, text] of [...en, ...de]) {
    expect(text.trim(), way).not.toBe('')
    expect(text, way).not.toMatch(/!|please|oops|invalid|ungültig/i)
  }
})

test('a text has the same gaps, names and buttons in both languages', () => {
  const marks = (text: string) => [
    [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort(),
    text.match(/\*[^*]+\*/g)?.length,
    text.match(/\[[^\]]+\]/g)?.length,
  ]
  for (const [way, text] of en) expect(marks(de.get(way) ?? ''), way).toEqual(marks(text))
})

test('words for experts stand under their heading only', () => {
  const expert = /\b(?:CSR|PKCS|OCSP|CRL|EKU|SAN|X\.509|DER|PEM|RSA|nonce)\b/
  const allowed = /^\.choose\.(?:keys|containers)\./
  for (const [way, text] of [...en, ...de]) {
    if (!allowed.test(way)) expect(text.replaceAll('CSR.SelfService', ''), way).not.toMatch(expert)
  }
})
