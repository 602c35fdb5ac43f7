import { expect, test } from 'vitest'
import { preferredLanguage } from './language.ts'

test.each([
  [null, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['en-GB,en;q=0.9,de;q=0.8', 'en'],
  ['fr-CA,de;q=0.5,en;q=0.4', 'fr'],
  ['it,de;q=0.5,en;q=0.4', 'de'],
  ['en;q=0.3, de-AT;q=0.7', 'de'],
  ['de;q=0, en;q=0.1', 'en'],
  ['it', 'en'],
  ['den', 'en'],
  [`${'x'.repeat(5000)},de`, 'en'],
])('a browser that asks for %s reads %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language)
})
