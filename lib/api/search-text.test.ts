import { expect, test } from 'vitest'
import { searchTextOf } from './search-text.ts'

test.each([
  ['457a dabc f4fb 0d', '457adabcf4fb0d'],
  ['45:7A:DA:B', '457ADAB'],
  ['45 7a da', '457ada'],
  ['457adabc', '457adabc'],
  ['Cafe 12', 'Cafe 12'],
  ['Ada Bee', 'Ada Bee'],
  ['de71ce04-a7c5', 'de71ce04-a7c5'],
  ['457a dabc Adler', '457a dabc Adler'],
  ['', ''],
])('%s is searched as %s', (text, searched) => {
  expect(searchTextOf(text)).toBe(searched)
})
