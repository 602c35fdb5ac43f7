import { describe, expect, test } from 'vitest'
import { toHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { integer, nullValue, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readOcspRequest } from './ocsp.ts'
import { requestsInPath } from './ocsp-get.ts'

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
    ['with a slash after it and no padding', `${BASE64.replace(/=+$/, '')}/`],
    ['without padding', BASE64.replace(/=+$/, '')],
    ['in the alphabet of URLs', BASE64.replaceAll('/', '_').replaceAll('+', '-')],
    ['with plus characters that became spaces', BASE64.replaceAll('+', '%20')],
  ]
  test.each(ways)('%s', (_, encoded) => {
    expect(first(encoded)).toBe(toHex(DER))
    expect(requestsInPath(encoded)).toHaveLength(1)
  })

  test('also when a proxy made one slash of two', () => {
    const restored = requestsInPath(BASE64.replaceAll('//', '/')).map(toHex)
    expect(restored).toContain(toHex(DER))
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

test('what is no request is given as it is', () => {
  expect(requestsInPath('AAAA').map(toHex)).toEqual(['000000'])
})

const base64Of = (der: Uint8Array) => Buffer.from(der).toString('base64')

/**
 * Base64 of what has the form of a request by its lengths, as many octets long, less so many characters;
 * what is left has so many places where a slash may be missing, all within one octet string.
 */
function placesFor(octets: number, places: number, missing: 0 | 1 | 2): string {
  const text = base64Of(sequence(sequence(sequence(sequence(octetString(new Uint8Array(octets)))))))
  const begin = 24
  const characters = '/A'.repeat(places + missing)
  const whole = text.slice(0, begin) + characters + text.slice(begin + characters.length)
  expect(whole).toHaveLength(text.length)
  return (
    whole.slice(0, begin) +
    whole.slice(begin).replace(/\//g, (sign, at) => (at < 2 * missing ? '' : sign))
  )
}

const HOSTILE: [string, string][] = [
  ['nothing but places for slashes', '/A'.repeat(2000).slice(1)],
  ['places for slashes after the header of a request', `MIIH${'/A'.repeat(2046)}`],
  ['places for slashes in a short path', `MIHA${'/A'.repeat(120)}`],
  ['a long request with one sign less', placesFor(1500, 900, 1)],
  ['eight certificates with one sign less', placesFor(500, 300, 1)],
  ['one certificate with many places and one sign less', placesFor(150, 70, 1)],
  ['one certificate with eight places and one sign less', placesFor(150, 8, 1)],
  ['one certificate with eight places and two characters less', placesFor(150, 8, 2)],
  ['one certificate with eight places and a slash more', `${placesFor(150, 8, 1)}/`],
  ['a header that promises more', placesFor(90, 8, 0).slice(0, -40)],
  [
    'elements without number',
    base64Of(sequence(new Uint8Array(1900).fill(5).map((v, i) => (i % 2 ? 0 : v)))),
  ],
  ['elements within elements', base64Of(nested(300))],
  ['random octets', base64Of(Uint8Array.from({ length: 83 }, (_, i) => (i * 193 + 77) & 0xff))],
]

function nested(depth: number): Uint8Array {
  let der: Uint8Array = nullValue()
  for (let level = 0; level < depth; level++) der = sequence(der)
  return der
}

/** CPU time in milliseconds to read a path as the responder does, many times. */
function costOf(encoded: string): number {
  const read = () => {
    for (const der of requestsInPath(encoded)) readOcspRequest(der)
  }
  for (let round = 0; round < 200; round++) read()
  const begun = process.cpuUsage()
  for (let round = 0; round < 400; round++) read()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000
}

describe('a hostile path costs about what an honest one costs', () => {
  const eight = Array.from({ length: 8 }, (_, i) => requestWith(i + 1))
  const certIds = eight.map((der) => parseDer(der).children[0]?.children[0]?.children[0]?.bytes)
  const honest = base64Of(
    sequence(sequence(sequence(...certIds.map((bytes) => bytes ?? new Uint8Array())))),
  )

  test('the honest one is a request of eight certificates', () => {
    const [der = new Uint8Array()] = requestsInPath(honest)
    expect(readOcspRequest(der)).toMatchObject({ ok: true, request: { certIds: { length: 8 } } })
  })

  test.each(HOSTILE)('%s', (_, encoded) => {
    expect(requestsInPath(encoded).length).toBeLessThanOrEqual(6)
    // The worst costs about three times as much. To try every place without a look at the length
    // would cost thirty to fifty times as much.
    expect(costOf(encoded)).toBeLessThan(8 * costOf(honest) + 5)
  })
})
