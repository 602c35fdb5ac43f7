import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactEncrypt } from 'jose'
import { encode as encodeSession } from 'next-auth/jwt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTokens } from '#lib/auth/entra-token.ts'
import type { Requester } from '#lib/model.ts'

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

type Published = {
  status: number
  keys: unknown[]
  /** Keys that `?appid=` of our API adds to these. */
  applicationKeys: unknown[]
  issuers: { v1: string | null; v2: string | null }
}

let jwks: Awaited<ReturnType<typeof listen>>
let attacker: Awaited<ReturnType<typeof listen>>
let published: Published
let clock: Date
let verify: Verify

beforeAll(async () => {
  jwks = await listen(() => published)
  const evil = { keys: [publicJwk(attackers, 'evil')], issuers: { v1: null, v2: null } }
  attacker = await listen(() => ({ status: 200, applicationKeys: [], ...evil }))
})

afterAll(() => {
  jwks.server.close()
  attacker.server.close()
})

beforeEach(() => {
  published = {
    status: 200,
    keys: [publicJwk(ours, 'key-1')],
    applicationKeys: [],
    issuers: { v1: issuerV1, v2: issuerV2 },
  }
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

test('any number of spaces stands before the token (RFC 9110 section 11.4)', async () => {
  expect(await verify([`Bearer   ${token()}`])).toEqual(ada)
})

test('the scheme is compared without case, and the audience may be the identifier URI', async () => {
  expect(await verify([`bearer ${token({ aud: `api://${apiClientId}` })}`])).toEqual(ada)
})

const v1 = { iss: issuerV1, aud: `api://${apiClientId}`, ver: '1.0' }
const chinaV1 = `https://sts.chinacloudapi.cn/${tenantId}/`
const chinaV2 = `https://login.partner.microsoftonline.cn/${tenantId}/v2.0`

test.each([
  `api://${apiClientId}`,
  `api://${apiClientId}/`,
  apiClientId,
  'api://certificates.contoso.example',
  'api://certificates.contoso.example/',
])('a token of version 1 may be made out to %s', async (aud) => {
  const custom = verifierWith({ apiUri: 'api://certificates.contoso.example' })
  expect(await custom(bearer({ ...v1, aud }))).toEqual(ada)
})

test('another application’s URI is none of ours, and a custom one does not replace the rule', async () => {
  const aud = 'api://certificates.contoso.example'
  await expect(verify(bearer({ ...v1, aud }))).rejects.toMatchObject({ message: OTHER_AUDIENCE })
})

test('issuers are those that the discovery documents name, so 21Vianet’s are known there', async () => {
  published.issuers = { v1: chinaV1, v2: chinaV2 }
  expect(await verify(bearer({ ...v1, iss: chinaV1 }))).toEqual(ada)
  expect(await verify(bearer({ iss: chinaV2 }))).toEqual(ada)
  await expect(verify(bearer(v1))).rejects.toMatchObject({ message: FOREIGN })
})

test('discovery documents are read once for many tokens', async () => {
  const before = jwks.metadataHits()
  await Promise.all(Array.from({ length: 20 }, () => verify([`Bearer ${token()}`])))
  await verify(bearer(v1))
  expect(jwks.metadataHits() - before).toBe(2)
})

test('where version 1 is switched off, its discovery document is not asked for', async () => {
  const before = jwks.metadataHits()
  await verifierWith({ acceptV1: false })(bearer())
  expect(jwks.metadataHits() - before).toBe(1)
})

const badMetadata: [string, Partial<Published['issuers']>][] = [
  ['not there', { v1: null, v2: null }],
  ['a template', { v1: 'https://sts.windows.net/{tenantid}/', v2: null }],
  [
    'of another tenant',
    { v1: `https://sts.windows.net/${oid}/`, v2: issuerV2.replace(/1111/, '9') },
  ],
  ['not an address', { v1: tenantId, v2: tenantId }],
  ['a megabyte', { v1: `${issuerV1}${'x'.repeat(1_000_000)}`, v2: null }],
]

test.each(
  badMetadata,
)('with discovery documents that are %s nobody gets in', async (_, issuers) => {
  published.issuers = { v1: null, v2: null, ...issuers }
  for (const claims of [{}, v1]) {
    await expect(verify(bearer(claims))).rejects.toMatchObject({
      code: 'directory_unavailable',
      message: expect.stringContaining('cannot be checked'),
      retryAfterSeconds: 5,
    })
  }
})

test('one discovery document that cannot be read does not shut out the other version', async () => {
  published.issuers = { v1: null, v2: issuerV2 }
  expect(await verify(bearer())).toEqual(ada)
  await expect(verify(bearer(v1))).rejects.toMatchObject({ code: 'directory_unavailable' })
  // The issuer of a token decides its tenant; no discovery document is read for that.
  await expect(verify(bearer({ ...v1, tid: oid }))).rejects.toMatchObject({ message: FOREIGN })
})

test('a discovery document that cannot be read is left alone for five seconds, then asked again', async () => {
  published.issuers = { v1: issuerV1, v2: null }
  const before = jwks.metadataHits()
  for (let i = 0; i < 20; i++) await verify(bearer()).catch(() => undefined)
  expect(jwks.metadataHits() - before).toBe(2)
  published.issuers = { v1: issuerV1, v2: issuerV2 }
  clock = new Date(start.getTime() + 5_000)
  expect(await verify(bearer())).toEqual(ada)
})

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

test('TOK-09: clocks may differ by a minute', async () => {
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
  ['v1 for another API', () => bearer({ ...v1, aud: `api://${oid}` }), OTHER_AUDIENCE],
  ['v1 for Graph', () => bearer({ ...v1, aud: 'https://graph.microsoft.com' }), OTHER_AUDIENCE],
  ['v1 with two slashes', () => bearer({ ...v1, aud: `api://${apiClientId}//` }), OTHER_AUDIENCE],
  ['v1 with a path', () => bearer({ ...v1, aud: `api://${apiClientId}/x` }), OTHER_AUDIENCE],
  ['v1 of 21Vianet in the public cloud', () => bearer({ ...v1, iss: chinaV1 }), FOREIGN],
  [
    'the issuer of another tenant',
    () => bearer({ iss: issuerV2.replace('1111', '9999') }),
    FOREIGN,
  ],
  ['the common issuer', () => bearer({ iss: issuerV2.replace(tenantId, 'common') }), FOREIGN],
  ['the issuer with a slash', () => bearer({ iss: `${issuerV2}/` }), FOREIGN],
  ['tid of another tenant', () => bearer({ tid: oid }), FOREIGN],
  [
    'issuer and tid of another tenant',
    () => bearer({ iss: issuerV2.replace(tenantId, oid), tid: oid }),
    FOREIGN,
  ],
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
  ['a session of the portal', async () => [`Bearer ${await portalSession()}`], NOT_A_TOKEN],
  ['a header that is not JSON', () => [`Bearer AAAA.${token().split('.')[1]}.AAAA`], UNREADABLE],
]

test.each(refusals)('TOK-01 to TOK-17, TOK-25: %s is refused', async (_, headers, message) => {
  const began = process.cpuUsage()
  await expect(verify(await headers())).rejects.toMatchObject({
    code: 'invalid_token',
    message: expect.stringContaining(message),
    remedy: expect.stringMatching(/^[A-Z].*\.$/),
  })
  const { user, system } = process.cpuUsage(began)
  expect((user + system) / 1000, 'ms of CPU').toBeLessThan(1000)
})

test('TOK-07: version 1 is refused where it is switched off', async () => {
  await expect(verifierWith({ acceptV1: false })(bearer(v1))).rejects.toMatchObject({
    code: 'invalid_token',
    message: FOREIGN,
  })
})

test('TOK-25: a compressed token is read as it stands, and is no token', async () => {
  const zipped = token({}, { zip: 'DEF' })
  // JWS has no compression, so the member has no meaning and the signed claims count.
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

test('TOK-18: made-up key ids read the keys once in five minutes', async () => {
  const makeUp = async (name: string) => {
    const before = jwks.hits()
    for (let i = 0; i < 50; i++) {
      await expect(verify(bearer({}, { kid: `${name}-${i}` }, attackers))).rejects.toMatchObject({
        code: 'invalid_token',
        message: 'The access token is signed with a key that your organisation does not have.',
      })
    }
    return jwks.hits() - before
  }
  // Two requests: the tenant's keys, and the keys of our application.
  expect(await makeUp('first')).toBe(2)
  clock = new Date(start.getTime() + 299_000)
  expect(await makeUp('still')).toBe(0)
  clock = new Date(start.getTime() + 300_000)
  expect(await makeUp('again')).toBe(2)
})

test('TOK-20: a rotation right after a reading is seen at once, by all who bring the new key', async () => {
  await verify(bearer())
  clock = new Date(start.getTime() + 3_601_000)
  await verify(bearer({ exp: startSeconds + 7200 }))
  published.keys = [publicJwk(next, 'key-2')]
  const tokens = Array.from({ length: 20 }, (_, i) =>
    bearer({ exp: startSeconds + 7200 + i }, { kid: 'key-2' }, next),
  )
  expect(await Promise.all(tokens.map((one) => verify(one)))).toEqual(tokens.map(() => ada))
})

test('a rotation in the five minutes after a made-up key id is seen when they are over', async () => {
  await verify(bearer())
  await verify(bearer({}, { kid: 'made-up' }, attackers)).catch(() => undefined)
  published.keys = [publicJwk(next, 'key-2')]
  const rotated = bearer({}, { kid: 'key-2' }, next)
  await expect(verify(rotated)).rejects.toMatchObject({ code: 'invalid_token' })
  clock = new Date(start.getTime() + 300_000)
  expect(await verify(rotated)).toEqual(ada)
})

test('a key of our own application, which only ?appid= shows, is taken', async () => {
  published.applicationKeys = [publicJwk(next, 'mapped')]
  const mapped = bearer({}, { kid: 'mapped' }, next)
  expect(await verify(mapped)).toEqual(ada)
  // An application's key is dropped within an hour of its withdrawal, like any other.
  published.applicationKeys = []
  clock = new Date(start.getTime() + 3_601_000)
  await verify(bearer({ exp: startSeconds + 7200 }, { kid: 'made-up' })).catch(() => undefined)
  await expect(
    verify(bearer({ exp: startSeconds + 7200 }, { kid: 'mapped' }, next)),
  ).rejects.toMatchObject({ code: 'invalid_token' })
})

test('a rotation that cannot be seen is an error of ours, not a bad token', async () => {
  await verify(bearer())
  published.status = 503
  await expect(verify(bearer({}, { kid: 'key-2' }, next))).rejects.toMatchObject({
    code: 'directory_unavailable',
  })
})

test('a key set without an end is given up while it is read', async () => {
  let sent = 0
  const endless = createServer((_, response) => {
    response.writeHead(200)
    const pour = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536))) sent += 65_536
    }
    response.on('drain', pour)
    pour()
  })
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
  const { port } = endless.address() as AddressInfo
  const lost = verifierWith({ jwksUrl: `http://127.0.0.1:${port}/keys` })
  await expect(lost(bearer())).rejects.toMatchObject({
    code: 'directory_unavailable',
    cause: { message: '/keys is longer than 262144 octets.' },
  })
  endless.closeAllConnections()
  endless.close()
  expect(sent).toBeLessThan(32 * 1024 * 1024)
})

test('a withdrawn key goes within the hour, also for tokens that were seen', async () => {
  const seen = bearer({ exp: startSeconds + 86_400 })
  expect(await verify(seen)).toEqual(ada)
  published.keys = [publicJwk(next, 'key-2')]
  clock = new Date(start.getTime() + 3_700_000)
  // This token triggers the reading; whether it is still accepted depends on microseconds.
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

test('TOK-21: a symmetric key in the key set signs for nobody, and hides no other', async () => {
  const secret = Buffer.alloc(32, 7)
  const symmetric = { kty: 'oct', k: secret.toString('base64url'), kid: 'key-1' }
  published.keys = [symmetric, publicJwk(ours, 'key-1')]
  expect(await verify(bearer())).toEqual(ada)
  await expect(verify([`Bearer ${hmacToken(secret)}`])).rejects.toMatchObject({
    code: 'invalid_token',
    message: NOT_RS256,
  })
  published.keys = [symmetric]
  await expect(verifierWith({})(bearer())).rejects.toMatchObject({ code: 'directory_unavailable' })
})

test('TOK-21: an RSA key of 1024 bits in the key set signs for nobody', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  published.keys = [publicJwk(weak, 'key-1')]
  await expect(verify(bearer({}, {}, weak))).rejects.toMatchObject({
    code: 'invalid_token',
    message: UNREADABLE,
  })
})

type Change = { acceptV1?: boolean; apiUri?: string; jwksUrl?: string }

type Verify = (headers: readonly string[]) => Promise<Requester>

/** Gives who asks, without the sign-in. */
function verifierWith(change: Change): Verify {
  const { verifyToken } = openTokens({
    tenantId,
    metadataUrls: {
      v1: change.acceptV1 === false ? null : `${jwks.origin}/v1`,
      v2: `${jwks.origin}/v2`,
    },
    jwksUrl: change.jwksUrl ?? jwks.url,
    apiClientId,
    apiUri: change.apiUri ?? `api://${apiClientId}`,
    spaClientId: oid,
    now: () => clock,
  })
  return async (headers) => (await verifyToken(headers)).requester
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

/** The known confusion of algorithms: the public key used as the secret of a MAC. */
function hmacToken(
  secret: string | Buffer = ours.publicKey.export({ format: 'pem', type: 'spki' }),
): string {
  const text = unsigned({ alg: 'HS256', kid: 'key-1' })
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
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

/** Gives what the portal stores in its cookie. */
function portalSession(): Promise<string> {
  return encodeSession({ token: userClaims, secret: 'the secret of the portal’s cookies' })
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

/** Serves keys at `/keys` and discovery documents at `/v1` and `/v2`. */
async function listen(answer: () => Published) {
  let hits = 0
  let metadataHits = 0
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://keys')
    const { status, keys, applicationKeys, issuers } = answer()
    const head = { 'content-type': 'application/json', location: '/elsewhere' }
    if (pathname === '/keys') {
      hits += 1
      const more = searchParams.get('appid') === apiClientId ? applicationKeys : []
      const shown = Array.isArray(keys) ? [...keys, ...more] : keys
      return response.writeHead(status, head).end(JSON.stringify({ keys: shown }))
    }
    metadataHits += 1
    const issuer = pathname === '/v1' ? issuers.v1 : issuers.v2
    return response.writeHead(issuer === null ? 404 : 200, head).end(JSON.stringify({ issuer }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return {
    server,
    origin,
    url: `${origin}/keys`,
    hits: () => hits,
    metadataHits: () => metadataHits,
  }
}
