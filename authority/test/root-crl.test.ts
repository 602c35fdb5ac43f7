import { X509Certificate } from 'node:crypto'
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { type RootCrlOptions, renewRootCrl } from '#cli/root-crl.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { readCertsOnly } from '#lib/pki/certificate/cms.ts'
import { ownRootOf } from '#lib/pki/certificate/own-root.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { rootStatusPath } from '#lib/signer/root-status-file.ts'

/** What the authority serves of its root: CRL, certificate, and OCSP about the issuing CA. */

const DAY_MS = 86_400_000

let latchkey: Harness
let clockMs = 0

beforeAll(async () => {
  latchkey = await startHarness({
    issuingCa: { crlDays: 90 },
    env: { LATCHKEY_EST_CACERTS: 'chain' },
    change: (authority) => ({ ...authority, now: () => new Date(Date.now() + clockMs) }),
  })
})
afterAll(() => latchkey.close())
beforeEach(() => {
  clockMs = 0
})

const get = (path: string, ...headers: (readonly [string, string])[]) =>
  latchkey.send({ path, headers })
const renew = (change: Partial<RootCrlOptions> = {}) =>
  renewRootCrl(
    latchkey.config,
    { rootKey: null, days: 90, number: null, revoke: null, ...change },
    new Date(),
  )
const askAboutIssuing = async (serials?: readonly string[]) => {
  const { chain, serial } = latchkey.authority.issuer
  const root = ownRootOf(chain)
  if (root === null) throw new Error('There is no root of our own.')
  const body = ocspRequest(root, serials ?? [serial])
  const headers = [['content-type', 'application/ocsp-request']] as const
  return latchkey.send({ method: 'POST', path: '/ocsp', headers, body })
}

describe('the root CRL', () => {
  test.each([true, false])('is served as DER and PEM, tls: %s', async (tls) => {
    const der = await latchkey.send({ path: '/crl/root.crl', tls })
    expect([der.status, der.headers['content-type']]).toEqual([200, 'application/pkix-crl'])
    expect(der.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'content-length': String(der.body.length),
      vary: 'accept-encoding',
    })
    const crl = readCrl(new Uint8Array(der.body))
    expect(der.headers['last-modified']).toBe(crl.thisUpdate.toUTCString())
    const pem = await latchkey.send({ path: '/crl/root.pem', tls })
    expect(pem.headers['content-type']).toBe('application/x-pem-file')
    const inside = pem.body.toString().split('\n').slice(1, -2).join('')
    expect(Buffer.from(inside, 'base64').equals(der.body)).toBe(true)
  })

  test('is known again, in part, and packed', async () => {
    const { body, headers } = await get('/crl/root.crl')
    const again = await get('/crl/root.crl', ['if-none-match', String(headers.etag)])
    expect([again.status, again.body.length]).toEqual([304, 0])
    const part = await get('/crl/root.crl', ['range', 'bytes=0-3'])
    expect([part.status, part.body]).toEqual([206, body.subarray(0, 4)])
    const packed = await get('/crl/root.crl', ['accept-encoding', 'gzip'])
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.body).equals(body)).toBe(true)
  })

  test('is the new one as soon as it was renewed, without a restart', async () => {
    const before = readCrl(new Uint8Array((await get('/crl/root.crl')).body))
    await renew()
    const after = readCrl(new Uint8Array((await get('/crl/root.crl')).body))
    expect(after.number).toBe(before.number + 1n)
  })

  test('that ran out is not served, and OCSP says to try later', async () => {
    clockMs = 91 * DAY_MS
    const answer = await get('/crl/root.crl')
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('300')
    expect(answer.json).toMatchObject({
      code: 'authority_unavailable',
      detail: 'No root CRL is still in its time.',
      remedy: 'The operator signs a new one with the root key: npm run init-ca -- --root-crl',
    })
    // RFC 6960 section 2.3: tryLater (3).
    expect(readOcspResponse(new Uint8Array((await askAboutIssuing()).body))).toBe(3)
  })
})

describe('an operator sees', () => {
  const probe = async () => (await get('/probe')).json
  const warned = () => {
    const from = latchkey.logged().length
    latchkey.status.root.warn()
    return latchkey
      .logged()
      .slice(from)
      .map((line) => JSON.parse(line) as { level: unknown; msg: string })
  }

  test('that all is well', async () => {
    expect(await probe()).toMatchObject({ checks: { rootCrl: 'up' } })
    expect(warned()).toEqual([])
  })

  test('that it will soon end, which takes nothing out of use', async () => {
    clockMs = 61 * DAY_MS
    expect(await probe()).toMatchObject({ checks: { rootCrl: 'ending' } })
    expect(warned().map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^The root CRL ends at .* npm run init-ca -- --root-crl\.$/),
    ])
  })

  test('that it is over', async () => {
    clockMs = 91 * DAY_MS
    expect(await probe()).toMatchObject({ status: 'degraded', checks: { rootCrl: 'down' } })
    expect((await get('/probe')).status).toBe(200)
    expect(warned().map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^The root CRL ran out at /),
    ])
  })

  test('that the file is missing, while the one before still counts', async () => {
    const file = rootStatusPath(latchkey.config.dataDir)
    renameSync(file, `${file}.away`)
    expect(await probe()).toMatchObject({ status: 'degraded', checks: { rootCrl: 'down' } })
    expect(warned().map(({ msg }) => msg)).toEqual([
      `The root CRL in ${file} cannot be used. It is missing or cannot be read. ` +
        'Sign a new one with the root key: npm run init-ca -- --root-crl.',
    ])
    expect((await get('/crl/root.crl')).status).toBe(200)
    renameSync(`${file}.away`, file)
    expect(await probe()).toMatchObject({ checks: { rootCrl: 'up' } })
  })
})

describe('OCSP about the issuing CA', () => {
  test('is what the root signed, and no cache on the way keeps it', async () => {
    const { body, headers } = await askAboutIssuing()
    expect(headers['cache-control']).toBe('no-store')
    const crl = readCrl(new Uint8Array((await get('/crl/root.crl')).body))
    expect(readOcspResponse(new Uint8Array(body))).toMatchObject({
      responses: [
        { status: { kind: 'good' }, thisUpdate: crl.thisUpdate, nextUpdate: crl.nextUpdate },
      ],
    })
  })

  test('is refused for a serial that the root never signed', async () => {
    const { body } = await askAboutIssuing(['1234'])
    // RFC 6960 section 2.3: unauthorized (6).
    expect(readOcspResponse(new Uint8Array(body))).toBe(6)
  })
})

describe('the root’s certificate', () => {
  test('is where the issuing CA’s says it is', async () => {
    const { chain } = latchkey.authority.issuer
    const { status, headers, body } = await get('/ca/root.cer')
    expect([status, headers['content-type']]).toEqual([200, 'application/pkix-cert'])
    expect(headers['cache-control']).toBe('public, max-age=3600')
    expect(body.equals(Buffer.from(chain[1] ?? ''))).toBe(true)
    const again = await get('/ca/root.cer', ['if-none-match', String(headers.etag)])
    expect(again.status).toBe(304)
    // The caIssuers address of holders' certificates still serves the issuing CA.
    expect((await get('/ca')).body.equals(Buffer.from(chain[0] ?? ''))).toBe(true)
  })

  test('is in cacerts too, by option', async () => {
    const { body } = await get('/.well-known/est/cacerts')
    const found = readCertsOnly(new Uint8Array(Buffer.from(body.toString(), 'base64')))
    const subjects = found.map((der) => new X509Certificate(der).subject)
    expect(subjects.sort()).toEqual([
      'O=Contoso\nCN=Contoso Issuing CA',
      'O=Contoso\nCN=Contoso Issuing CA Root',
    ])
  })
})

test('a file from before does not take back that the CA was revoked', async () => {
  const file = rootStatusPath(latchkey.config.dataDir)
  copyFileSync(file, `${file}.before`)
  await renew({ revoke: 'cACompromise' })
  expect((await get('/probe')).json).toMatchObject({ checks: { rootCrl: 'down' } })
  const revoked = { responses: [{ status: { kind: 'revoked', reason: 'cACompromise' } }] }
  expect(readOcspResponse(new Uint8Array((await askAboutIssuing()).body))).toMatchObject(revoked)
  rmSync(file)
  copyFileSync(`${file}.before`, file)
  expect(readOcspResponse(new Uint8Array((await askAboutIssuing()).body))).toMatchObject(revoked)
})

describe('where the root itself issues', () => {
  let single: Harness
  beforeAll(async () => {
    single = await startHarness()
  })
  afterAll(() => single.close())

  test('there is no root CRL, and the probe says nothing of one', async () => {
    const answer = await single.send({ path: '/crl/root.crl' })
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({
      code: 'not_found',
      detail: 'No root of ours stands above this CA.',
      remedy: 'The CRL of this CA is at /crl/full.crl; that of another root is where it says.',
    })
    const { checks } = (await single.send({ path: '/probe' })).json
    expect(checks).not.toHaveProperty('rootCrl')
  })

  test('its own certificate is the root’s', async () => {
    const [own, root] = [
      await single.send({ path: '/ca' }),
      await single.send({ path: '/ca/root.cer' }),
    ]
    expect(root.body.equals(own.body)).toBe(true)
  })
})
