import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type StatusCase, startStatusCase } from '#authority/testing/status-case.ts'
import { ask as request } from './ask.ts'
import { caOf } from './ca.ts'
import { crlReader } from './crl.ts'
import { type Probe, probe } from './probe.ts'

/** Probes a running authority over HTTP; caches and proxies in between are played by a server of the test. */

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'

let c: StatusCase
let serial: string
let certificate: Uint8Array
let statusUrl: string
let errors: unknown[]

beforeAll(async () => {
  c = await startStatusCase()
  serial = await c.issue('laptop', 'alice', { commonName: LAPTOP })
  const record = await c.harness.authority.ledger.der(serial)
  certificate = record ?? new Uint8Array()
  statusUrl = c.harness.config.statusUrl
  await c.sync()
})
afterAll(() => c.close())

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function ask(change: Partial<Probe> = {}) {
  errors = []
  return probe({
    statusUrl,
    ca: caOf(c.harness.authority.issuer.certificate),
    serial,
    certificate,
    readCrl: crlReader({ timeoutMs: 2_000, octetsMax: 1_000_000, keep: 1 }),
    timeoutMs: 2_000,
    onError: (channel, error) => errors.push([channel, error]),
    ...change,
  })
}

/** A server in between that gives these answers and records its requests. */
async function between(answer: (path: string) => { status: number; body: Uint8Array | string }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const { status, body } = answer(request.url ?? '')
    response.writeHead(status, { location: statusUrl }).end(body)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const DAY_MS = 86_400_000

const fromAuthority = async (path: string) => new Uint8Array((await c.harness.send({ path })).body)
const publish = () => c.harness.status.publisher.publish()

test('a proxy that packs what may be packed, and closes behind it, is read', async () => {
  const list = randomBytes(200_000)
  const server = createServer(({ headers }, response) => {
    const isPacked = headers['accept-encoding']?.includes('gzip') ?? false
    const body = isPacked ? gzipSync(list) : list
    if (isPacked) response.setHeader('content-encoding', 'gzip')
    response.writeHead(200, { connection: 'close', 'content-length': body.length }).end(body)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (let at = 0; at < 10; at += 1) {
    const { body } = await request(url, {}, { timeoutMs: 2_000, octetsMax: 1_000_000 })
    expect(list.equals(body)).toBe(true)
  }
})

test('before a list is published that is the answer', async () => {
  const { ocsp, list } = await ask()
  expect(ocsp).toMatchObject({ kind: 'said', state: 'good' })
  expect(list).toEqual({ kind: 'later' })
})

test('each channel says what it really says: the list of before does not know a hold', async () => {
  await publish()
  expect(await ask()).toMatchObject({
    ocsp: { kind: 'said', state: 'good' },
    list: { kind: 'said', state: 'good' },
  })
  await c.harness.control('PATCH', `/devices/${LAPTOP}`, { compliant: false })
  const beforeSync = Date.now()
  await c.sync()
  expect(await ask()).toMatchObject({
    ocsp: { kind: 'said', state: 'hold' },
    list: { kind: 'said', state: 'good' },
  })
  await publish()
  const { ocsp, list } = await ask()
  expect([ocsp, list]).toMatchObject([{ state: 'hold' }, { state: 'hold' }])
  if (ocsp.kind !== 'said' || list.kind !== 'said') throw new Error('both have answered')
  expect(ocsp.until.getTime() - ocsp.from.getTime()).toBe(300_000)
  // A day from the last directory sync, which may be some seconds before the list. Dates have whole seconds.
  expect(list.until.getTime() - list.from.getTime()).toBeLessThanOrEqual(DAY_MS)
  expect(list.until.getTime()).toBeGreaterThan(beforeSync - 1_000 + DAY_MS)
  expect(errors).toEqual([])
})

test('a list that has not changed is not sent again', async () => {
  const readCrl = crlReader({ timeoutMs: 2_000, octetsMax: 1_000_000, keep: 1 })
  const first = await ask({ readCrl })
  const ca = caOf(c.harness.authority.issuer.certificate)
  const url = `${statusUrl}/crl/full.crl`
  const one = await readCrl(url, ca)
  const other = await readCrl(url, ca)
  expect(first.list.kind).toBe('said')
  expect(one.kind === 'crl' && other.kind === 'crl' && one.crl === other.crl).toBe(true)
})

test('nothing that answers is silence, and nothing is thrown', async () => {
  const { url } = await between(() => ({ status: 200, body: '' }))
  for (const server of servers.splice(0)) server.close()
  expect(await ask({ statusUrl: url })).toEqual({
    ocsp: { kind: 'silent' },
    list: { kind: 'silent' },
  })
  expect(errors).toHaveLength(2)
})

test('too much of an answer is silence', async () => {
  const { url } = await between(() => ({ status: 200, body: new Uint8Array(70_000) }))
  const readCrl = crlReader({ timeoutMs: 2_000, octetsMax: 1_000, keep: 1 })
  const { ocsp, list } = await ask({ statusUrl: url, readCrl })
  expect([ocsp.kind, list.kind]).toEqual(['silent', 'silent'])
  expect(String(errors)).toContain('more than 1000 octets')
})

test('a redirect is not followed', async () => {
  const { url } = await between(() => ({ status: 302, body: '' }))
  const { ocsp, list } = await ask({ statusUrl: url })
  expect([ocsp.kind, list.kind]).toEqual(['silent', 'silent'])
})

test('what is forged is refused', async () => {
  const bodies = new Map<string, Uint8Array>()
  const spoil = (bytes: Uint8Array) =>
    bytes.map((octet, at) => (at === bytes.length - 1 ? octet ^ 1 : octet))
  const { url, asked } = await between((path) => ({
    status: 200,
    body: bodies.get(path) ?? 'not known yet',
  }))
  await ask({ statusUrl: url })
  for (const path of asked) bodies.set(path, spoil(await fromAuthority(path)))
  expect(await ask({ statusUrl: url })).toEqual({
    ocsp: { kind: 'refused' },
    list: { kind: 'refused' },
  })
  // A text, which the log writes as it is.
  expect(errors).toContainEqual(['list', 'its signature is wrong'])
})

test('an answer of another CA is refused', async () => {
  const other = await startStatusCase()
  const ca = caOf(other.harness.authority.issuer.certificate)
  await other.close()
  const { ocsp, list } = await ask({ ca })
  expect([ocsp.kind, list.kind]).toEqual(['refused', 'refused'])
})

test('only the configured address is asked, and of the certificate only the name of its list', async () => {
  const { url, asked } = await between(() => ({ status: 404, body: '' }))
  await ask({ statusUrl: url })
  const month = new Date().toISOString().slice(0, 7)
  expect(asked.toSorted()).toEqual([`/crl/${month}.crl`, expect.stringMatching(/^\/ocsp\/[\w%]+$/)])
})

test('a list for other certificates is refused', async () => {
  await c.close()
  c = await startStatusCase({ env: { LATCHKEY_CRL_PARTITION_ABOVE: '0' } })
  statusUrl = c.harness.config.statusUrl
  serial = await c.issue('laptop', 'alice', { commonName: LAPTOP })
  certificate = (await c.harness.authority.ledger.der(serial)) ?? new Uint8Array()
  await c.harness.control('PATCH', `/devices/${LAPTOP}`, { compliant: false })
  await c.sync()
  await publish()
  expect((await ask()).list).toMatchObject({ kind: 'said', state: 'hold' })
  // The same CRL at another address than the certificate names.
  const elsewhere = await startStatusCase()
  const stranger = await elsewhere.issue('alice', 'alice', { upn: ALICE })
  certificate = (await elsewhere.harness.authority.ledger.der(stranger)) ?? certificate
  await elsewhere.close()
  expect((await ask()).list).toEqual({ kind: 'refused' })
})
