import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { type Client, createClient } from '#lib/api/client.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** The client of lib/api with the service itself: it throws the errors that the service threw. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const BOBS_MAC = 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804'
let latchkey: Harness
let alice: Client

beforeAll(async () => {
  latchkey = await startHarness()
  alice = clientFor(await latchkey.token('alice'))
})

afterAll(() => latchkey.close())

function clientFor(token: string | null, headers = {}): Client {
  const baseUrl = `http://127.0.0.1:${latchkey.config.AUTHORITY_PORT}`
  return createClient({ baseUrl, token, headers })
}

test('a person sees themselves, their devices and their certificates', async () => {
  expect((await alice.me()).user?.upn).toBe('alice@contoso.example')
  const devices = await alice.devices()
  expect(devices.items.map(({ deviceId }) => deviceId)).toContain(LAPTOP)

  const { der } = makeCsr({ commonName: LAPTOP })
  expect((await alice.check(der)).allowed).toBe(true)
  const certificate = new X509Certificate(await alice.enroll(der))
  const ca = new X509Certificate(await alice.ca())
  expect(certificate.verify(ca.publicKey)).toBe(true)

  const { items, next } = await alice.certificates(null)
  expect(items.map(({ serial }) => serial)).toEqual([certificate.serialNumber.toLowerCase()])
  expect(next).toBeNull()
  const last = items[0]?.serial ?? ''
  expect((await alice.certificates(last)).items).toEqual([])
})

test('the name that the portal gives to a request stands in the audit events of what it does', async () => {
  const id = '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9'
  const named = clientFor(await latchkey.token('alice'), { 'x-request-id': id })
  await named.enroll(makeCsr({ commonName: LAPTOP }).der)
  const trail = await latchkey.authority.ledger.auditTrail(0, 1000)
  const kinds = trail
    .filter(({ event }) => event.facts.request === id)
    .map(({ event }) => event.kind)
  expect(kinds).toEqual(['issuance.intended', 'certificate.issued'])
})

test('a refusal arrives as it was thrown', async () => {
  const { der } = makeCsr({ commonName: BOBS_MAC })
  await expect(alice.enroll(der)).rejects.toMatchObject({
    name: 'LatchkeyError',
    code: 'not_owner',
    message: expect.stringMatching(/\.$/),
    rule: 'device_owned',
    remedy: expect.stringMatching(/\.$/),
  })
  await expect(clientFor(null).me()).rejects.toMatchObject({ code: 'invalid_token' })
})

test('an error of the directory arrives with the time to wait', async () => {
  await latchkey.control('POST', '/faults', { graph: 'down' })
  await expect(alice.me()).rejects.toMatchObject({
    code: 'directory_unavailable',
    retryAfterSeconds: expect.any(Number),
  })
  await latchkey.control('POST', '/faults', { graph: null })
})

const strangers: [string, number, string, string][] = [
  ['a page of a proxy', 502, 'text/html', '<h1>Bad Gateway</h1>'],
  ['a redirect', 302, 'text/html', ''],
  ['JSON of another service', 200, 'application/json', '{"hello":"world"}'],
  ['no JSON', 200, 'application/json', 'hello'],
  ['a problem of another service', 404, 'application/problem+json', '{"title":"Not found"}'],
]

test.each(strangers)('%s is not taken for the authority', async (_, status, type, body) => {
  const { server, url } = await answering(status, type, body)
  const client = createClient({ baseUrl: url, token: 'x.y.z' })
  await expect(client.me()).rejects.toMatchObject({ code: 'authority_unavailable' })
  server.close()
})

test('a code of a later version is an error like any other', async () => {
  const later = { type: 'x', title: 'x', status: 418, detail: 'New.', code: 'toString' }
  const body = JSON.stringify({ ...later, errorMessage: 'New.', errorCode: 1 })
  const { server, url } = await answering(418, 'application/problem+json', body)
  await expect(createClient({ baseUrl: url, token: null }).ca()).rejects.toMatchObject({
    code: 'internal',
    message: 'New.',
  })
  server.close()
})

test('nobody at the address is said so', async () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', token: null })
  await expect(client.ca()).rejects.toMatchObject({
    code: 'authority_unavailable',
    message: 'The authority is not answering.',
    retryAfterSeconds: 5,
  })
})

async function answering(
  status: number,
  type: string,
  body: string,
): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
