import { describe, expect, test } from 'vitest'
import { toHex } from './bytes.ts'
import { integer, nullValue, octetString, oid, sequence } from './der-write.ts'
import { requestsInPath } from './ocsp-get.ts'
import { OID } from './oid.ts'

/** 0xff gives slashes in base64, many in a row. */
function requestWith(fill: number): Uint8Array {
  const hash = octetString(new Uint8Array(20).fill(fill))
  const certId = sequence(
    sequence(oid(OID.sha1), nullValue()),
    hash,
    octetString(new Uint8Array(20).fill(0x11)),
    integer(Uint8Array.from({ length: 20 }, (_, i) => (i * 37 + 5) & 0x7f)),
  )
  return sequence(sequence(sequence(sequence(certId))))
}

/** Base64 with exactly one pair of slashes. */
const DER = (() => {
  const der = requestWith(0x11)
  const at = der.length - 15
  der.set([0x0f, 0xff, 0xff, 0xf1], at - (at % 3))
  return der
})()
const BASE64 = Buffer.from(DER).toString('base64')

const first = (encoded: string) => toHex(requestsInPath(encoded)[0] ?? new Uint8Array())

test('the sample has two slashes in a row', () => {
  expect(BASE64).toMatch(/\/\//)
})

describe('a path is read as the request that it stands for', () => {
  const ways: [string, string][] = [
    ['as it is', BASE64],
    ['percent-encoded', encodeURIComponent(BASE64)],
    ['in lower-case percent-encoding', BASE64.replaceAll('/', '%2f').replaceAll('=', '%3d')],
    ['with a slash before it', `/${BASE64}`],
    ['with a slash after it', `${BASE64}/`],
    ['without padding', BASE64.replace(/=+$/, '')],
    ['in the alphabet of URLs', BASE64.replaceAll('/', '_').replaceAll('+', '-')],
    ['with plus signs that became spaces', BASE64.replaceAll('+', '%20')],
  ]
  test.each(ways)('%s', (_, encoded) => {
    expect(first(encoded)).toBe(toHex(DER))
    expect(requestsInPath(encoded)).toHaveLength(1)
  })

  test('also when a proxy made one slash of two', () => {
    const mended = requestsInPath(BASE64.replaceAll('//', '/')).map(toHex)
    expect(mended).toContain(toHex(DER))
  })

  test('also when that happened in two places', () => {
    const der = requestWith(0x11)
    for (const back of [15, 48]) {
      const at = der.length - back
      der.set([0x0f, 0xff, 0xff, 0xf1], at - (at % 3))
    }
    const base64 = Buffer.from(der).toString('base64')
    expect(base64.match(/\/\//g)).toHaveLength(2)
    expect(requestsInPath(base64.replaceAll('//', '/')).map(toHex)).toContain(toHex(der))
  })
})

describe('what is no base64 is nothing', () => {
  test.each([
    '',
    '/',
    '%',
    '%zz',
    '%ff%fe',
    'a*b',
    'MEE=MEE=',
    'ab===',
    '<script>',
  ])('%j', (encoded) => {
    expect(requestsInPath(encoded)).toEqual([])
  })
})

test('what is no request is given as it is, and a path of slashes takes no time', () => {
  expect(requestsInPath('AAAA').map(toHex)).toEqual(['000000'])
  const begun = performance.now()
  expect(requestsInPath('/A'.repeat(2000)).length).toBeLessThanOrEqual(1)
  expect(performance.now() - begun).toBeLessThan(500)
})
