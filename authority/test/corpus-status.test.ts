import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import https from 'node:https'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { voidStale } from '#lib/issuance/enroll/void-stale.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { integer, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Status over HTTP, also with a failing store: the corpus (REV, STO, DIR, EST). */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const ALICE = 'alice@contoso.example'

let latchkey: Harness
let alice: string

beforeAll(async () => {
  latchkey = await startHarness()
  alice = await latchkey.token('alice')
  await latchkey.status.ocsp.renew()
})
afterEach(() => latchkey.control('POST', '/reset'))
afterAll(() => latchkey.close())

const enroll = (wish: Parameters<typeof makeCsr>[0] = { upn: ALICE }): Promise<Answer> =>
  latchkey.send({ method: 'POST', path: '/api/csr', token: alice, body: makeCsr(wish).der })

async function issue(wish?: Parameters<typeof makeCsr>[0]): Promise<string> {
  const answer = await enroll(wish)
  expect(answer.status, answer.body.toString()).toBe(200)
  return new X509Certificate(answer.body).serialNumber.toLowerCase()
}

async function operate(serial: string, revocationReason: number): Promise<Answer> {
  return latchkey.send({
    method: 'PATCH',
    path: `/api/manage/revoke/${serial}`,
    token: await latchkey.token('erin'),
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ revocationReason }),
  })
}

const asked = (serial: string, nonce?: Uint8Array) =>
  ocspRequest(latchkey.authority.issuer, [serial], nonce ? { nonce } : {})

function post(body: Uint8Array, type = 'application/ocsp-request'): Promise<Answer> {
  return latchkey.send({ method: 'POST', path: '/ocsp', headers: [['content-type', type]], body })
}

const get = (name: string, headers: readonly (readonly [string, string])[] = []) =>
  latchkey.send({ path: name, headers })

/** Gives the status of the one certificate by OCSP, or the number of the error. */
function said(answer: Answer): unknown {
  expect(answer.headers['content-type']).toBe('application/ocsp-response')
  const read = readOcspResponse(new Uint8Array(answer.body))
  return typeof read === 'number' ? read : read.responses[0]?.status.kind
}

const ocspOf = async (serial: string) => said(await post(asked(serial)))

/** Whether the serial is on a CRL as of now. */
async function onCrl(serial: string): Promise<boolean> {
  await latchkey.status.publisher.publish()
  const { body } = await get('/crl/full.crl')
  return [...readCrl(new Uint8Array(body)).entries].some((entry) => entry.serial === serial)
}

/** Makes a statement of the running service fail inside the database. */
function breaking(event: 'insert' | 'update', table: string): () => void {
  const file = latchkey.config.database.replace('sqlite:', '')
  const run = (statement: string) => {
    const database = new DatabaseSync(file, { timeout: 5000 })
    database.exec(statement)
    database.close()
  }
  run(`create trigger broken before ${event} on ${table} begin select raise(abort, 'full'); end`)
  return () => run('drop trigger broken')
}

/** Makes a certificate that was signed and could not be recorded: its row stays pending. */
async function stuck(): Promise<{ serial: string; answer: Answer }> {
  const fix = breaking('update', 'certificate')
  const answer = await enroll()
  fix()
  const trail = await latchkey.authority.ledger.auditTrail(0, 10_000)
  const intents = trail.filter(({ event }) => event.kind === 'issuance.intended')
  return { serial: intents.at(-1)?.event.serial ?? '', answer }
}

/** Makes a request for a serial that is any DER value. */
function withSerial(serial: Uint8Array): Uint8Array {
  // OCSPRequest, TBSRequest, requestList, Request, CertID.
  let certId = parseDer(asked('40'.repeat(20)))
  for (let depth = 0; depth < 4; depth++) certId = certId.children[0] ?? certId
  const parts = certId.children.slice(0, 3).map(({ bytes }) => bytes)
  return sequence(sequence(sequence(sequence(sequence(...parts, serial)))))
}

type Renewal = { status: number; reused: boolean; code: unknown }

/** Renews over a connection that the agent keeps open. */
function renewOver(agent: https.Agent, pair: { cert: string; key: string }): Promise<Renewal> {
  const body = makeCsr().der
  return new Promise((resolve, reject) => {
    const outgoing = https.request({
      agent,
      ...pair,
      method: 'POST',
      host: '127.0.0.1',
      port: latchkey.config.AUTHORITY_TLS_PORT,
      path: '/.well-known/est/simplereenroll',
      headers: { host: 'localhost', 'content-length': body.length },
      rejectUnauthorized: false,
    })
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.once('end', () => {
        const { statusCode: status = 0 } = incoming
        const text = Buffer.concat(chunks).toString()
        const code = status === 200 ? undefined : (JSON.parse(text) as { code: string }).code
        resolve({ status, reused: outgoing.reusedSocket, code })
      })
    })
    outgoing.end(body)
  })
}

const MALFORMED = 1
const UNAUTHORIZED = 6

describe('OCSP over HTTP', () => {
  test('REV-01: POST and GET in every spelling of the path are good', async () => {
    const serial = await issue()
    expect(await ocspOf(serial)).toBe('good')
    const base64 = Buffer.from(asked(serial)).toString('base64')
    const spellings = [
      encodeURIComponent(base64),
      base64,
      `${encodeURIComponent(base64)}/`,
      base64.replaceAll('+', '%2B').replaceAll('=', '%3d'),
      base64.replaceAll(/\/+/g, '/'),
    ]
    for (const spelling of spellings) {
      for (const prefix of ['/ocsp/', '//ocsp/']) {
        expect(said(await get(prefix + spelling)), prefix + spelling).toBe('good')
      }
    }
    const over = await latchkey.send({
      method: 'POST',
      path: '/ocsp',
      tls: true,
      headers: [['content-type', 'application/ocsp-request']],
      body: asked(serial),
    })
    expect(said(over)).toBe('good')
  })

  const single = () => asked('40'.repeat(20))
  const wrong: readonly (readonly [string, () => Promise<Answer>, number, number | null])[] = [
    ['garbage', () => post(Buffer.from('garbage')), 400, MALFORMED],
    ['nothing', () => post(new Uint8Array()), 400, MALFORMED],
    ['2,049 octets', () => post(new Uint8Array(2049).fill(48)), 413, MALFORMED],
    ['another media type', () => post(single(), 'text/plain'), 400, MALFORMED],
    ['an octet too many', () => post(Buffer.from([...single(), 0])), 400, MALFORMED],
    ['a path that is no base64', () => get('/ocsp/%zz'), 400, MALFORMED],
    ['a path without end', () => get(`/ocsp/${'A'.repeat(4097)}`), 413, MALFORMED],
  ]

  test.each(wrong)('REV-02: %s is refused', async (_, ask, status, error) => {
    const answer = await ask()
    expect([answer.status, said(answer)]).toEqual([status, error])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('REV-02: %s is 405', async (method) => {
    const answer = await latchkey.send({ method, path: '/ocsp' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST'])
  })

  const serials: readonly (readonly [string, Uint8Array])[] = [
    ['0', integer(0)],
    ['negative', Uint8Array.of(2, 1, 0xff)],
    ['of 21 octets', Uint8Array.of(2, 21, 1, ...new Uint8Array(20))],
    ['of 128 octets', Uint8Array.of(2, 0x81, 128, 1, ...new Uint8Array(127))],
    ['with zeros before it', Uint8Array.of(2, 3, 0, 0, 1)],
    ['of no octets', Uint8Array.of(2, 0)],
  ]

  test.each(serials)('REV-05: a serial %s is unknown or malformed', async (_, serial) => {
    const request = withSerial(serial)
    expect([MALFORMED, 'unknown']).toContain(said(await post(request)))
  })

  test('REV-04: what was never issued, or only intended, is unknown; what is void is revoked', async () => {
    expect(await ocspOf('40'.repeat(20))).toBe('unknown')
    const { serial } = await stuck()
    expect(await ocspOf(serial)).toBe('unknown')
    await voidStale(latchkey.authority, 0)
    expect(await ocspOf(serial)).toBe('revoked')
    expect(await onCrl(serial)).toBe(true)
  })

  test('REV-07: a nonce of 1 to 128 octets is echoed and makes the answer uncacheable', async () => {
    const serial = await issue()
    for (const length of [1, 16, 32, 128]) {
      const nonce = new Uint8Array(length).fill(length)
      const answer = await post(asked(serial, nonce))
      expect(said(answer)).toBe('good')
      expect(answer.body.includes(Buffer.from(octetString(nonce)))).toBe(true)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
    for (const length of [0, 129, 1000]) {
      expect(said(await post(asked(serial, new Uint8Array(length))))).toBe(MALFORMED)
    }
  })

  test('REV-08: an unknown critical extension is malformed, one that is not is read over', async () => {
    const serial = await issue()
    const strange = (critical: readonly number[]) =>
      sequence(oid('1.2.3.4'), Uint8Array.from(critical), octetString(Uint8Array.of(5, 0)))
    const ask = (extension: Uint8Array) =>
      post(ocspRequest(latchkey.authority.issuer, [serial], { extensions: [extension] }))
    expect(said(await ask(strange([])))).toBe('good')
    expect(said(await ask(strange([1, 1, 0xff])))).toBe(MALFORMED)
  })

  test('another issuer’s certificate is unauthorized', async () => {
    const { issuer } = latchkey.authority
    const other = { name: sequence(), spki: issuer.spki }
    expect(said(await post(ocspRequest(other, ['40'.repeat(20)])))).toBe(UNAUTHORIZED)
  })

  test('REV-10: only a GET without nonce may be cached, and never beyond the answer', async () => {
    const serial = await issue()
    const name = `/ocsp/${encodeURIComponent(Buffer.from(asked(serial)).toString('base64'))}`
    const answer = await get(name)
    const read = readOcspResponse(new Uint8Array(answer.body))
    if (typeof read === 'number') throw new Error('an error')
    const end = read.responses[0]?.nextUpdate?.getTime() ?? 0
    const [, age] = /^max-age=(\d+), public, no-transform, must-revalidate$/.exec(
      answer.headers['cache-control'] ?? '',
    ) ?? ['', '-1']
    expect(Number(age)).toBeGreaterThan(0)
    expect(Date.now() + Number(age) * 1000).toBeLessThanOrEqual(end + 1000)
    expect(new Date(answer.headers.expires ?? '').getTime()).toBe(end)
    const etag = answer.headers.etag ?? ''
    const again = await get(name, [['if-none-match', etag]])
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag])
    const head = await latchkey.send({ method: 'HEAD', path: name })
    expect([head.status, head.body.length]).toEqual([200, 0])
    expect((await post(asked(serial))).headers['cache-control']).toBe('no-store')
  })
})

describe('CRLs over HTTP', () => {
  test('REV-19: If-None-Match, Range, HEAD and gzip give the same list', async () => {
    await operate(await issue(), 4)
    await latchkey.status.publisher.publish()
    const whole = await get('/crl/full.crl')
    expect([whole.status, whole.headers['content-type']]).toEqual([200, 'application/pkix-crl'])
    const etag = whole.headers.etag ?? ''
    expect((await get('/crl/full.crl', [['if-none-match', etag]])).status).toBe(304)
    expect((await get('/crl/full.crl', [['if-none-match', '"x"']])).status).toBe(200)
    const part = await get('/crl/full.crl', [['range', 'bytes=0-9']])
    expect([part.status, part.body.equals(whole.body.subarray(0, 10))]).toEqual([206, true])
    const packed = await get('/crl/full.crl', [['accept-encoding', 'gzip']])
    expect(gunzipSync(packed.body).equals(whole.body)).toBe(true)
    expect(packed.headers.etag).not.toBe(etag)
    const head = await latchkey.send({ method: 'HEAD', path: '/crl/full.crl' })
    expect([head.status, head.headers['content-length']]).toEqual([200, String(whole.body.length)])
    const pem = await get('/crl/full.pem')
    const input = pem.body
    const der = execFileSync('openssl', ['crl', '-outform', 'DER'], { input })
    expect(der.equals(whole.body)).toBe(true)
  })

  test('REV-13, I9: numbers only grow, also when two publish at once', async () => {
    const numbers: bigint[] = []
    for (let round = 0; round < 3; round++) {
      await operate(await issue(), 4)
      await Promise.all([latchkey.status.publisher.publish(), latchkey.status.publisher.publish()])
      numbers.push(readCrl(new Uint8Array((await get('/crl/full.crl')).body)).number)
    }
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => (a < b ? -1 : 1)))
  })
})

describe('the directory', () => {
  test('DIR-14: disabled is on hold in OCSP and CRL, enabled is good again in both', async () => {
    const serial = await issue({ commonName: LAPTOP })
    const compromised = await issue({ commonName: LAPTOP })
    await operate(compromised, 1)
    const states = async () => {
      await syncDirectory(
        latchkey.authority,
        makeReader(latchkey.authority.changeFeed, latchkey.authority.now),
      )
      return [await ocspOf(serial), await onCrl(serial), await ocspOf(compromised)]
    }
    expect(await states()).toEqual(['good', false, 'revoked'])
    await latchkey.control('PATCH', `/devices/${LAPTOP}`, { enabled: false })
    expect(await states()).toEqual(['revoked', true, 'revoked'])
    await latchkey.control('PATCH', `/devices/${LAPTOP}`, { enabled: true })
    // A permanent revocation is not released.
    expect(await states()).toEqual(['good', false, 'revoked'])
    expect(await onCrl(compromised)).toBe(true)
  })

  test('EST-10: each request of one connection is checked anew', async () => {
    const { der, privateKey } = makeCsr({ commonName: LAPTOP })
    const token = alice
    const issued = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
    const certificate = new X509Certificate(issued.body)
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 5 })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const renew = () => renewOver(agent, { cert: certificate.toString(), key })
    expect(await renew()).toEqual({ status: 200, reused: false, code: undefined })
    expect((await operate(certificate.serialNumber, 4)).status).toBe(200)
    const refused = { status: 403, code: 'client_cert_invalid' }
    // First over the same connection, then over a new one that resumes the TLS session.
    expect(await renew()).toEqual({ ...refused, reused: true })
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
    expect(await renew()).toMatchObject(refused)
    agent.destroy()
  })
})

describe('the store', () => {
  const code = ({ status, json }: Answer) => [status, json.code]

  test('STO-01: the intent cannot be written: nothing is signed', async () => {
    const before = latchkey.signatures()
    const fix = breaking('insert', 'certificate')
    const answer = await enroll()
    fix()
    expect(code(answer)).toEqual([503, 'store_unavailable'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.body.toString()).not.toMatch(/full|sqlite|trigger/i)
    expect(latchkey.signatures()).toBe(before)
    expect((await enroll()).status).toBe(200)
  })

  test('STO-02: the certificate cannot be written: it is never good, and revoked in the end', async () => {
    const { serial, answer } = await stuck()
    expect(code(answer)).toEqual([503, 'store_unavailable'])
    expect(await ocspOf(serial)).toBe('unknown')
    await voidStale(latchkey.authority, 0)
    expect([await ocspOf(serial), await onCrl(serial)]).toEqual(['revoked', true])
    const trail = await latchkey.authority.ledger.auditTrail(0, 10_000)
    const kinds = trail
      .filter(({ event }) => event.serial === serial)
      .map(({ event }) => event.kind)
    expect(kinds).toEqual(['issuance.intended', 'certificate.voided'])
  })

  test('STO-05: the audit log cannot be written: nothing is signed, status is still told', async () => {
    const serial = await issue()
    const before = latchkey.signatures()
    const fix = breaking('insert', 'audit')
    const answers = [await enroll(), await enroll({ upn: 'bob@contoso.example' })]
    const revoked = await operate(serial, 4)
    const status = await ocspOf(serial)
    fix()
    for (const answer of [...answers, revoked])
      expect(code(answer)).toEqual([503, 'audit_unavailable'])
    expect([status, latchkey.signatures()]).toEqual(['good', before])
    expect((await operate(serial, 4)).status).toBe(200)
    expect(await ocspOf(serial)).toBe('revoked')
  })
})
