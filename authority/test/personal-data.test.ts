import { randomUUID, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { TestRequest } from '#authority/testing/request.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'
import { MACHINES, PEOPLE } from '#sandbox/people.ts'

/** What is in the log from `info` on, after everything that people do; who it was is in the audit chain. */

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const BOBS = 'de71ce03-60fb-4e28-8a5d-d2c79e1b4f03'
const FROM = '127.0.0.9'
const JSON_TYPE = ['content-type', 'application/json'] as const

let latchkey: Harness
/** Names of requests by what was asked for. */
const ids = new Map<string, string>()

async function ask(name: string, request: TestRequest): Promise<number> {
  const id = randomUUID()
  ids.set(name, id)
  const headers = [...(request.headers ?? []), ['x-request-id', id] as const]
  const answer = await latchkey.send({ from: FROM, ...request, headers })
  expect(answer.headers['x-request-id'], name).toBe(id)
  return answer.status
}

async function enroll(name: string, user: string, wish: object, path = '/api/csr') {
  const key = newKey('ec-p256')
  const body = makeCsr({ ...wish, key }).der
  const token = await latchkey.token(user)
  const status = await ask(name, { method: 'POST', path, token, body })
  return { status, key, serial: (await newest(token)) ?? '' }
}

async function newest(token: string): Promise<string | undefined> {
  const { json } = await latchkey.send({ path: '/api/me/certificates', token })
  return (json.items as { serial: string }[] | undefined)?.[0]?.serial
}

const sync = async () => {
  const { authority } = latchkey
  await syncDirectory(authority, makeReader(authority.changeFeed, authority.now))
}

beforeAll(async () => {
  latchkey = await startHarness()
  const alice = await latchkey.token('alice')
  const erin = await latchkey.token('erin')
  await sync()

  const first = await enroll('issuance', 'alice', { commonName: LAPTOP })
  const second = await enroll('EST', 'alice', { upn: ALICE }, '/.well-known/est/simpleenroll')
  expect([first.status, second.status]).toEqual([200, 200])
  expect((await enroll('refusal', 'alice', { commonName: BOBS })).status).toBe(403)
  expect((await enroll('no role', 'carol', { upn: ALICE })).status).toBe(403)
  expect((await enroll('disabled', 'dave', { upn: 'dave@contoso.example' })).status).toBe(403)

  const der = await latchkey.authority.ledger.der(first.serial)
  const client = {
    certificate: new X509Certificate(Buffer.from(der ?? [])).toString(),
    key: first.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  const renewal = {
    path: '/.well-known/est/simplereenroll',
    body: makeCsr({ commonName: LAPTOP }).der,
  }
  expect(await ask('renewal', { method: 'POST', ...renewal, tls: true, client })).toBe(200)
  const spoof = ['x-ssl-client-cert', 'spoofed'] as const
  expect(await ask('spoof', { method: 'POST', ...renewal, headers: [spoof] })).toBe(401)

  const own = { method: 'POST', token: alice, headers: [JSON_TYPE] }
  const reason = JSON.stringify({ reason: 'keyCompromise' })
  const mine = `/api/me/certificates/${second.serial}`
  expect(await ask('hold', { ...own, path: `/api/me/devices/${LAPTOP}/hold` })).toBe(200)
  expect(await ask('revocation', { ...own, path: `${mine}/revoke`, body: reason })).toBe(200)
  expect(await ask('again', { ...own, path: `${mine}/revoke`, body: reason })).toBe(409)
  const manage = { method: 'PATCH', token: erin, path: `/api/manage/revoke/${first.serial}` }
  const stop = JSON.stringify({ revocationReason: 4, revoker: 'erin@contoso.example' })
  expect(await ask('operator', { ...manage, headers: [JSON_TYPE], body: stop })).toBe(200)
  expect(
    await ask('search', { token: alice, path: `/api/manage/search?searchText=${ALICE}` }),
  ).toBe(403)
  expect(await ask('nowhere', { path: `/${ALICE}/${encodeURIComponent(ALICE)}` })).toBe(404)

  await latchkey.control('POST', '/faults', { graph: 'down' })
  expect((await enroll('outage', 'alice', { upn: ALICE })).status).toBe(503)
  await sync().catch(() => undefined)
  await latchkey.control('POST', '/faults', { graph: null })
})

afterAll(() => latchkey.close())

const lines = (level: number) =>
  latchkey.logged().filter((line) => (JSON.parse(line) as { level: number }).level >= level)

test('each of it has its line', () => {
  const written = lines(30).join('')
  const silent = [...ids].filter(([, id]) => !written.includes(id)).map(([name]) => name)
  // What an owner or an operator changes is in the audit chain alone.
  expect(silent).toEqual(['hold', 'revocation', 'operator'])
})

test('no line from info on names a person, a device or where somebody is', () => {
  const words = PEOPLE.flatMap(({ upn, displayName, oid }) => [upn, oid, ...displayName.split(' ')])
  const devices = MACHINES.flatMap(({ displayName, deviceId, intuneId, objectId }) =>
    [displayName, deviceId, intuneId, objectId].filter((id) => id !== null),
  )
  const forbidden = [...words, ...devices, 'contoso.example', '127.0.0.', '::1'].map((word) => ({
    word,
    pattern: new RegExp(`(?<!\\w)${word.replaceAll('.', '\\.')}`, 'i'),
  }))
  const found = lines(30).flatMap((line) =>
    forbidden.filter(({ pattern }) => pattern.test(line)).map(({ word }) => [word, line]),
  )
  expect(found).toEqual([])
  // The same search finds what is only in the lines below.
  expect(lines(20).some((line) => line.includes(FROM))).toBe(true)
})

test('the name of a request leads from its line to who it was, in the audit chain', async () => {
  const trail = await latchkey.authority.ledger.auditTrail(0, 10_000)
  const alice = PEOPLE[0]?.oid
  const kindsOf = (name: string) =>
    trail
      .filter(({ event }) => event.facts.request === ids.get(name))
      .map(({ event }) => [event.kind, event.actor === alice])
  const issued = [
    ['issuance.intended', true],
    ['certificate.issued', true],
  ]
  expect(kindsOf('issuance')).toEqual(issued)
  expect(kindsOf('EST')).toEqual(issued)
  expect(kindsOf('renewal')).toEqual(issued)
  expect(kindsOf('refusal')).toEqual([['request.refused', true]])
  expect(kindsOf('hold')).toContainEqual(['device.reported_lost', true])
  expect(kindsOf('revocation')).toContainEqual(['key.blocked', true])
  expect(kindsOf('operator')).toContainEqual(['certificate.revoked', false])
})

test('a request without a name, or with one that could be anything, gets its own', async () => {
  const names = [[], [['x-request-id', 'alice was here'] as const]]
  for (const headers of names) {
    const { headers: answer } = await latchkey.send({ path: '/ca', headers })
    expect(answer['x-request-id']).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  }
})
