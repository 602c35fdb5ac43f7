import { X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'

let latchkey: Harness
/** Runs once, just before the next signature. */
let beforeSigning: (() => Promise<unknown>) | null = null

beforeAll(async () => {
  latchkey = await startHarness({
    change: (authority) => ({
      ...authority,
      signer: {
        ...authority.signer,
        sign: async (tbs) => {
          const run = beforeSigning
          beforeSigning = null
          await run?.()
          return authority.signer.sign(tbs)
        },
      },
    }),
  })
})

afterEach(async () => {
  await latchkey.control('POST', '/faults', { graph: null })
  await latchkey.control('POST', '/reset')
})

afterAll(() => latchkey.close())

const LAPTOP = {
  deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
}
const WORKSTATION = {
  deviceId: 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902',
  objectId: '0b1ec702-7a31-4c5f-86e0-4d9b2f1c7a02',
}
const IPHONE = 'de71ce03-60fb-4e28-8a5d-d2c79e1b4f03'
const BOBS_MAC = {
  deviceId: 'de71ce04-a7c5-4316-9e8f-3b1d60f2c804',
  intuneId: '14704e04-0f6c-4e59-b7d3-92a8c1e5f404',
}
const BOBS_PC = 'de71ce05-f218-4d6b-a03c-8e5d97b1c405'
const NOBODYS = '00000000-1111-4222-8333-444444444444'

async function enroll(
  user: string,
  wish: Parameters<typeof makeCsr>[0],
  claims = {},
): Promise<Answer> {
  const token = await latchkey.token(user, claims)
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body: makeCsr(wish).der })
}

test('a device of one’s own gets a certificate under either of its ids', async () => {
  for (const id of [LAPTOP.deviceId, LAPTOP.intuneId]) {
    const answer = await enroll('alice', { commonName: id })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/pkix-cert')
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(answer.headers['cache-control']).toBe('no-store')
    const certificate = new X509Certificate(answer.body)
    expect(certificate.subject).toBe(`CN=${id}`)
    expect(certificate.subjectAltName).toBe(`URI:IntuneDeviceId://${LAPTOP.intuneId}`)
    const ca = await latchkey.send({ path: '/ca' })
    expect(certificate.verify(new X509Certificate(ca.body).publicKey)).toBe(true)
  }
})

test('AUZ-01, AUZ-02: another’s device and one that does not exist are answered alike', async () => {
  const before = latchkey.signatures()
  const others = await enroll('alice', { commonName: BOBS_MAC.deviceId })
  const nobodys = await enroll('alice', { commonName: NOBODYS })
  expect([others.status, others.json.code]).toEqual([403, 'not_owner'])
  expect(nobodys.status).toBe(others.status)
  expect(nobodys.body.toString()).toBe(others.body.toString())
  expect(latchkey.signatures()).toBe(before)
})

type Refusal = [string, () => Promise<Answer>, number, string]

const refusals: Refusal[] = [
  [
    'Graph’s object id of one’s own device',
    () => enroll('alice', { commonName: WORKSTATION.objectId }),
    422,
    'policy_violation',
  ],
  [
    'a device that is only registered',
    () => enroll('alice', { commonName: IPHONE }),
    403,
    'device_not_managed',
  ],
  [
    'a device that is not compliant',
    () => enroll('bob', { commonName: BOBS_PC }),
    403,
    'device_not_compliant',
  ],
  [
    'another’s device by its Intune id',
    () => enroll('alice', { uri: `IntuneDeviceId://${BOBS_MAC.intuneId}` }),
    403,
    'not_owner',
  ],
  [
    'a disabled account',
    () => enroll('dave', { upn: 'dave@contoso.example' }),
    403,
    'principal_disabled',
  ],
  ['another’s UPN', () => enroll('alice', { upn: 'bob@contoso.example' }), 422, 'policy_violation'],
  [
    'an account that the directory does not have',
    () => enroll('alice', { upn: 'alice@contoso.example' }, { oid: NOBODYS }),
    403,
    'principal_disabled',
  ],
  [
    'garbage',
    async () =>
      latchkey.send({
        method: 'POST',
        path: '/api/csr',
        token: await latchkey.token('alice'),
        body: '0'.repeat(99),
      }),
    400,
    'malformed',
  ],
]

test.each(
  refusals,
)('TOK-24, AUZ-04, AUZ-07, AUZ-08: %s is refused', async (_, ask, status, code) => {
  const before = latchkey.signatures()
  const answer = await ask()
  expect([answer.status, answer.json.code]).toEqual([status, expect.stringContaining(code)])
  expect(answer.json.detail).toMatch(/^[A-Z“"].*\.$/)
  expect(latchkey.signatures()).toBe(before)
})

test('AUZ-05: an id that names two devices is refused as ambiguous', async () => {
  await latchkey.control('PATCH', `/devices/${BOBS_MAC.deviceId}`, { intuneId: LAPTOP.deviceId })
  const answer = await enroll('alice', { commonName: LAPTOP.deviceId })
  expect([answer.status, answer.json.code]).toEqual([409, 'ambiguous_device'])
})

test('AUZ-11: a guest is refused', async () => {
  await latchkey.control('PATCH', '/users/alice@contoso.example', { guest: true })
  const answer = await enroll('alice', { upn: 'alice@contoso.example' })
  expect([answer.status, answer.json.code]).toEqual([403, 'guest_not_allowed'])
})

test('AUZ-19: the UPN of the directory counts, not that of the token', async () => {
  const claims = { preferred_username: 'alice@contoso.example' }
  await latchkey.control('PATCH', '/users/alice@contoso.example', {
    upn: 'alice.adler@contoso.example',
  })
  const old = await enroll('alice.adler@contoso.example', { upn: 'alice@contoso.example' }, claims)
  expect([old.status, old.json.code]).toEqual([422, 'policy_violation'])
  const renamed = await enroll(
    'alice.adler@contoso.example',
    { upn: 'alice.adler@contoso.example' },
    claims,
  )
  expect(renamed.status).toBe(200)
  expect(new X509Certificate(renamed.body).subjectAltName).toContain('alice.adler@contoso.example')
})

test('AUZ-17: a device that changes hands while it is signed for is not delivered', async () => {
  beforeSigning = () =>
    latchkey.control('PATCH', `/devices/${WORKSTATION.deviceId}`, {
      ownerUpn: 'bob@contoso.example',
      intuneEnrolledUpn: 'bob@contoso.example',
    })
  const answer = await enroll('alice', { commonName: WORKSTATION.deviceId })
  expect([answer.status, answer.json.code]).toEqual([409, 'ownership_changed'])
  const mine = await latchkey.send({
    path: '/api/me/certificates',
    token: await latchkey.token('alice'),
  })
  const devices = (mine.json.items as { deviceId: string }[]).map(({ deviceId }) => deviceId)
  expect(devices).not.toContain(WORKSTATION.deviceId)
})

test('KEY-15: a key that somebody else holds is refused', async () => {
  const key = newKey('ec-p256')
  expect((await enroll('alice', { key, commonName: LAPTOP.deviceId })).status).toBe(200)
  const answer = await enroll('bob', { key, commonName: BOBS_MAC.deviceId })
  expect([answer.status, answer.json.code]).toEqual([409, 'key_already_bound'])
})

test('AUZ-13: no parameter shows another person’s things', async () => {
  await enroll('bob', { commonName: BOBS_MAC.deviceId })
  const token = await latchkey.token('alice')
  const bob = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
  for (const query of [`?oid=${bob}`, `?tid=x&oid=${bob}`, "?$filter=oid eq 'x'", `?user=bob`]) {
    for (const path of ['/api/me', '/api/me/devices', '/api/me/certificates']) {
      const answer = await latchkey.send({ path: path + encodeURI(query), token })
      expect(answer.status).toBe(200)
      expect(answer.body.toString()).not.toMatch(new RegExp(`${bob}|bob@|${BOBS_MAC.deviceId}`))
    }
  }
})

test.each([
  ['x'],
  ['ZZ'],
  ['0'.repeat(41)],
  ['%00'],
  ["' OR 1=1 --"],
])('a page that begins after %j is refused', async (after) => {
  const token = await latchkey.token('alice')
  const path = `/api/me/certificates?after=${encodeURIComponent(after)}`
  const answer = await latchkey.send({ path, token })
  expect([answer.status, answer.json.code]).toEqual([400, 'malformed_request'])
})

test('the rehearsal says the same as the enrolment, and signs nothing', async () => {
  const before = latchkey.signatures()
  const token = await latchkey.token('alice')
  const ask = (commonName: string) =>
    latchkey.send({
      method: 'POST',
      path: '/api/csr/check',
      token,
      body: makeCsr({ commonName }).der,
    })
  const good = await ask(LAPTOP.deviceId)
  expect([good.status, good.json.allowed, good.headers['cache-control']]).toEqual([
    200,
    true,
    'no-store',
  ])
  const bad = await ask(BOBS_MAC.deviceId)
  expect([bad.status, bad.json.allowed]).toEqual([200, false])
  const failed = (bad.json.checks as { passed: boolean | null; remedy: string | null }[]).filter(
    ({ passed }) => passed === false,
  )
  expect(failed).toHaveLength(1)
  expect(failed[0]?.remedy).toMatch(/^[A-Z].*\.$/)
  expect(latchkey.signatures()).toBe(before)
})

test.each([
  ['down'],
  ['throttled'],
  ['denied'],
])('DIR-01, DIR-02, DIR-05: while Graph is %s nothing is issued and nothing is denied for good', async (graph) => {
  const before = latchkey.signatures()
  await latchkey.control('POST', '/faults', { graph })
  const answer = await enroll('alice', { commonName: LAPTOP.deviceId })
  expect([answer.status, answer.json.code]).toEqual([503, 'directory_unavailable'])
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(latchkey.signatures()).toBe(before)
})

test('an empty directory answer is no certificate', async () => {
  const before = latchkey.signatures()
  await latchkey.control('POST', '/faults', { graph: 'empty' })
  const answer = await enroll('alice', { commonName: LAPTOP.deviceId })
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(latchkey.signatures()).toBe(before)
})
