import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweep } from '#lib/issuance/sweep.ts'
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
