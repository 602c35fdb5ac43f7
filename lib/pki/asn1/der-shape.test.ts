import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from './bytes.ts'
import { parseDer } from './der.ts'
import { hasDerShape } from './der-shape.ts'
import { integer, nullValue, octetString, sequence } from './der-write.ts'

describe('the shape of DER', () => {
  const good: [string, string][] = [
    ['a NULL', '0500'],
    ['an empty SEQUENCE', '3000'],
    ['an empty SEQUENCE within one', '30023000'],
    ['two elements in a SEQUENCE', '30040500' + '0500'],
    ['a length of two octets', `0481ff${'00'.repeat(255)}`],
    ['a length of three octets', `04820100${'00'.repeat(256)}`],
    ['content that is no DER', '0402ffff'],
    ['what only parseDer can refuse', '010105'],
  ]
  test.each(good)('%s has it', (_, hex) => {
    expect(hasDerShape(fromHex(hex))).toBe(true)
  })

  const bad: [string, string][] = [
    ['nothing', ''],
    ['a tag alone', '30'],
    ['a length that is too long', '300205'],
    ['an octet after the end', '050000'],
    ['an element after the end', '05000500'],
    ['a child that is longer than its parent', '3003040200' + '00'],
    ['a child whose header is cut', '300105'],
    ['children that leave an octet over', '3003050005'],
    ['an indefinite length', '30800000'],
    ['a long form for a short length', `04817f${'00'.repeat(127)}`],
    ['a length with a leading zero', `048200ff${'00'.repeat(255)}`],
    ['a high tag number', '1f0100'],
    ['tag zero', '0000'],
    ['more depth than a request has', deep(17)],
  ]
  test.each(bad)('%s has it not', (_, hex) => {
    expect(hasDerShape(fromHex(hex))).toBe(false)
  })

  test('whatever parseDer takes has it', () => {
    const sample = sequence(sequence(integer(5), octetString(new Uint8Array(200)), nullValue()))
    const limits = { bytesMax: 4096, depthMax: 16, nodesMax: 1000 }
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 3 }),
        (changes) => {
          const bytes = sample.slice()
          for (const [at, value] of changes) bytes[at] = value
          try {
            parseDer(bytes, limits)
          } catch {
            return
          }
          expect(hasDerShape(bytes)).toBe(true)
        },
      ),
    )
  })
})

function deep(depth: number): string {
  let der: Uint8Array = nullValue()
  for (let level = 0; level < depth; level++) der = sequence(der)
  return Buffer.from(der).toString('hex')
}
