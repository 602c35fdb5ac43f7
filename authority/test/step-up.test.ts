import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { TestRequest } from '#authority/testing/request.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Step-up in the whole service, for the portal's client as Entra makes its tokens: without auth_time. */

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const EST = '/.well-known/est/simpleenroll'

let latchkey: Harness
let token: string

beforeAll(async () => {
  latchkey = await startHarness()
  token = await portalToken('alice')
})

afterAll(() => latchkey.close())

function portalToken(user: string, claims: object = {}): Promise<string> {
  return latchkey.token(user, { azp: latchkey.config.portalClientId, ...claims })
}

async function idToken(subject: Uint8Array | string, user = ALICE, claims: object = {}) {
  const nonce = createHash('sha256').update(subject).digest('base64url')
  const answer = await latchkey.control('POST', '/id-token', { user, nonce, claims })
  return (answer as { id_token: string }).id_token
}

function request(body: Uint8Array, proof: string | null, change: Partial<TestRequest> = {}) {
  const headers = proof === null ? [] : ([['Latchkey-Step-Up', proof]] as const)
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body, headers, ...change })
}

const newCsr = () => makeCsr({ commonName: LAPTOP }).der
const newest = async () => {
  const { json } = await latchkey.send({ path: '/api/me/certificates', token })
  return (json.items as { serial: string }[])[0]?.serial ?? ''
}

test.each([
  '/api/csr',
  EST,
])('STEP-07: %s asks the portal for a confirmation, and takes it', async (path) => {
  const body = newCsr()
  const asked = await request(body, null, { path })
  expect([asked.status, asked.json.code, asked.json.rule]).toEqual([
    401,
    'step_up_required',
    'step_up',
  ])
  expect(asked.json.remedy).toBe('Sign in once more for this request, in the portal.')
  expect(asked.headers['www-authenticate']).toContain('error="insufficient_user_authentication"')
  expect((await request(body, await idToken(newCsr()), { path })).status).toBe(401)
  expect((await request(body, await idToken(body), { path })).status).toBe(200)
})

test('STEP-07: a renewal by a person is confirmed like any other request', async () => {
  await request(newCsr(), null, { token: await latchkey.token('alice') })
  const older = await newest()
  const path = `/api/csr?replaces=${older}`
  const body = newCsr()
  expect((await request(body, null, { path })).json.code).toBe('step_up_required')
  expect((await request(body, await idToken(body), { path })).status).toBe(200)
  const { json } = await latchkey.send({ path: `/api/me/certificates/${await newest()}`, token })
  expect(json.replaces).toBe(older)
})

test('STEP-08: twenty of the same request with the same confirmation are one certificate', async () => {
  const body = newCsr()
  const proof = await idToken(body)
  const before = latchkey.signatures()
  const answers = await Promise.all(Array.from({ length: 20 }, () => request(body, proof)))
  expect(latchkey.signatures() - before).toBe(1)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
  // Also when the certificate is gone, the sign-in that was used for it brings no other.
  const serial = await newest()
  const script = await latchkey.token('alice')
  const path = `/api/me/certificates/${serial}/revoke`
  const gone = { reason: 'superseded', withDescendants: false }
  const json = { path, token: script, headers: [['content-type', 'application/json']] as const }
  await latchkey.send({ method: 'POST', ...json, body: JSON.stringify(gone) })
  const again = await request(body, proof)
  expect([again.status, again.json.detail]).toEqual([401, 'This confirmation was used already.'])
  expect((await request(body, await idToken(body, ALICE, { auth_time: soon() }))).status).toBe(200)
})

/** Another sign-in than those of this second. */
const soon = () => Math.floor(Date.now() / 1000) + 30

test('another account, or an old sign-in, confirms nothing', async () => {
  const body = newCsr()
  const others = await request(body, await idToken(body, 'bob@contoso.example'))
  expect([others.status, others.json.rule]).toEqual([401, 'step_up_account'])
  const old = await idToken(body, ALICE, { auth_time: soon() - 700 })
  expect((await request(body, old)).json.detail).toContain('not of the last 10 minutes')
  // A policy that refuses is not reached before, and nothing is on record.
  expect(latchkey.logged().join()).not.toContain(old)
})

test('a fresh sign-in, a script and an application have nothing to confirm', async () => {
  const fresh = await portalToken('alice', { auth_time: Math.floor(Date.now() / 1000) - 500 })
  expect((await request(newCsr(), null, { token: fresh })).status).toBe(200)
  const script = await latchkey.token('alice')
  expect((await request(newCsr(), null, { token: script })).status).toBe(200)
  const unlisted = await latchkey.token('alice', { azp: LAPTOP })
  expect((await request(newCsr(), null, { token: unlisted })).status).toBe(401)
})

test('STEP-09: a revocation is confirmed by serial, reason and what goes with it', async () => {
  await request(newCsr(), null, { token: await latchkey.token('alice') })
  const serial = await newest()
  const revoke = async (reason: string, withDescendants: boolean, subject: string | null) => {
    const proof = subject === null ? null : await idToken(subject)
    const body = new TextEncoder().encode(JSON.stringify({ reason, withDescendants }))
    const path = `/api/me/certificates/${serial}/revoke`
    const headers = [
      ['content-type', 'application/json'],
      ...(proof === null ? [] : [['Latchkey-Step-Up', proof] as const]),
    ] as const
    const { status } = await request(body, null, { path, headers })
    return status
  }
  const subject = `revoke ${serial} superseded`
  expect(await revoke('superseded', false, null)).toBe(401)
  expect(await revoke('superseded', true, subject)).toBe(401)
  expect(await revoke('keyCompromise', false, subject)).toBe(401)
  expect(await revoke('superseded', false, `${subject} withDescendants`)).toBe(401)
  expect(await revoke('superseded', false, subject)).toBe(200)
})

test.each([
  ['a certificate', async () => [`certificates/${await newest()}`, await newest()]],
  ['its id', async () => [`devices/${LAPTOP}`, `device ${LAPTOP}`]],
])('STEP-11: a device is reported lost by %s at once, and comes back by a confirmation', async (_, of) => {
  await request(newCsr(), null, { token: await latchkey.token('alice') })
  const [path, subject] = await of()
  const post = async (verb: string, proof: string | null) => {
    const headers = proof === null ? [] : ([['Latchkey-Step-Up', proof]] as const)
    return latchkey.send({ method: 'POST', path: `/api/me/${path}/${verb}`, token, headers })
  }
  expect((await post('hold', null)).status).toBe(200)
  const asked = await post('release', null)
  expect([asked.status, asked.json.code]).toEqual([401, 'step_up_required'])
  expect((await post('release', await idToken(`release ${subject}0`))).status).toBe(401)
  expect((await post('release', await idToken(`revoke ${subject}`))).status).toBe(401)
  const proof = await idToken(`release ${subject}`)
  expect((await post('release', proof)).status).toBe(200)
  expect((await post('hold', null)).status).toBe(200)
  expect((await post('release', proof)).json.detail).toBe('This confirmation was used already.')
  const next = await idToken(`release ${subject}`, ALICE, { auth_time: soon() })
  expect((await post('release', next)).status).toBe(200)
})

test('who asks is told whether there is something to confirm', async () => {
  const stepUp = async (asking: string) =>
    (await latchkey.send({ path: '/api/me', token: asking })).json.stepUp
  expect(await stepUp(token)).toEqual({ kind: 'fresh', goodUntil: null })
  expect(await stepUp(await latchkey.token('alice'))).toEqual({ kind: 'off', goodUntil: null })
  const signedInAt = Math.floor(Date.now() / 1000)
  const fresh = await portalToken('alice', { auth_time: signedInAt })
  // Ten minutes, and one by which clocks may differ.
  const goodUntil = new Date((signedInAt + 660) * 1000).toISOString()
  expect(await stepUp(fresh)).toEqual({ kind: 'fresh', goodUntil })
})
