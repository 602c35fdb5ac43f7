import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { makeReader, type Reader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { statusOfRecords } from '#lib/issuance/status/status.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Changes in the sandbox's directory, read through Graph, appear in /api/me/certificates. */

let harness: Harness
let reader: Reader
beforeAll(async () => {
  harness = await startHarness()
  reader = makeReader(harness.authority.changeFeed, harness.authority.now)
})
afterAll(() => harness.close())

const ALICE = 'alice@contoso.example'

test('hold, good and revoked follow the account and the device', async () => {
  const token = await harness.token('alice')
  const { devices } = (await harness.control('GET', '/state')) as {
    devices: { deviceId: string; ownerUpn: string; managed: boolean }[]
  }
  const device = devices.find(({ ownerUpn, managed }) => ownerUpn === ALICE && managed)
  const deviceId = device?.deviceId ?? ''
  for (const wish of [{ upn: ALICE }, { commonName: deviceId }]) {
    const body = Buffer.from(makeCsr(wish).der)
    const answer = await harness.send({ method: 'POST', path: '/api/csr', token, body })
    expect(answer.status).toBe(200)
  }
  const sync = () => syncDirectory(harness.authority, reader)
  const states = async () => {
    await sync()
    const answer = await harness.send({ path: '/api/me/certificates', token })
    const items = answer.json.items as { profile: string; status: { state: string } }[]
    return Object.fromEntries(items.map(({ profile, status }) => [profile, status.state]))
  }
  expect(await states()).toEqual({ user: 'good', device: 'good' })
  await harness.control('PATCH', `/users/${ALICE}`, { enabled: false })
  // The device's certificate goes on hold with its owner.
  expect(await states()).toEqual({ user: 'hold', device: 'hold' })
  await harness.control('PATCH', `/users/${ALICE}`, { enabled: true })
  await harness.control('PATCH', `/devices/${deviceId}`, { compliant: false })
  expect(await states()).toEqual({ user: 'good', device: 'hold' })
  await harness.control('PATCH', `/devices/${deviceId}`, { compliant: true })
  expect(await states()).toEqual({ user: 'good', device: 'good' })
  await harness.control('DELETE', `/devices/${deviceId}`)
  expect(await states()).toEqual({ user: 'good', device: 'hold' })
  await harness.control('POST', `/devices/${deviceId}/restore`)
  await harness.control('PATCH', `/devices/${deviceId}`, { compliant: true })
  expect(await states()).toEqual({ user: 'good', device: 'good' })
  await harness.control('DELETE', `/devices/${deviceId}?permanent=true`)
  expect(await states()).toEqual({ user: 'good', device: 'revoked' })

  await harness.control('POST', '/faults', { graph: 'down' })
  await expect(sync()).rejects.toMatchObject({ code: 'directory_unavailable' })
  await harness.control('POST', '/faults', { graph: null })
  expect(await states()).toEqual({ user: 'good', device: 'revoked' })
})

test('DIR-04: what Graph does not list is not gone, and many at once stop at the circuit breaker', async () => {
  const { authority, control, token } = harness
  const { ledger } = authority
  const alice = await token('alice')
  const serials: string[] = []
  const ids: string[] = []
  for (let number = 0; number < 12; number++) {
    const { deviceId } = (await control('POST', '/devices', {
      managed: true,
      compliant: true,
      displayName: `LT-${number}`,
      ownerUpn: ALICE,
    })) as { deviceId: string }
    ids.push(deviceId)
    const body = Buffer.from(makeCsr({ commonName: deviceId }).der)
    const answer = await harness.send({ method: 'POST', path: '/api/csr', token: alice, body })
    expect(answer.status).toBe(200)
    serials.push(new X509Certificate(answer.body).serialNumber.toLowerCase())
  }
  const stopped = async () => {
    const records = await ledger.certificatesBySerial(serials)
    const statuses = await statusOfRecords(authority, records)
    return statuses.filter(({ state }) => state !== 'good').length
  }
  const sync = () => syncDirectory(authority, reader)
  expect(await sync()).toMatchObject({ isHeldBack: false, waiting: 0 })
  expect(await stopped()).toBe(0)

  await control('POST', '/faults', { graph: 'empty' })
  expect(await sync()).toMatchObject({ changed: 0, isHeldBack: false, waiting: 12 })
  expect(await stopped()).toBe(0)
  await control('POST', '/faults', { graph: null })
  expect(await sync()).toMatchObject({ changed: 0, waiting: 0 })

  for (const id of ids) await control('PATCH', `/devices/${id}`, { enabled: false })
  expect(await sync()).toMatchObject({ changed: 0, isHeldBack: true })
  expect(await sync()).toMatchObject({ changed: 0, isHeldBack: true })
  expect(await stopped()).toBe(0)
  expect(await ledger.directoryState()).toMatchObject({ circuitBreaker: { releasedAt: null } })

  for (const id of ids) await control('PATCH', `/devices/${id}`, { enabled: true })
  expect(await sync()).toMatchObject({ isHeldBack: false })
  expect(await ledger.directoryState()).toMatchObject({ circuitBreaker: null })
  expect(await stopped()).toBe(0)
})
