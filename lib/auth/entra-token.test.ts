import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactEncrypt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTokenVerifier, type VerifyToken } from '#lib/auth/entra-token.ts'

const tenantId = '11111111-1111-4111-8111-111111111111'
const apiClientId = '22222222-2222-4222-8222-222222222222'
const oid = '33333333-3333-4333-8333-333333333333'
const issuerV2 = `https://login.microsoftonline.com/${tenantId}/v2.0`
const issuerV1 = `https://sts.windows.net/${tenantId}/`
const start = new Date('2026-06-01T12:00:00Z')
const startSeconds = start.getTime() / 1000

const ours = rsaKey()
const next = rsaKey()
const attackers = rsaKey()

let jwks: { server: Server; url: string; hits: () => number }
let attacker: { server: Server; url: string; hits: () => number }
let published: { status: number; keys: unknown[] }
let clock: Date
let verify: VerifyToken

beforeAll(async () => {
  jwks = await listen(() => published)
  attacker = await listen(() => ({ status: 200, keys: [publicJwk(attackers, 'evil')] }))
})

afterAll(() => {
  jwks.server.close()
  attacker.server.close()
})

beforeEach(() => {
  published = { status: 200, keys: [publicJwk(ours, 'key-1')] }
  clock = start
  verify = verifierWith({})
})

afterEach(() => {
  expect(attacker.hits(), 'nothing may be asked of an address that stands in a token').toBe(0)
  expect(Reflect.get({}, 'roles'), 'no prototype may be polluted').toBeUndefined()
})

const userClaims = {
  iss: issuerV2,
  aud: apiClientId,
  tid: tenantId,
  oid,
  iat: startSeconds - 60,
  nbf: startSeconds - 60,
  exp: startSeconds + 3600,
  scp: 'Cert.Enroll',
  roles: ['CSR.SelfService'],
  preferred_username: 'ada@contoso.example',
  name: 'Ada Lovelace',
}

const ada = {
  kind: 'user',
  tid: tenantId,
  oid,
  name: 'ada@contoso.example',
  roles: ['CSR.SelfService'],
}

test('a token of version 2 says who asks', async () => {
  expect(await verify([`Bearer ${token()}`])).toEqual(ada)
})

test('the scheme is compared without case, and the audience may be the identifier URI', async () => {
  expect(await verify([`bearer ${token({ aud: `api://${apiClientId}` })}`])).toEqual(ada)
})

const v1 = { iss: issuerV1, aud: `api://${apiClientId}`, ver: '1.0' }

test('a token of version 1 is taken where it is switched on', async () => {
  const { preferred_username: _, ...claims } = userClaims
  const old = token({ ...claims, ...v1, upn: 'ada@contoso.example' }, {}, ours, {})
  expect(await verify([`Bearer ${old}`])).toEqual(ada)
})

test('a token of an application is one without scopes, or one that says so', async () => {
  const scopeless = await verify([`Bearer ${token({ scp: undefined })}`])
  const said = await verify([`Bearer ${token({ idtyp: 'app' })}`])
  const empty = await verify([`Bearer ${token({ scp: '' })}`])
  expect([scopeless.kind, said.kind, empty.kind]).toEqual(['app', 'app', 'app'])
})

test.each([
  ['no roles', undefined],
  ['a string that contains the role', 'CSR.SelfService CSR.Request.Db'],
  ['roles that are not all strings', ['CSR.SelfService', 5]],
  ['an object', { 0: 'CSR.SelfService', length: 1 }],
  ['null', null],
])('%s: a valid token without a role', async (_, roles) => {
  expect(await verify([`Bearer ${token({ roles })}`])).toEqual({ ...ada, roles: [] })
})

test('roles are handed on exactly as they are spelt', async () => {
  const roles = ['csr.selfservice', 'CSR.SelfService.Read']
  const requester = await verify([`Bearer ${token({ roles })}`])
  expect(requester.roles).toEqual(roles)
})

test('a name that steers terminals is no name', async () => {
  const hostile = token({ preferred_username: 'a\u001b[2J', upn: undefined, name: 'b\u202ec' })
  expect((await verify([`Bearer ${hostile}`])).name).toBeNull()
})

test('clocks may differ by a minute', async () => {
  const early = token({ nbf: startSeconds + 60, iat: startSeconds + 60 })
  const late = token({ exp: startSeconds - 59 })
  await expect(verify([`Bearer ${early}`])).resolves.toEqual(ada)
  await expect(verify([`Bearer ${late}`])).resolves.toEqual(ada)
})

const NOT_A_TOKEN = 'The Authorization header holds no access token.'
const FOREIGN = 'The access token was issued by another organisation.'
const OTHER_AUDIENCE = 'The access token is made out to another application.'
const NOT_YET = 'The access token is not valid yet.'
const EXPIRED = 'The access token has expired.'
const BAD_SIGNATURE = 'The signature of the access token is wrong.'
const UNREADABLE = 'The access token cannot be read.'
const NOT_RS256 = 'The access token is not signed with RS256.'
const unusable = (claim: string) => `The access token has no usable "${claim}" claim.`

const refusals: [string, () => string[] | Promise<string[]>, string][] = [
  ['no header', () => [], 'This needs an access token, and none was sent.'],
  ['an empty header', () => [''], NOT_A_TOKEN],
  ['the scheme alone', () => ['Bearer'], NOT_A_TOKEN],
  ['the scheme and a space', () => ['Bearer '], NOT_A_TOKEN],
  ['another scheme', () => ['Basic YWRhOnNlY3JldA=='], NOT_A_TOKEN],
  ['a broken escape', () => ['Bearer %E0%A4%A'], NOT_A_TOKEN],
  ['two tokens in one header', () => [`Bearer ${token()} ${token()}`], NOT_A_TOKEN],
  ['two tokens with a comma', () => [`Bearer ${token()}, Bearer ${token()}`], NOT_A_TOKEN],
  ['a megabyte', () => [`Bearer ${'a'.repeat(1_000_000)}`], NOT_A_TOKEN],
  ['a trailing space', () => [`Bearer ${token()} `], NOT_A_TOKEN],
  ['padding in the token', () => [`Bearer ${token()}=`], NOT_A_TOKEN],
  ['two headers', () => [`Bearer ${token()}`, 'Bearer x'], 'More than one Authorization header'],
  ['two headers turned', () => ['Bearer x', `Bearer ${token()}`], 'More than one Authorization'],
  ['a doubled header', () => Array(2).fill(`Bearer ${token()}`), 'More than one Authorization'],
  ['alg none, no signature', () => [`Bearer ${unsigned({ alg: 'none' })}.`], NOT_A_TOKEN],
  ['alg none, some signature', () => [`Bearer ${unsigned({ alg: 'none' })}.AAAA`], NOT_RS256],
  ['alg NONE', () => [`Bearer ${unsigned({ alg: 'NONE', kid: 'key-1' })}.AAAA`], NOT_RS256],
  ['HS256 with the public key', () => [`Bearer ${hmacToken()}`], NOT_RS256],
  ['PS256', () => bearer({}, { alg: 'PS256' }), NOT_RS256],
  ['no kid', () => bearer({}, { kid: undefined }), 'The access token does not name its key.'],
  ['a kid that is a number', () => bearer({}, { kid: 1 }), 'does not name its key.'],
  ['a kid of a prototype', () => bearer({}, { kid: '__proto__' }), 'does not have.'],
  ['crit', () => bearer({}, { crit: ['b64'], b64: false }), 'an extension that is not known'],
  ['an unknown kid', () => bearer({}, { kid: 'key-9' }, attackers), 'does not have.'],
  ['our kid, their key', () => bearer({}, {}, attackers), BAD_SIGNATURE],
  ['jku', () => bearer({}, { jku: attacker.url }, attackers), BAD_SIGNATURE],
  ['x5u', () => bearer({}, { x5u: attacker.url, kid: 'evil' }, attackers), 'does not have.'],
  ['jwk', () => bearer({}, { jwk: publicJwk(attackers, 'evil') }, attackers), BAD_SIGNATURE],
  ['one bit off', () => [`Bearer ${flipLastBit(token())}`], BAD_SIGNATURE],
  [
    'the audience of Graph',
    () => bearer({ aud: '00000003-0000-0000-c000-000000000000' }),
    OTHER_AUDIENCE,
  ],
  [
    'another audience',
    () => bearer({ aud: '44444444-4444-4444-8444-444444444444' }),
    OTHER_AUDIENCE,
  ],
  ['an audience in capitals', () => bearer({ aud: `API://${apiClientId}` }), OTHER_AUDIENCE],
  ['an audience with a slash', () => bearer({ aud: `api://${apiClientId}/` }), OTHER_AUDIENCE],
  ['a list of audiences', () => bearer({ aud: [apiClientId] }), unusable('aud')],
  ['v1 with the bare audience', () => bearer({ ...v1, aud: apiClientId }), OTHER_AUDIENCE],
  [
    'the issuer of another tenant',
    () => bearer({ iss: issuerV2.replace('1111', '9999') }),
    FOREIGN,
  ],
  ['the common issuer', () => bearer({ iss: issuerV2.replace(tenantId, 'common') }), FOREIGN],
  ['the issuer with a slash', () => bearer({ iss: `${issuerV2}/` }), FOREIGN],
  ['tid of another tenant', () => bearer({ tid: oid }), FOREIGN],
  ['no tid', () => bearer({ tid: undefined }), unusable('tid')],
  ['no oid', () => bearer({ oid: undefined }), unusable('oid')],
  ['an oid that is no GUID', () => bearer({ oid: 'ada' }), unusable('oid')],
  ['expired', () => bearer({ exp: startSeconds - 60 }), EXPIRED],
  ['no exp', () => bearer({ exp: undefined }), unusable('exp')],
  ['exp as a string', () => bearer({ exp: String(startSeconds + 3600) }), unusable('exp')],
  ['exp without end', () => bearer({ exp: 1e308 }), unusable('exp')],
  ['exp with a fraction', () => bearer({ exp: startSeconds + 0.5 }), unusable('exp')],
  ['exp NaN', () => rawBearer(payloadText().replace(/"exp":\d+/, '"exp":NaN')), UNREADABLE],
  [
    'exp Infinity',
    () => rawBearer(payloadText().replace(/"exp":\d+/, '"exp":1e999')),
    unusable('exp'),
  ],
  ['nbf in ten minutes', () => bearer({ nbf: startSeconds + 600 }), NOT_YET],
  ['nbf as a string', () => bearer({ nbf: String(startSeconds) }), unusable('nbf')],
  ['iat in ten minutes', () => bearer({ iat: startSeconds + 600 }), NOT_YET],
  ['iat as a string', () => bearer({ iat: 'now' }), unusable('iat')],
  ['scopes as a list', () => bearer({ scp: ['Cert.Enroll'] }), unusable('scp')],
  ['claims that are a list', () => rawBearer('[]'), unusable('payload')],
  ['claims that are null', () => rawBearer('null'), unusable('payload')],
  ['claims that are not JSON', () => rawBearer('{'), UNREADABLE],
  ['claims that are not UTF-8', () => rawBearer(Buffer.from([0x7b, 0xff, 0x7d])), UNREADABLE],
  ['an encrypted token', async () => [`Bearer ${await encrypted()}`], NOT_A_TOKEN],
  ['a header that is not JSON', () => [`Bearer AAAA.${token().split('.')[1]}.AAAA`], UNREADABLE],
]

test.each(refusals)('TOK-01 to TOK-17, TOK-25: %s is refused', async (_, headers, message) => {
  const began = performance.now()
  await expect(verify(await headers())).rejects.toMatchObject({
    code: 'invalid_token',
    message: expect.stringContaining(message),
    remedy: expect.stringMatching(/^[A-Z].*\.$/),
  })
  expect(performance.now() - began).toBeLessThan(1000)
})

test('TOK-07: version 1 is refused where it is switched off', async () => {
  await expect(verifierWith({ acceptV1: false })(bearer(v1))).rejects.toMatchObject({
    code: 'invalid_token',
    message: FOREIGN,
  })
})

test('TOK-25: a compressed token is read as it stands, and is no token', async () => {
  const zipped = token({}, { zip: 'DEF' })
  // JWS has no compression: the member means nothing, and the claims are what was signed.
  expect(await verify([`Bearer ${zipped}`])).toEqual(ada)
})

test('TOK-22: of doubled members the last counts, and __proto__ is a name like any other', async () => {
  const doubled = payloadText().replace('{', '{"roles":["Manage.All"],')
  expect(await verify(rawBearer(doubled))).toEqual(ada)

  const polluted = payloadText({ roles: undefined }).replace(
    '{',
    '{"__proto__":{"roles":["Manage.All"]},"constructor":{"prototype":{"roles":["Manage.All"]}},',
  )
  expect(await verify(rawBearer(polluted))).toEqual({ ...ada, roles: [] })

  const hidden = payloadText({ oid: undefined }).replace('{', `{"__proto__":{"oid":"${oid}"},`)
  await expect(verify(rawBearer(hidden))).rejects.toMatchObject({ code: 'invalid_token' })
})

test('a token that was good expires all the same', async () => {
  const once = bearer({ exp: startSeconds + 600 })
  expect(await verify(once)).toEqual(ada)
  expect(await verify(once)).toEqual(ada)
  clock = new Date(start.getTime() + 661_000)
  await expect(verify(once)).rejects.toMatchObject({ message: EXPIRED })
})

test('keys are read once for many tokens', async () => {
  const before = jwks.hits()
  await Promise.all(Array.from({ length: 20 }, () => verify([`Bearer ${token()}`])))
  expect(jwks.hits() - before).toBe(1)
})

test('TOK-20: a rotated key is taken after one more look', async () => {
  await verify(bearer())
  const before = jwks.hits()
  published.keys = [publicJwk(ours, 'key-1'), publicJwk(next, 'key-2')]
  expect(await verify(bearer({}, { kid: 'key-2' }, next))).toEqual(ada)
  expect(jwks.hits() - before).toBe(1)
})

test('made-up key ids do not make us ask without end', async () => {
  const before = jwks.hits()
  for (let i = 0; i < 50; i++) {
    await expect(verify(bearer({}, { kid: `made-up-${i}` }, attackers))).rejects.toMatchObject({
      code: 'invalid_token',
    })
  }
  expect(jwks.hits() - before).toBeLessThanOrEqual(5)
})

test('a withdrawn key goes within the hour, also for tokens that were seen', async () => {
  const seen = bearer({ exp: startSeconds + 86_400 })
  expect(await verify(seen)).toEqual(ada)
  published.keys = [publicJwk(next, 'key-2')]
  clock = new Date(start.getTime() + 3_700_000)
  // This one sets off the reading; whether it still passes is a matter of microseconds.
  await verify(bearer({ exp: startSeconds + 86_400 }, { kid: 'key-2' }, next))
  await expect(verify(seen)).rejects.toMatchObject({
    message: 'The access token is signed with a key that your organisation does not have.',
  })
})

test('TOK-19: while the endpoint is down, known keys are good for a day and no longer', async () => {
  const long = bearer({ exp: startSeconds + 100 * 86_400 })
  expect(await verify(long)).toEqual(ada)
  published.status = 500
  clock = new Date(start.getTime() + 23.9 * 3_600_000)
  expect(await verify(long)).toEqual(ada)
  expect(await verify(bearer({ exp: startSeconds + 90 * 86_400 }))).toEqual(ada)
  clock = new Date(start.getTime() + 24.1 * 3_600_000)
  await expect(verify(long)).rejects.toMatchObject({ code: 'directory_unavailable' })
  published.status = 200
  clock = new Date(start.getTime() + 24.2 * 3_600_000)
  expect(await verify(long)).toEqual(ada)
})

const brokenKeySets: [string, () => void][] = [
  ['down', () => (published.status = 503)],
  ['empty', () => (published.keys = [])],
  ['for encryption only', () => (published.keys = [{ ...publicJwk(ours, 'key-1'), use: 'enc' }])],
  ['a redirect', () => (published.status = 302)],
  ['not a list', () => Object.assign(published, { keys: 'none' })],
]

test.each(brokenKeySets)('TOK-19: with a key set that is %s nobody gets in', async (_, damage) => {
  damage()
  await expect(verify(bearer())).rejects.toMatchObject({
    code: 'directory_unavailable',
    message: expect.stringContaining('cannot be checked'),
    retryAfterSeconds: 5,
  })
})

function verifierWith(change: { acceptV1?: boolean }): VerifyToken {
  return createTokenVerifier({
    tenantId,
    issuerV2,
    jwksUrl: jwks.url,
    apiClientId,
    acceptV1: change.acceptV1 ?? true,
    now: () => clock,
  })
}

function bearer(claims: object = {}, header: object = {}, key = ours): string[] {
  return [`Bearer ${token(claims, header, key)}`]
}

function rawBearer(payload: string | Buffer): string[] {
  return [`Bearer ${signed({ alg: 'RS256', typ: 'JWT', kid: 'key-1' }, payload, ours)}`]
}

function token(
  claims: object = {},
  header: object = {},
  key = ours,
  base: object = userClaims,
): string {
  const payload = JSON.stringify({ ...base, ...claims })
  return signed({ alg: 'RS256', typ: 'JWT', kid: 'key-1', ...header }, payload, key)
}

function payloadText(claims: object = {}): string {
  return JSON.stringify({ ...userClaims, ...claims })
}

function signed(header: object, payload: string | Buffer, key: typeof ours): string {
  const text = `${encode(JSON.stringify(header))}.${encode(payload)}`
  return `${text}.${sign('sha256', Buffer.from(text), key.privateKey).toString('base64url')}`
}

function unsigned(header: object): string {
  return `${encode(JSON.stringify({ typ: 'JWT', ...header }))}.${encode(payloadText())}`
}

/** The old confusion: the public key taken as the secret of a MAC. */
function hmacToken(): string {
  return `${unsigned({ alg: 'HS256', kid: 'key-1' })}.${'A'.repeat(43)}`
}

function flipLastBit(text: string): string {
  const at = text.lastIndexOf('.') + 1
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

function encrypted(): Promise<string> {
  return new CompactEncrypt(Buffer.from(payloadText()))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(ours.publicKey)
}

function encode(value: string | Buffer): string {
  return Buffer.from(value).toString('base64url')
}

function rsaKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function publicJwk(key: typeof ours, kid: string) {
  return { ...key.publicKey.export({ format: 'jwk' }), kid, use: 'sig' }
}

async function listen(answer: () => { status: number; keys: unknown }) {
  let hits = 0
  const server = createServer((_, response) => {
    hits += 1
    const { status, keys } = answer()
    response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' })
    response.end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${port}/keys`, hits: () => hits }
}
