import { describe, expect, test } from 'vitest'
import type { NetworkKind } from '#lib/network/network.ts'
import {
  calendarWords,
  dictionary,
  doctorWords,
  enrollWords,
  reminderStopWords,
  reminderWords,
  scriptsWords,
} from './dictionary.ts'
import { fill, plural } from './fill.ts'
import { isLanguage, LANGUAGES, type Language } from './languages.ts'
import { pluralsIn, textsOf } from './testing/texts.ts'

const languages = Object.keys(LANGUAGES).filter(isLanguage)
const all = (language: Language) => ({
  ...dictionary(language),
  scripts: scriptsWords(language),
  doctor: doctorWords(language),
  reminder: reminderWords(language),
  reminderStop: reminderStopWords(language),
  calendar: calendarWords(language),
})
const english = textsOf(all('en'))

describe.each(languages)('%s', (language) => {
  const words = textsOf(all(language))

  test('says the same things', () => {
    expect([...words.keys()]).toEqual([...english.keys()])
  })

  test('leaves no text empty, and none shouts', () => {
    for (const [way, text] of words) {
      expect(text.trim(), way).not.toBe('')
      expect(text, way).not.toMatch(/!|please (?:try|enter)|oops/i)
    }
  })

  test('has the same gaps', () => {
    const gaps = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort()
    for (const [way, text] of english) expect(gaps(words.get(way) ?? ''), way).toEqual(gaps(text))
  })

  test('keeps words for experts out of the pages', () => {
    const expert = /\b(?:CSR|PKCS|OCSP|CRL|EKU|SAN|X\.509|DER|PEM|RSA|nonce)\b/
    for (const [way, text] of words) {
      // The pages for scripts use words of their readers, who work in a terminal.
      if (way.startsWith('.scripts.')) continue
      expect(text.replaceAll('CSR.SelfService', ''), way).not.toMatch(expert)
    }
  })

  test('counts by its own rule', () => {
    const rule = new Intl.PluralRules(language)
    for (const [way, forms] of pluralsIn(all(language))) {
      for (const n of [0, 1, 2, 5]) {
        const form = rule.select(n) === 'one' ? forms.one : forms.other
        expect(plural(n, forms), `${way} ${n}`).toBe(fill(form, { n }))
      }
    }
  })
})

test('the words name the networks that there are, and no others', () => {
  const heading = (language: Language, ...kinds: readonly NetworkKind[]) =>
    dictionary(language, kinds).signin.heading.replaceAll('\u2060', '')
  expect(heading('en', 'wifi')).toBe('Your own key to Wi-Fi.')
  expect(heading('en', 'wifi', 'wired', 'vpn')).toBe(
    'Your own key to Wi-Fi, wired networks and VPN.',
  )
  expect(heading('de', 'wired', 'vpn')).toBe('Ihr eigener Schlüssel zu Kabelnetz und VPN.')
  expect(heading('fr', 'wifi', 'vpn')).toBe('Votre propre clé pour le Wi-Fi et le VPN.')
  expect(heading('de')).toBe('Ihr eigener Schlüssel zu Netz und Diensten von Contoso.')
  expect(dictionary('en', ['vpn']).devices.messageForIt).toContain('no certificate for VPN.')
})

test.each(languages)('%s speaks of no network where none is configured', (language) => {
  for (const [way, text] of textsOf({ ...all(language), enroll: enrollWords(language) })) {
    // Where a system’s own settings are called so.
    if (/^\.enroll\.use\.places\.ios\.worked$/.test(way)) continue
    expect(text, way).not.toMatch(/Wi\W?\W?Fi|WLAN|VPN|\{access\}/)
  }
})

test('French has its no-break spaces', () => {
  for (const [way, text] of textsOf(all('fr'))) {
    expect(text, way).not.toMatch(/ [:;?!»]|« /)
    expect(text.replace(/https?:|\w+:\/\/|[a-z]:\w/g, ''), way).not.toMatch(/[^\s\u00a0][;?»]/)
  }
})

test('German has its dative after „binnen“ and „nach“, and days nowhere else', () => {
  const words = all('de')
  const texts = [...textsOf(words)].filter(([, text]) => text.includes('{days}'))
  expect(texts.length).toBeGreaterThan(3)
  for (const [way, text] of texts) {
    expect(text, way).toMatch(/(?:binnen|nach) \{days\}/i)
    expect(text.match(/\{days\}/g), way).toHaveLength(1)
  }
  expect([1, 7].map((count) => plural(count, words.common.days))).toEqual(['1 Tag', '7 Tagen'])
})

test('a gap is filled, a gap without a value stays visible', () => {
  expect(fill('{name} ends on {date}.', { name: 'alice-ws' })).toBe('alice-ws ends on {date}.')
  expect(fill('{a}', { a: '{b}', b: 'x' })).toBe('{b}')
})

test('one day and many days', () => {
  const forms = { one: '{n} day', other: '{n} days' }
  expect([0, 1, 2].map((count) => plural(count, forms))).toEqual(['0 days', '1 day', '2 days'])
  const french = { one: '{n} jour', other: '{n} jours', language: 'fr' } as const
  expect([0, 1, 2].map((count) => plural(count, french))).toEqual(['0 jour', '1 jour', '2 jours'])
})
