import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** What a certificate costs of Microsoft Graph: questions, and HTTP calls for them. */

const LAPTOP = {
  deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
}
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

type Log = {
  readonly httpCalls: number
  readonly total: number
  readonly byCall: Readonly<Record<string, number>>
}

let latchkey: Harness
beforeAll(async () => {
  latchkey = await startHarness()
  // Fetches the access token for Graph beforehand, so that it is not counted.
  await latchkey.authority.directory.user(UNKNOWN)
})
beforeEach(async () => {
  await latchkey.control('POST', '/reset')
})
afterAll(() => latchkey.close())

test.each([
  ['by its Entra id', { commonName: LAPTOP.deviceId }, 2, 10],
  ['by its Intune id', { commonName: LAPTOP.intuneId }, 2, 12],
  ['by both', { commonName: LAPTOP.deviceId, uri: `IntuneDeviceId://${LAPTOP.intuneId}` }, 1, 16],
])('a device certificate %s costs few calls before it is signed, one after', async (_name, csr, before, questions) => {
  const { status, log } = await enroll(csr)
  expect(status).toBe(200)
  expect([log.httpCalls, log.total]).toEqual([before + 1, questions])
})

test('where Entra alone is asked, it costs one call before it is signed, one after', async () => {
  const entraOnly = await startHarness({ env: { LATCHKEY_DEVICE_DIRECTORY: 'entra' } })
  try {
    const { status, log } = await enroll({ commonName: LAPTOP.deviceId }, entraOnly)
    expect(status).toBe(200)
    expect(log).toMatchObject({
      httpCalls: 2,
      total: 4,
      byCall: { 'GET v1.0/users/{id}': 2, 'GET v1.0/devices': 2 },
    })
  } finally {
    await entraOnly.close()
  }
})

test('a certificate for a person costs one call before it is signed, one after', async () => {
  const { status, log } = await enroll({ commonName: 'alice@contoso.example' })
  expect(status).toBe(200)
  expect(log).toMatchObject({ httpCalls: 2, total: 2, byCall: { 'GET v1.0/users/{id}': 2 } })
})

test('a device that is refused costs two calls', async () => {
  await latchkey.control('PATCH', `/devices/${LAPTOP.deviceId}`, { compliant: false })
  const { status, log } = await enroll({ commonName: LAPTOP.deviceId })
  expect([status, log.httpCalls]).toEqual([403, 2])
})

test('a live look-up of a device that Intune has costs one call', async () => {
  const key = { kind: 'intune_device', id: LAPTOP.intuneId } as const
  await latchkey.authority.changeFeed.lookUp(key, null)
  await latchkey.control('DELETE', '/requests')
  expect(await latchkey.authority.changeFeed.lookUp(key, null)).toMatchObject({ present: true })
  expect(await logOf(latchkey)).toMatchObject({ httpCalls: 1, total: 2 })
})

async function enroll(csr: Parameters<typeof makeCsr>[0], at = latchkey) {
  const token = await at.token('alice')
  await at.control('DELETE', '/requests')
  const body = makeCsr(csr).der
  const { status } = await at.send({ method: 'POST', path: '/api/csr', token, body })
  return { status, log: await logOf(at) }
}

async function logOf({ control }: Harness): Promise<Log> {
  return (await control('GET', '/requests')) as Log
}
