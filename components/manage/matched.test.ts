import { expect, test } from 'vitest'
import { matchedUntil } from './matched.tsx'

test.each([
  ['ALICE-LT-042', 'alice', 5],
  ['Alice Adler', ' Alice A', 7],
  ['6a2b 0c1d', '6a2b0', 6],
  ['6a2b 0c1d', '6A2B 0', 6],
  ['6a2b 0c1d', '6a:2b:0', 6],
  ['alice@contoso.example', 'contoso', 0],
  ['Alice', 'Alice Adler', 0],
  ['Alice', '', 0],
  ['Alice', '  ', 0],
])('%s, searched by %j', (text, search, end) => {
  expect(matchedUntil(text, search)).toBe(end)
})
