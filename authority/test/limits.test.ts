import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Rate limits, with strict settings; the sandbox's own are hundreds of times wider. */

let latchkey: Harness

beforeAll(async () => {
  latchkey = await startHarness({ env: { LATCHKEY_LIMITS: 'strict' } })
})

afterAll(() => latchkey.close())

async function repeat(times: number, ask: () => Promise<Answer>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (let i = 0; i < times; i++) {
    const { status } = await ask()
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}

function isLimited(answer: Answer): void {
  expect([answer.status, answer.json.code]).toEqual([429, 'rate_limited'])
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(answer.json.retryAfterSeconds).toBe(seconds)
}

const strangers: [string, string, Parameters<Harness['send']>[0]][] = [
  ['asks without a token', '127.0.1.1', { path: '/api/me' }],
  ['guesses tokens', '127.0.1.2', { path: '/api/me', token: 'a.b.c' }],
  ['looks for what is not there', '127.0.1.3', { path: '/.env' }],
  [
    'renews without a certificate',
    '127.0.1.4',
    { method: 'POST', path: '/.well-known/est/simplereenroll', body: 'x' },
  ],
  ['asks for full CMC', '127.0.1.5', { method: 'POST', path: '/.well-known/est/fullcmc' }],
]

test.each(strangers)('who %s is told to wait after 60 times in a minute', async (_, from, what) => {
  const ask = () => latchkey.send({ ...what, from })
  expect(Object.keys(await repeat(60, ask))).not.toContain('429')
  isLimited(await ask())
})

test('people behind the same address are not kept out by that', async () => {
  const from = '127.0.1.1'
  isLimited(await latchkey.send({ path: '/api/me', from }))
  const token = await latchkey.token('alice')
  expect((await latchkey.send({ path: '/api/me', token, from })).status).toBe(200)
})

test.each([
  ['/ca'],
  ['/ca/root.cer'],
  ['/.well-known/est/cacerts'],
  ['/.well-known/est/csrattrs'],
  ['/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert'],
  ['/probe'],
])('%s is there for everyone behind an address', async (path) => {
  expect(await repeat(130, () => latchkey.send({ path, from: '127.0.1.1' }))).toEqual({ 200: 130 })
})

test('who has the link of a mail cannot fill the audit chain by it', async () => {
  const { ledger } = latchkey.authority
  const [secret, other] = ['a', 'b'].map((sign) => sign.repeat(32))
  const mail = {
    marks: [{ serial: '0a', days: 3 }],
    token: sha256Hex(secret ?? ''),
    at: new Date(),
  }
  const event = {
    kind: 'reminder.recorded',
    at: mail.at,
    actor: 'authority',
    serial: null,
    facts: {},
  } as const
  await ledger.recordReminder(mail, event)
  const before = (await ledger.auditHead()).sequence
  let stopped = false
  const toggle = (secret = '') => {
    stopped = !stopped
    return latchkey.send({
      ...{ method: 'POST', path: `/api/reminders/${secret}`, body: JSON.stringify({ stopped }) },
      headers: [['content-type', 'application/json']],
    })
  }
  expect(await repeat(40, () => toggle(secret))).toEqual({ 200: 30, 429: 10 })
  isLimited(await toggle(secret))
  expect((await ledger.auditHead()).sequence).toBe(before + 30)
  // Of which nobody knows, and by nobody's doing.
  expect((await toggle(other)).status).toBe(404)
  const read = () => latchkey.send({ path: `/api/calendar/${'c'.repeat(32)}` })
  expect(await repeat(31, read)).toEqual({ 404: 30, 429: 1 })
})

test('a person is counted over both listeners, and alone', async () => {
  const bob = await latchkey.token('bob')
  const path = '/api/me/certificates'
  const ask = (tls: boolean) => latchkey.send({ path, token: bob, tls })
  const [plain, secure] = [await repeat(200, () => ask(false)), await repeat(100, () => ask(true))]
  expect([plain, secure]).toEqual([{ 200: 200 }, { 200: 100 }])
  isLimited(await ask(true))
  // A new token of the same person does not reset the count.
  isLimited(await latchkey.send({ path, token: await latchkey.token('bob', { x: 1 }) }))
  const erin = await latchkey.token('erin')
  expect((await latchkey.send({ path, token: erin })).status).toBe(200)
})

test('certificates have a quota of their own, which is the ledger’s', async () => {
  const token = await latchkey.token('alice')
  const upn = 'alice@contoso.example'
  const ask = () =>
    latchkey.send({ method: 'POST', path: '/api/csr', token, body: makeCsr({ upn }).der })
  expect(await repeat(10, ask)).toEqual({ 200: 10 })
  const answer = await ask()
  expect([answer.status, answer.json.code]).toEqual([429, 'quota_exceeded'])
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
})

test('generous limits let one person do a thousand things in a minute', {
  timeout: 60_000,
}, async () => {
  const wide = await startHarness()
  const token = await wide.token('alice')
  // It asks the ledger alone, and so costs least.
  const path = '/api/me/certificates'
  let left = 1100
  const run = async () => {
    const statuses = new Set<number>()
    while (left-- > 0) statuses.add((await wide.send({ path, token })).status)
    return statuses
  }
  const found = await Promise.all(Array.from({ length: 8 }, run))
  expect(new Set(found.flatMap((statuses) => [...statuses]))).toEqual(new Set([200]))
  await wide.close()
})
