import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '#authority/testing/request.ts'
import { type StatusCase, startStatusCase } from '#authority/testing/status-case.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { extension, ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import type { Requester } from '#lib/model.ts'
import { nullValue, octetString, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { has } from '#lib/testing/judge.ts'

const ALICE = 'alice@contoso.example'
const OCSP_TYPE = ['content-type', 'application/ocsp-request'] as const

let c: StatusCase
let alice = ''
let device = ''
let deviceId = ''
let der: Uint8Array
beforeAll(async () => {
  c = await startStatusCase()
  const { devices } = (await c.harness.control('GET', '/state')) as {
    devices: { deviceId: string; ownerUpn: string; managed: boolean }[]
  }
  deviceId = devices.find((one) => one.ownerUpn === ALICE && one.managed)?.deviceId ?? ''
  alice = await c.issue('alice', 'alice', { upn: ALICE })
  device = await c.issue('device', 'alice', { commonName: deviceId })
  await c.sync()
  der = ocspRequest(c.harness.authority.issuer, [alice])
})
afterAll(() => c.close())

const post = (body: Uint8Array, headers: readonly (readonly [string, string])[] = [OCSP_TYPE]) =>
  c.harness.send({ method: 'POST', path: '/ocsp', headers, body })
const get = (rest: string, headers: readonly (readonly [string, string])[] = []) =>
  c.harness.send({ path: `/ocsp${rest}`, headers })
const pathOf = (bytes: Uint8Array) => encodeURIComponent(Buffer.from(bytes).toString('base64'))

const parse = (answer: Answer) => readOcspResponse(new Uint8Array(answer.body))

/** Gives the statuses of a successful response, or the number of an error. */
function read(answer: Answer) {
  const found = parse(answer)
  return typeof found === 'number' ? found : found.responses.map(({ status }) => status.kind)
}

describe('other people’s clients agree with the ledger', () => {
  const url = (tls = false, slashes = '/') =>
    tls
      ? `https://localhost:${c.harness.config.AUTHORITY_TLS_PORT}${slashes}ocsp`
      : `http://127.0.0.1:${c.harness.config.AUTHORITY_PORT}${slashes}ocsp`
  const openssl = (name: string, ...more: string[]) => {
    const trust = ['-issuer', 'ca.pem', '-CAfile', 'ca.pem']
    return c.run('openssl', 'ocsp', ...trust, ...more, '-cert', `${name}.pem`)
  }

  const ways: [string, string[]][] = [
    ['with a nonce', []],
    ['without', ['-no_nonce']],
    ['by SHA-256', ['-sha256']],
  ]
  test.each(ways)('openssl ocsp %s, http and https, one slash and two', async (_, options) => {
    for (const tls of [false, true]) {
      for (const slashes of ['/', '//']) {
        const { out, status } = await openssl('alice', ...options, '-url', url(tls, slashes))
        expect(out).toContain('Response verify OK')
        expect(out).toContain('alice.pem: good')
        expect(out).not.toContain('WARNING')
        expect(status).toBe(0)
      }
    }
  })

  test('openssl ocsp with several certificates, unknown serials and the CA’s own', async () => {
    const more = ['-cert', 'device.pem', '-serial', '0x1234', '-cert', 'ca.pem']
    const { out } = await c.run(
      'openssl',
      ...['ocsp', '-issuer', 'ca.pem', '-CAfile', 'ca.pem', '-url', url()],
      ...['-cert', 'alice.pem', ...more],
    )
    expect(out).toContain('Response verify OK')
    expect(out).toContain('alice.pem: good')
    expect(out).toContain('device.pem: good')
    expect(out).toContain('0x1234: unknown')
    expect(out).toContain('ca.pem: good')
  })

  test('openssl ocsp when it is held, released, revoked', async () => {
    const ask = async () => (await openssl('device', '-url', url())).out
    await c.harness.control('PATCH', `/devices/${deviceId}`, { compliant: false })
    await c.sync()
    expect(await ask()).toMatch(/device\.pem: revoked[\s\S]*Reason: certificateHold/)
    await c.harness.control('PATCH', `/devices/${deviceId}`, { compliant: true })
    await c.sync()
    expect(await ask()).toContain('device.pem: good')
    const second = await c.issue('second', 'alice', { commonName: deviceId })
    const owner = await c.harness.authority.ledger.certificate(second)
    const requester: Requester = {
      kind: 'user',
      name: ALICE,
      roles: ['CSR.SelfService'],
      tid: owner?.owner.tid ?? '',
      oid: owner?.owner.oid ?? '',
    }
    await revokeOwn(c.harness.authority, requester, second, 'superseded', false)
    const { out } = await openssl('second', '-url', url())
    expect(out).toMatch(/second\.pem: revoked[\s\S]*Reason: superseded/)
  })

  test.skipIf(!has('ocsptool'))('GnuTLS ocsptool', async () => {
    const { out } = await c.run(
      'ocsptool',
      ...[`--ask=${url()}`, '--load-cert', 'alice.pem', '--load-issuer', 'ca.pem'],
      ...['--load-trust', 'ca.pem'],
    )
    expect(out).toContain('Verifying OCSP Response: Success')
    expect(out).toMatch(/Certificate Status: good/)
    const held = await c.run(
      'ocsptool',
      ...[`--ask=${url()}`, '--load-cert', 'second.pem', '--load-issuer', 'ca.pem'],
      ...['--load-trust', 'ca.pem', '--nonce'],
    )
    expect(held.out).toMatch(/Certificate Status: revoked/)
  })

  test('openssl ocsp for another issuer', async () => {
    await c.run(
      'openssl',
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256'.split(' '),
      ...['-nodes', '-keyout', 'other.key', '-out', 'other.pem', '-subj', '/CN=other'],
    )
    const { out } = await c.run(
      'openssl',
      'ocsp',
      '-issuer',
      'other.pem',
      '-serial',
      '1',
      '-url',
      url(),
    )
    expect(out).toContain('Responder Error: unauthorized (6)')
  })

  test('openssl ocsp when it sends what is refused', async () => {
    await c.run(
      'openssl',
      'ocsp',
      '-issuer',
      'ca.pem',
      '-cert',
      'alice.pem',
      '-reqout',
      'nine.der',
      ...Array.from({ length: 8 }, (_, i) => ['-serial', String(i + 1)]).flat(),
    )
    const { out } = await c.run('openssl', 'ocsp', '-reqin', 'nine.der', '-url', url())
    expect(out).toContain('Responder Error: malformedrequest (1)')
    expect(read(await post(readFileSync(path.join(c.folder, 'nine.der'))))).toBe(1)
  })
})

describe('what comes in every form is answered', () => {
  const base64 = () => Buffer.from(der).toString('base64')
  const ways: [string, () => Promise<Answer>][] = [
    ['POST', () => post(der)],
    ['POST without Content-Type', () => post(der, [])],
    ['POST with a parameter', () => post(der, [['content-type', 'application/ocsp-request; x=1']])],
    ['POST in chunks', () => post(der, [OCSP_TYPE, ['transfer-encoding', 'chunked']])],
    [
      'POST with a trailing slash',
      () => c.harness.send({ method: 'POST', path: '/ocsp/', body: der }),
    ],
    ['POST to //ocsp', () => c.harness.send({ method: 'POST', path: '//ocsp', body: der })],
    ['GET', () => get(`/${pathOf(der)}`)],
    ['GET, raw base64', () => get(`/${base64()}`)],
    ['GET with a trailing slash', () => get(`/${pathOf(der)}/`)],
    ['GET with two slashes', () => c.harness.send({ path: `//ocsp//${pathOf(der)}` })],
    ['GET over https', () => c.harness.send({ path: `/ocsp/${pathOf(der)}`, tls: true })],
    [
      'POST over https',
      () => c.harness.send({ method: 'POST', path: '/ocsp', body: der, tls: true }),
    ],
  ]
  test.each(ways)('%s', async (_, send) => {
    const answer = await send()
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/ocsp-response')
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(read(answer)).toEqual(['good'])
  })

  test('HTTP/1.0 without Host, GET and POST', async () => {
    const got = await c.harness.sendRaw(`GET /ocsp/${pathOf(der)} HTTP/1.0\r\n\r\n`)
    expect(got).toMatch(/^HTTP\/1\.1 200 /)
    const head = `POST /ocsp HTTP/1.0\r\nContent-Length: ${der.length}\r\n\r\n`
    const posted = await c.harness.sendRaw(Buffer.concat([Buffer.from(head), der]))
    expect(posted).toMatch(/^HTTP\/1\.1 200 /)
    expect(posted).toMatch(/\r\ncontent-length: \d+\r\n/i)
  })

  test('HTTP/1.0 over https, to a client that names no other', async () => {
    const port = c.harness.config.AUTHORITY_TLS_PORT
    const options = { ALPNProtocols: ['http/1.0'], rejectUnauthorized: false }
    const socket = connect({ port, host: '127.0.0.1', ...options })
    await once(socket, 'secureConnect')
    expect(socket.alpnProtocol).toBe('http/1.0')
    socket.write(`GET /ocsp/${pathOf(der)} HTTP/1.0\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  test('slashes in base64, as they are and tidied by a proxy', async () => {
    let found = 0
    while (found < 5) {
      // Random nonces, until the base64 has two slashes in a row.
      const nonce = crypto.getRandomValues(new Uint8Array(32))
      const request = ocspRequest(c.harness.authority.issuer, [alice], { nonce })
      const text = Buffer.from(request).toString('base64')
      if (!text.includes('//')) continue
      found += 1
      const whole = await get(`/${text}`)
      expect(read(whole)).toEqual(['good'])
      expect(parse(whole)).toMatchObject({ nonce })
      expect(read(await get(`/${text.replaceAll('//', '/')}`))).toEqual(['good'])
    }
  })

  test('another path is another route', async () => {
    expect((await c.harness.send({ path: '/ocspx' })).status).toBe(404)
    expect((await c.harness.send({ path: '/x/ocsp' })).status).toBe(404)
    expect((await c.harness.send({ path: '/OCSP' })).status).toBe(404)
  })
})

describe('nonces of RFC 9654', () => {
  const withNonce = (length: number) =>
    ocspRequest(c.harness.authority.issuer, [alice], { nonce: new Uint8Array(length).fill(7) })

  test.each([1, 16, 32, 128])('of %i octets is echoed', async (length) => {
    const answer = await post(withNonce(length))
    expect(parse(answer)).toMatchObject({ nonce: new Uint8Array(length).fill(7) })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.etag).toBeUndefined()
    const got = await get(`/${pathOf(withNonce(length))}`)
    expect(parse(got)).toMatchObject({ nonce: new Uint8Array(length).fill(7) })
    expect(got.headers['cache-control']).toBe('no-store')
    expect(got.headers.etag).toBeUndefined()
  })

  const issuer = () => c.harness.authority.issuer
  const one = extension(OID.ocspNonce, octetString(Uint8Array.of(1)))
  const bad: [string, () => Uint8Array][] = [
    ['of no octets', () => withNonce(0)],
    ['of 129 octets', () => withNonce(129)],
    [
      'that is no OCTET STRING',
      () => ocspRequest(issuer(), [alice], { extensions: [extension(OID.ocspNonce, nullValue())] }),
    ],
    ['twice', () => ocspRequest(issuer(), [alice], { extensions: [one, one] })],
    [
      'beside an unknown critical extension',
      () =>
        ocspRequest(issuer(), [alice], {
          extensions: [
            one,
            sequence(
              Uint8Array.of(6, 2, 0x2a, 3),
              Uint8Array.of(1, 1, 0xff),
              octetString(nullValue()),
            ),
          ],
        }),
    ],
  ]
  test.each(bad)('%s is malformedRequest', async (_, request) => {
    const answer = await post(request())
    // It is DER, so the responder answered: clients show the OCSP status of a 200 only.
    expect(answer.status).toBe(200)
    expect(read(answer)).toBe(1)
    expect(answer.headers['cache-control']).toBe('no-store')
  })
})

describe('what is no request is refused, with malformedRequest', () => {
  const bad: [string, number, () => Promise<Answer>][] = [
    ['garbage', 400, () => post(Uint8Array.from([0xde, 0xad, 0xbe, 0xef]))],
    ['nothing', 400, () => post(new Uint8Array())],
    ['DER that is cut off', 400, () => post(der.slice(0, -1))],
    ['DER with something after it', 400, () => post(Uint8Array.from([...der, 0]))],
    ['DER of something else', 200, () => post(Uint8Array.from([0x30, 0x00]))],
    ['another media type', 400, () => post(der, [['content-type', 'text/plain']])],
    ['2,049 octets', 413, () => post(new Uint8Array(2049))],
    [
      '2,049 octets in chunks',
      413,
      () => post(new Uint8Array(2049), [OCSP_TYPE, ['transfer-encoding', 'chunked']]),
    ],
    ['a path that is too long', 413, () => get(`/${'M'.repeat(5000)}`)],
    ['GET without a request', 400, () => get('')],
    ['GET that is no base64', 400, () => get('/***')],
    ['GET of garbage', 400, () => get('/3q2+7w==')],
    [
      'PUT',
      405,
      () => c.harness.send({ method: 'PUT', path: '/ocsp', headers: [OCSP_TYPE], body: der }),
    ],
    ['DELETE', 405, () => c.harness.send({ method: 'DELETE', path: '/ocsp' })],
  ]
  test.each(bad)('%s: %i', async (_, status, send) => {
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/ocsp-response')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.allow).toBe(status === 405 ? 'GET, HEAD, POST' : undefined)
    expect(read(answer)).toBe(1)
  })

  test('2,048 octets are read', async () => {
    expect((await post(new Uint8Array(2048))).status).toBe(400)
  })

  test('hostile serials do no harm', async () => {
    for (const serial of ['00', '80', 'ff'.repeat(20), '7f'.repeat(21), '0000000001']) {
      const answer = await post(ocspRequest(c.harness.authority.issuer, [serial]))
      expect([1, ['unknown']]).toContainEqual(read(answer))
    }
  })
})

describe('headers for caches', () => {
  test('stand on GET without a nonce, and end with the answer', async () => {
    const answer = await get(`/${pathOf(der)}`)
    const response = parse(answer)
    if (typeof response === 'number') throw new Error('An answer was expected.')
    const end = response.responses[0]?.nextUpdate ?? new Date(0)
    const { headers } = answer
    const [, age] =
      /^max-age=(\d+), public, no-transform, must-revalidate$/.exec(
        headers['cache-control'] ?? '',
      ) ?? []
    expect(Number(age)).toBeGreaterThan(0)
    expect(Date.now() + Number(age) * 1000).toBeLessThanOrEqual(end.getTime() + 1000)
    expect(headers.expires).toBe(end.toUTCString())
    // RFC 5019 section 6.2.
    expect(headers['last-modified']).toBe(response.responses[0]?.thisUpdate.toUTCString())
    const known = await get(`/${pathOf(der)}`, [['if-none-match', `"x", ${headers.etag}`]])
    expect(known.status).toBe(304)
    expect(known.body).toHaveLength(0)
    expect(known.headers.etag).toBe(headers.etag)
    const head = await c.harness.send({ method: 'HEAD', path: `/ocsp/${pathOf(der)}` })
    expect(head.headers['content-length']).toBe(String(answer.body.length))
    expect(head.body).toHaveLength(0)
  })

  test('do not stand on POST, on unknown and on errors', async () => {
    const unknown = ocspRequest(c.harness.authority.issuer, ['77'])
    for (const answer of [await post(der), await get(`/${pathOf(unknown)}`), await get('/AAAA')]) {
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers.etag).toBeUndefined()
      expect(answer.headers.expires).toBeUndefined()
    }
  })

  test('and no page can use an answer', async () => {
    const { headers } = await get(`/${pathOf(der)}`)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })
})

test('while it shuts down it answers, and ends the connection', async () => {
  c.harness.setDraining(true)
  const answer = await post(der)
  c.harness.setDraining(false)
  expect(read(answer)).toEqual(['good'])
  expect(answer.headers.connection).toBe('close')
})

test('no signature of the CA is made for an answer, and the directory is not asked', async () => {
  const before = c.harness.signatures()
  await c.harness.control('POST', '/faults', { graph: 'down' })
  for (let i = 0; i < 5; i++) expect(read(await post(der))).toEqual(['good'])
  expect(c.harness.signatures()).toBe(before)
  await c.harness.control('POST', '/faults', { graph: null })
  expect(device).not.toBe('')
})

test('a change shows in the next answer, from the other listener too', async () => {
  const ask = async () => [
    read(await post(ocspRequest(c.harness.authority.issuer, [device]))),
    read(
      await c.harness.send({
        method: 'POST',
        path: '/ocsp',
        body: ocspRequest(c.harness.authority.issuer, [device]),
        tls: true,
      }),
    ),
  ]
  expect(await ask()).toEqual([['good'], ['good']])
  await c.harness.control('DELETE', `/devices/${deviceId}`)
  await c.sync()
  expect(await ask()).toEqual([['revoked'], ['revoked']])
})
