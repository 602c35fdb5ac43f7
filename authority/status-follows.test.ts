import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statusOfRecords } from '#lib/issuance/status.ts'
import { sweep } from '#lib/issuance/sweep.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { type Harness, startHarness } from './testing/harness.ts'

/** What happens in the directory of the sandbox, read as Graph tells it, shows in /api/me/certificates. */

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
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
  const states = async () => {
    await sweep(harness.authority)
    const answer = await harness.send({ path: '/api/me/certificates', token })
    const items = answer.json.items as { profile: string; status: { state: string } }[]
    return Object.fromEntries(items.map(({ profile, status }) => [profile, status.state]))
  }
  expect(await states()).toEqual({ user: 'good', device: 'good' })
  await harness.control('PATCH', `/users/${ALICE}`, { enabled: false })
  expect(await states()).toEqual({ user: 'hold', device: 'good' })
  await harness.control('PATCH', `/users/${ALICE}`, { enabled: true })
  await harness.control('PATCH', `/devices/${deviceId}`, { compliant: false })
  expect(await states()).toEqual({ user: 'good', device: 'hold' })
  await harness.control('PATCH', `/devices/${deviceId}`, { compliant: true })
  expect(await states()).toEqual({ user: 'good', device: 'good' })
  await harness.control('DELETE', `/devices/${deviceId}`)
  expect(await states()).toEqual({ user: 'good', device: 'revoked' })

  await harness.control('POST', '/faults', { graph: 'down' })
  await expect(sweep(harness.authority)).rejects.toMatchObject({ code: 'directory_unavailable' })
  await harness.control('POST', '/faults', { graph: null })
  expect(await states()).toEqual({ user: 'good', device: 'revoked' })
})

test('DIR-04: what Graph does not list is not gone, and many at once stop at the brake', async () => {
  const { authority, control } = harness
  const { ledger } = authority
  // Never stored, as in a ledger from before the snapshot.
  const serials = await Promise.all(
    Array.from({ length: 30 }, async (_, number) => {
      const { deviceId, intuneId } = (await control('POST', '/devices', {
        managed: true,
        compliant: true,
        displayName: `LT-${number}`,
        ownerUpn: ALICE,
      })) as { deviceId: string; intuneId: string }
      const serial = randomUUID().replaceAll('-', '')
      const holder = { kind: 'device', deviceId, intuneId, ownerOid: randomUUID() } as const
      const notAfter = new Date(authority.now().getTime() + 86_400_000)
      await issueSample(ledger, serial, { holder, notAfter, issuerId: authority.issuer.id })
      return serial
    }),
  )
  const revoked = async () => {
    const records = await ledger.certificatesBySerial(serials)
    const statuses = await statusOfRecords(authority, records)
    return statuses.filter(({ state }) => state === 'revoked').length
  }
  await control('POST', '/faults', { graph: 'empty' })
  expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
  expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
  expect(await revoked()).toBe(0)
  expect(await ledger.snapshot()).toMatchObject({ brake: { releasedAt: null } })

  await control('POST', '/faults', { graph: null })
  expect(await sweep(authority)).toMatchObject({ braked: false })
  expect(await ledger.snapshot()).toMatchObject({ brake: null })
  // Now that they are stored, their removal is not told, and Intune's is asked about.
  await control('POST', '/faults', { graph: 'empty' })
  expect(await sweep(authority)).toEqual({ changed: 0, braked: false })
  expect(await revoked()).toBe(0)
  await control('POST', '/faults', { graph: null })
})
