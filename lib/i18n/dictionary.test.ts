import { expect, test } from 'vitest'
import { dictionary, scriptsWords } from './dictionary.ts'
import { fill, plural } from './fill.ts'

/** Gives every text with its path. */
function texts(value: unknown, way = ''): [string, string][] {
  if (typeof value === 'string') return [[way, value]]
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${way}.${key}`))
}

const en = new Map(texts({ ...dictionary('en'), scripts: scriptsWords('en') }))
const de = new Map(texts({ ...dictionary('de'), scripts: scriptsWords('de') }))

test('both languages say the same things', () => {
  expect([...de.keys()]).toEqual([...en.keys()])
})

test('no text is empty, and none shouts', () => {
  for (const [way, text] of [...en, ...de]) {
    expect(text.trim(), way).not.toBe('')
    expect(text, way).not.toMatch(/!|please (?:try|enter)|oops/i)
  }
})

test('a text has the same gaps in both languages', () => {
  const gaps = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort()
  for (const [way, text] of en) expect(gaps(de.get(way) ?? ''), way).toEqual(gaps(text))
})

test('words for experts stay out of the pages', () => {
  const expert = /\b(?:CSR|PKCS|OCSP|CRL|EKU|SAN|X\.509|DER|PEM|RSA|nonce)\b/
  for (const [way, text] of [...en, ...de]) {
    // The pages for scripts use words of their readers, who work in a terminal.
    if (way.startsWith('.scripts.')) continue
    expect(text.replaceAll('CSR.SelfService', ''), way).not.toMatch(expert)
  }
})

test('a gap is filled, a gap without a value stays visible', () => {
  expect(fill('{name} ends on {date}.', { name: 'alice-ws' })).toBe('alice-ws ends on {date}.')
  expect(fill('{a}', { a: '{b}', b: 'x' })).toBe('{b}')
})

test('one day and many days', () => {
  const forms = { one: '{n} day', other: '{n} days' }
  expect([0, 1, 2].map((count) => plural(count, forms))).toEqual(['0 days', '1 day', '2 days'])
})
