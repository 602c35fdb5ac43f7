import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StatusCase, startStatusCase } from '#authority/testing/status-case.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { toHex } from '#lib/pki/asn1/bytes.ts'
import { requestsInPath } from '#lib/pki/ocsp/ocsp-get.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'

/**
 * A proxy merged two slashes in the base64 of a GET, and there are several places where they may have been.
 * One reading is answered; the others cost no response and no signature.
 */

const ALICE = 'alice@contoso.example'
/** In base64, from a multiple of three octets on: "//AA/A/A/AAA". */
const SLASHES = Uint8Array.of(0xff, 0xf0, 0, 0xfc, 0x0f, 0xc0, 0xfc, 0, 0)

let c: StatusCase
let made = 0
let asked = 0

beforeAll(async () => {
  c = await startStatusCase()
  const { authority, status } = c.harness
  const { begin } = status.ocsp.state.making
  Object.assign(status.ocsp.state.making, {
    begin: (...args: Parameters<typeof begin>) => {
      made++
      return begin(...args)
    },
  })
  const { certificatesBySerial } = authority.ledger
  Object.assign(authority.ledger, {
    certificatesBySerial: (...args: Parameters<typeof certificatesBySerial>) => {
      asked++
      return certificatesBySerial(...args)
    },
  })
})
afterAll(() => c.close())

/** By the hash algorithm with fewer slashes in the issuer's hashes: with too many, nothing is repaired. */
function requestFor(serial: string): Uint8Array {
  const slashesIn = (hash: 'sha1' | 'sha256') =>
    base64(ocspRequest(c.harness.authority.issuer, [`4${'1'.repeat(39)}`], { hash })).split('/')
      .length
  const hash = slashesIn('sha1') <= slashesIn('sha256') ? 'sha1' : 'sha256'
  return ocspRequest(c.harness.authority.issuer, [serial], { hash })
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/** The last 16 octets of a serial whose base64 in a request has the slashes. */
function ending(): Uint8Array {
  const { length } = requestFor(`4${'1'.repeat(39)}`)
  const bytes = new Uint8Array(16).fill(0x11)
  const at = 4 + ((3 - ((length - 12) % 3)) % 3)
  bytes.set(SLASHES, at)
  return bytes
}

async function askMangled(serial: string) {
  const whole = base64(requestFor(serial))
  expect(whole).toContain('//AA/A/A/AAA')
  const text = whole.replace('//AA', '/AA')
  expect(requestsInPath(text).length).toBeGreaterThan(3)
  ;[made, asked] = [0, 0]
  const { status, body } = await c.harness.send({ path: `/ocsp/${text}` })
  expect(status).toBe(200)
  const found = readOcspResponse(new Uint8Array(body))
  const said = typeof found === 'number' ? found : found.responses[0]?.status.kind
  return { said, made, asked }
}

test('the certificate that there is is found among the readings, and one answer is made', async () => {
  const { authority } = c.harness
  const { randomBytes } = authority
  Object.assign(authority, {
    randomBytes: (length: number) => (length === 16 ? ending() : randomBytes(length)),
  })
  const serial = await c.issue('alice', 'alice', { upn: ALICE })
  Object.assign(authority, { randomBytes })
  expect(serial.slice(8)).toBe(toHex(ending()))
  await c.sync()
  expect(await askMangled(serial)).toEqual({ said: 'good', made: 1, asked: 1 })
  // The same again comes from the cache, except for the query that chooses the reading.
  expect(await askMangled(serial)).toEqual({ said: 'good', made: 0, asked: 1 })
})

test('of serials that nobody has one is answered', async () => {
  // For an unknown serial the ledger is queried anyway; the second query chooses the reading.
  const serial = `4${'1'.repeat(7)}${toHex(ending())}`
  expect(await askMangled(serial)).toEqual({ said: 'unknown', made: 1, asked: 2 })
})
