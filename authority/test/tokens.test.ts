import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

let latchkey: Harness
let alice: string

beforeAll(async () => {
  latchkey = await startHarness()
  alice = await latchkey.token('alice')
})

afterAll(async () => {
  // Nothing of the tokens sent in these tests may be in the log.
  expect(latchkey.logged().filter((line) => /eyJ|BEGIN |Bearer /.test(line))).toEqual([])
  await latchkey.close()
})

const ALICES = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const { der } = makeCsr({ commonName: ALICES })

function enroll(headers: readonly (readonly [string, string])[]): Promise<Answer> {
  return latchkey.send({ method: 'POST', path: '/api/csr', headers, body: der })
}

function expectRefused(answer: Answer, challenge = 'Bearer error="invalid_token"'): void {
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toBe(challenge)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.json).toMatchObject({
    type: 'urn:latchkey:problem:invalid_token',
    status: 401,
    code: 'invalid_token',
    detail: expect.stringMatching(/^[A-Z].*\.$/),
    remedy: expect.stringMatching(/^[A-Z].*\.$/),
    errorCode: 4010,
  })
  expect(latchkey.signatures()).toBe(0)
}

const headers: [string, () => readonly (readonly [string, string])[]][] = [
  ['no Authorization', () => []],
  ['an empty one', () => [['authorization', '']]],
  ['Bearer alone', () => [['authorization', 'Bearer']]],
  ['a broken escape', () => [['authorization', 'Bearer %E0%A4%A']]],
  ['Basic', () => [['authorization', 'Basic YTpi']]],
  ['two tokens', () => [['authorization', `Bearer ${alice} ${alice}`]]],
  [
    'a good header, then a bad one',
    () => [
      ['authorization', `Bearer ${alice}`],
      ['authorization', 'Bearer x'],
    ],
  ],
  [
    'a bad header, then a good one',
    () => [
      ['authorization', 'Bearer x'],
      ['Authorization', `Bearer ${alice}`],
    ],
  ],
  ['the token under another name', () => [['x-authorization', `Bearer ${alice}`]]],
  ['the token as a cookie', () => [['cookie', `authorization=Bearer ${alice}`]]],
  ['the token under __proto__', () => [['__proto__', `Bearer ${alice}`]]],
]

test.each(headers)('TOK-01, TOK-16, TOK-17: %s is answered 401', async (_, sent) => {
  const isBearer = sent().some(
    ([name, value]) => name === 'authorization' && /^bearer /i.test(value),
  )
  // RFC 6750 section 3.1: without a token there is nothing that could be wrong with it.
  expectRefused(await enroll(sent()), isBearer ? undefined : 'Bearer')
})

test('a token in the query is none', async () => {
  const path = `/api/csr?access_token=${alice}`
  expectRefused(await latchkey.send({ method: 'POST', path, body: der }), 'Bearer')
})

const claims: [string, object][] = [
  ['of another audience', { aud: '00000003-0000-0000-c000-000000000000' }],
  ['of another issuer', { iss: 'https://login.microsoftonline.com/common/v2.0' }],
  ['of another tenant', { tid: '11111111-1111-4111-8111-111111111111' }],
  ['that has expired', { exp: 1_700_000_000 }],
  ['without an end', { exp: null }],
  ['whose end is a string', { exp: '2000000000' }],
  ['whose end never comes', { exp: 1e308 }],
  ['of the future', { nbf: Math.floor(Date.now() / 1000) + 600 }],
  ['issued in the future', { iat: Math.floor(Date.now() / 1000) + 600 }],
  ['without an oid', { oid: null }],
  ['whose oid is a name', { oid: 'alice@contoso.example' }],
]

test.each(
  claims,
)('TOK-05, TOK-08, TOK-10, TOK-11, TOK-14: a token %s is answered 401', async (_, change) => {
  const token = await latchkey.token('alice', change)
  expectRefused(await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der }))
})

test('a token whose signature was cut off or changed is answered 401', async () => {
  const [head, payload, signature = ''] = alice.split('.')
  for (const forged of [
    `${head}.${payload}.`,
    `${head}.${payload}.${signature.slice(0, -8)}`,
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.AAAA`,
  ]) {
    expectRefused(
      await latchkey.send({ method: 'POST', path: '/api/csr', token: forged, body: der }),
    )
  }
})

const roles: [string, unknown][] = [
  ['no roles', null],
  ['an empty list', []],
  ['the role in small letters', ['csr.selfservice']],
  ['a longer role', ['CSR.SelfService.Read']],
  ['a string that is the role', 'CSR.SelfService'],
  ['the role of an operator', ['Manage.All']],
]

test.each(roles)('TOK-13: %s: 403 missing_role', async (_, value) => {
  const token = await latchkey.token('alice', { roles: value })
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
  expect([answer.status, answer.json.code]).toEqual([403, 'missing_role'])
  expect(answer.json.detail).toMatch(/CSR\.SelfService/)
  expect(latchkey.signatures()).toBe(0)
})

test('TOK-12: an application does not get what is for people', async () => {
  const tokens = [
    await latchkey.appToken('linux-fleet'),
    await latchkey.appToken('linux-fleet', { roles: ['CSR.SelfService'] }),
    await latchkey.token('alice', { scp: null }),
    await latchkey.token('alice', { idtyp: 'app' }),
  ]
  for (const token of tokens) {
    const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
    expect([403, 422]).toContain(answer.status)
  }
  expect(latchkey.signatures()).toBe(0)
})

test('a person without the role is still told who they are', async () => {
  const token = await latchkey.token('carol')
  const answer = await latchkey.send({ path: '/api/me', token })
  expect(answer.status).toBe(200)
  expect(answer.json).toMatchObject({
    roles: [],
    possible: false,
    refusal: { code: 'missing_role' },
  })
})

test('TOK-16: a megabyte of token ends at the header limit', async () => {
  const answer = await latchkey.sendRaw(
    `GET /api/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'a'.repeat(1_000_000)}\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  expect(answer).toContain('application/problem+json')
})

test('TOK-23: fifty times the same request is one certificate, of version 1 and 2 alike', async () => {
  const old = await latchkey.token('alice', {}, 1)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      latchkey.send({ method: 'POST', path: '/api/csr', token: i % 2 ? old : alice, body: der }),
    ),
  )
  const issued = answers.filter(({ status }) => status === 200)
  const waiting = answers.filter(({ status }) => status === 409)
  expect(issued.length + waiting.length).toBe(50)
  expect(waiting.every(({ json }) => json.code === 'in_progress')).toBe(true)
  expect(new Set(issued.map(({ body }) => body.toString('hex'))).size).toBe(1)
  const again = await latchkey.send({ method: 'POST', path: '/api/csr', token: alice, body: der })
  expect(again.body.equals(issued[0]?.body ?? Buffer.alloc(0))).toBe(true)
  expect(latchkey.signatures()).toBe(1)
})
