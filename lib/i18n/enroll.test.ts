import { describe, expect, test } from 'vitest'
import { enrollWords } from './dictionary.ts'
import { isLanguage, LANGUAGES } from './languages.ts'
import { textsOf } from './testing/texts.ts'

const english = textsOf(enrollWords('en'))

describe.each(Object.keys(LANGUAGES).filter(isLanguage))('%s', (language) => {
  const words = textsOf(enrollWords(language))

  test('says the same things', () => {
    expect([...words.keys()]).toEqual([...english.keys()])
  })

  test('leaves no text empty, and none shouts', () => {
    for (const [way, text] of words) {
      expect(text.trim(), way).not.toBe('')
      expect(text, way).not.toMatch(/!|please|oops|invalid|ungültig/i)
    }
  })

  test('has the same gaps, names and buttons', () => {
    const marks = (text: string) => [
      [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort(),
      text.match(/\*[^*]+\*/g)?.length,
      text.match(/\[[^\]]+\]/g)?.length,
    ]
    for (const [way, text] of english) {
      expect(marks(words.get(way) ?? ''), way).toEqual(marks(text))
    }
  })

  test('keeps words for experts under their heading', () => {
    const expert = /\b(?:CSR|PKCS|OCSP|CRL|EKU|SAN|X\.509|DER|PEM|RSA|nonce)\b/
    const allowed = /^\.choose\.(?:keys|containers)\./
    for (const [way, text] of words) {
      if (allowed.test(way)) continue
      expect(text.replaceAll('CSR.SelfService', ''), way).not.toMatch(expert)
    }
  })
})
