import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTokens, type SignedIn } from './entra-token.ts'
import { openStepUp, type StepUpRules } from './step-up.ts'

const tenantId = '11111111-1111-4111-8111-111111111111'
const apiClientId = '22222222-2222-4222-8222-222222222222'
const oid = '33333333-3333-4333-8333-333333333333'
const spaClientId = '55555555-5555-4555-8555-555555555555'
const portal = '66666666-6666-4666-8666-666666666666'
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`
const now = new Date('2026-06-01T12:00:00Z')
const seconds = now.getTime() / 1000
const request = new TextEncoder().encode('the DER of a request')
const nonce = createHash('sha256').update(request).digest('base64url')

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 })
const attackers = generateKeyPairSync('rsa', { modulusLength: 2048 })

const service = createServer((asked, answer) => {
  const isKeys = asked.url?.startsWith('/keys')
  const jwk = { ...ours.publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig' }
  answer.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer }))
})

beforeAll(() => new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve)))
afterAll(() => void service.close())

function stepUpWith(change: Partial<StepUpRules> = {}) {
  const { port } = service.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const { verifyIdToken } = openTokens({
    tenantId,
    metadataUrls: { v1: null, v2: `${origin}/v2` },
    jwksUrl: `${origin}/keys`,
    apiClientId,
    apiUri: `api://${apiClientId}`,
    spaClientId,
    now: () => now,
  })
  const rules: StepUpRules = {
    kind: 'fresh',
    context: null,
    maxAgeMs: 10 * 60_000,
    scriptClients: [azureCli],
    authorizationUrl: 'https://login.microsoftonline.com/t/oauth2/v2.0/authorize',
    now: () => now,
    ...change,
  }
  return openStepUp(rules, verifyIdToken)
}

const alice: SignedIn = {
  requester: { kind: 'user', tid: tenantId, oid, name: 'Alice', roles: [] },
  clientId: portal,
  authTime: null,
  contexts: [],
}
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

const claims = {
  iss: issuer,
  aud: spaClientId,
  tid: tenantId,
  oid,
  nonce,
  iat: seconds - 30,
  nbf: seconds - 30,
  exp: seconds + 3600,
  auth_time: seconds - 60,
}

function idToken(change: object = {}, header: object = {}, key = ours): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = part({ typ: 'JWT', alg: 'RS256', kid: 'key-1', ...header })
  const signed = `${head}.${part({ ...claims, ...change })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`
}

test('STEP-01: a sign-in for this request confirms it, once and until it is old', async () => {
  const confirmation = await stepUpWith().confirm(alice, [idToken()], request)
  expect(confirmation).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    until: new Date(now.getTime() + 10 * 60_000),
  })
  // Another token of the same sign-in for the same request is the same confirmation.
  const again = await stepUpWith().confirm(alice, [idToken({ iat: seconds, uti: 'x' })], request)
  expect(again?.id).toBe(confirmation?.id)
  const later = await stepUpWith().confirm(alice, [idToken({ auth_time: seconds })], request)
  expect(later?.id).not.toBe(confirmation?.id)
})

const OLD = 'not of the last 10 minutes'
const refused: [string, () => string[], string][] = [
  ['no id token', () => [], 'does not say when you signed in'],
  ['two id tokens', () => [idToken(), idToken()], 'More than one id token'],
  ['what is no token', () => ['x'], 'The id token cannot be read.'],
  ['an empty header', () => [''], 'The id token cannot be read.'],
  ['alg none', () => [idToken({}, { alg: 'none' })], 'not signed with RS256'],
  ['crit', () => [idToken({}, { crit: ['b64'] })], 'an extension that is not known'],
  ['an unknown key', () => [idToken({}, { kid: 'key-9' })], 'does not have'],
  ['a signature of others', () => [idToken({}, {}, attackers)], 'The signature of the id token'],
  ['an access token', () => [idToken({ aud: apiClientId })], 'made out to another application'],
  ['an id token of the web sign-in', () => [idToken({ aud: portal })], 'another application'],
  ['a list of audiences', () => [idToken({ aud: [spaClientId] })], 'no usable "aud" claim'],
  ['another issuer', () => [idToken({ iss: `${issuer}/` })], 'by another organisation'],
  ['another tenant', () => [idToken({ tid: oid })], 'by another organisation'],
  ['no oid', () => [idToken({ oid: undefined })], 'no usable "oid" claim'],
  ['another account', () => [idToken({ oid: portal })], 'of another account'],
  ['no nonce', () => [idToken({ nonce: undefined })], 'made for another request'],
  ['the nonce of another request', () => [idToken({ nonce: nonce.slice(1) })], 'another request'],
  ['a nonce with padding', () => [idToken({ nonce: `${nonce}=` })], 'another request'],
  ['no auth_time', () => [idToken({ auth_time: undefined })], 'does not say when you signed in'],
  ['auth_time as text', () => [idToken({ auth_time: `${seconds}` })], 'no usable "auth_time"'],
  ['an old sign-in', () => [idToken({ auth_time: seconds - 660 })], OLD],
  ['a sign-in of tomorrow', () => [idToken({ auth_time: seconds + 61 })], OLD],
  ['an id token that ended', () => [idToken({ exp: seconds - 60 })], 'has expired'],
  ['an id token of later', () => [idToken({ nbf: seconds + 61 })], 'is not valid yet'],
]

test.each(refused)('STEP-02: %s is refused by name', async (_, tokens, message) => {
  await expect(stepUpWith().confirm(alice, tokens(), request)).rejects.toMatchObject({
    code: 'step_up_required',
    message: expect.stringContaining(message),
    remedy: expect.stringMatching(/^[A-Z].*\.$/),
  })
})

describe('STEP-03: without a confirmation', () => {
  test.each([
    ['a sign-in of the last ten minutes', { authTime: ago(9) }, {}],
    ['a sign-in at the edge, by clocks that differ', { authTime: ago(10.9) }, {}],
    ['a script that is listed', { clientId: azureCli }, {}],
    ['an application without a person', { requester: { ...alice.requester, kind: 'app' } }, {}],
    ['nobody, where it is switched off', {}, { kind: 'off' }],
    [
      'the context, and a fresh sign-in',
      { contexts: ['c2', 'c1'], authTime: ago(1) },
      { kind: 'context', context: 'c1' },
    ],
  ] as const)('%s goes on', async (_, signedIn, rules) => {
    const stepUp = stepUpWith(rules)
    expect(await stepUp.confirm({ ...alice, ...signedIn } as SignedIn, [], request)).toBeNull()
  })

  test.each([
    ['no auth_time', { authTime: null }, {}],
    ['a sign-in of eleven minutes ago', { authTime: ago(11) }, {}],
    ['a sign-in of tomorrow', { authTime: ago(-2) }, {}],
    ['a script that nobody listed', { clientId: azureCli }, { scriptClients: [] }],
    ['another public application', { clientId: oid }, {}],
    ['a client that the token does not name', { clientId: null }, {}],
    [
      'another context',
      { contexts: ['c11'], authTime: ago(1) },
      { kind: 'context', context: 'c1' },
    ],
    [
      'the context of an old sign-in',
      { contexts: ['c1'], authTime: ago(11) },
      { kind: 'context', context: 'c1' },
    ],
  ] as const)('%s is refused', async (_, change, rules) => {
    const stepUp = stepUpWith(rules)
    const kind = 'kind' in rules ? rules.kind : 'fresh'
    const signedIn: SignedIn = { ...alice, ...change }
    await expect(stepUp.confirm(signedIn, [], request)).rejects.toMatchObject({
      code: 'step_up_required',
    })
    expect(stepUp.stateOf(signedIn)).toEqual({ kind, goodUntil: null })
  })
})

test('STEP-04: the refusal says what is missing, as RFC 9470 and as Entra’s claims challenge', async () => {
  const challengeOf = async (change: Partial<StepUpRules>) => {
    const stepUp = stepUpWith(change)
    const error = await stepUp.confirm(alice, [], request).catch((thrown) => thrown)
    return stepUp.challengeOf(error)
  }
  expect(await challengeOf({})).toBe(
    'Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is needed", max_age="600"',
  )
  const header = await challengeOf({ kind: 'context', context: 'c1' })
  expect(header).toContain('error="insufficient_claims"')
  const [, claimed = ''] = /claims="([\w+/=]+)"/.exec(header) ?? []
  expect(JSON.parse(Buffer.from(claimed, 'base64').toString())).toEqual({
    access_token: { acrs: { essential: true, value: 'c1' } },
  })
})
