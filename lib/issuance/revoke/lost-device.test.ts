import { afterEach, expect, test } from 'vitest'
import type { Authority } from '#lib/issuance/authority.ts'
import { devicesOfRequester } from '#lib/issuance/status/me.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { alice, laptop, operator, requester } from '#lib/policy/testing/context.ts'
import {
  reportDeviceLost,
  reportLost,
  withdrawDeviceReport,
  withdrawReport,
} from './lost-device.ts'
import { revokeAsOperator, revokeOwn } from './revoke.ts'
import { revokeLost } from './revoke-lost.ts'

const LAPTOP = { commonName: laptop.deviceId ?? '' }
const bob = { ...alice, oid: 'b0b00000-0000-4000-8000-000000000002', upn: 'bob@contoso.example' }
const asBob = { ...requester, oid: bob.oid, name: bob.upn }

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open() {
  const made = await openStatus()
  opened = made.authority
  made.directory.users.push(bob)
  return made
}

test('a person stops all certificates made out to them, and frees them again', async () => {
  const { authority, issue, sync } = await open()
  const serials = [await issue({ upn: alice.upn }), await issue({ upn: alice.upn })]
  const [serial = ''] = serials
  await sync()
  expect([...(await reportLost(authority, requester, serial))].sort()).toEqual(serials.sort())
  const freed = await withdrawReport(authority, requester, serial)
  expect([...freed].sort()).toEqual(serials.sort())
  await expect(withdrawReport(authority, requester, serial)).rejects.toMatchObject({
    code: 'not_on_hold',
    message: 'No certificate of this holder is on hold because of you.',
  })
})

test('a report is withdrawn though an operator goes on holding what it held', async () => {
  const { authority, issue, sync } = await open()
  const serial = await issue(LAPTOP)
  await sync()
  await reportLost(authority, requester, serial)
  const hold = { code: 6, revoker: null, withDescendants: false } as const
  await revokeAsOperator(authority, operator, serial, hold)
  expect(await withdrawReport(authority, requester, serial)).toEqual([])
  const [device] = (await devicesOfRequester(authority, requester)).items
  expect(device).toMatchObject({ reportedLost: null, possible: true })
  await expect(withdrawReport(authority, requester, serial)).rejects.toMatchObject({
    code: 'not_on_hold',
  })
})

test('whoever has the device now withdraws a report of before, though nothing of it is left', async () => {
  const { authority, directory, issue, sync } = await open()
  const serial = await issue(LAPTOP)
  await sync()
  await reportLost(authority, requester, serial)
  await revokeOwn(authority, requester, serial, 'cessationOfOperation', false)
  directory.devices = [{ ...laptop, entraOwnerOids: [bob.oid], primaryUserOids: [bob.oid] }]
  const [device] = (await devicesOfRequester(authority, asBob)).items
  expect(device).toMatchObject({
    reportedLost: { by: alice.upn },
    othersCertificates: [],
    possible: false,
    refusal: { code: 'device_lost', rule: 'device_not_lost' },
  })
  expect(await withdrawReport(authority, asBob, serial)).toEqual([])
  const [after] = (await devicesOfRequester(authority, asBob)).items
  expect(after).toMatchObject({ reportedLost: null, possible: true })
})

const DAY_MS = 86_400_000

test('what does not turn up in time is revoked for good, by the job or by an undo that comes late', async () => {
  const { authority, issue, sync, clock } = await open()
  const reasonOf = async (serial: string) =>
    (await authority.ledger.certificate(serial))?.revocation?.reason
  const device = await issue(LAPTOP)
  const self = await issue({ upn: alice.upn })
  await sync()
  const reported = clock.now.getTime()
  await reportLost(authority, requester, device)
  await reportLost(authority, requester, self)
  const at = async (ms: number) => {
    clock.now = new Date(reported + ms)
    await sync()
  }
  await at(7 * DAY_MS - 1)
  expect(await revokeLost(authority)).toEqual([])
  expect(await withdrawReport(authority, requester, self)).toEqual([self])
  await reportLost(authority, requester, self)
  await at(7 * DAY_MS)
  expect(await withdrawReport(authority, requester, device)).toEqual([])
  expect(await reasonOf(device)).toBe('cessationOfOperation')
  expect(await reasonOf(self)).toBe('certificateHold')
  await at(14 * DAY_MS)
  expect(await revokeLost(authority)).toEqual([self])
  await expect(withdrawReport(authority, requester, self)).rejects.toMatchObject({
    code: 'not_on_hold',
  })
  // The device is back, so it gets a new one.
  await issue(LAPTOP)
})

test('a device without any certificate is reported by its id, and nothing is issued for it', async () => {
  const { authority, directory, issue } = await open()
  const { deviceId, intuneId } = laptop
  expect(await reportDeviceLost(authority, requester, intuneId ?? '')).toEqual([])
  await expect(issue(LAPTOP)).rejects.toMatchObject({ code: 'device_lost' })
  const [device] = (await devicesOfRequester(authority, requester)).items
  expect(device).toMatchObject({ possible: false, reportedLost: { by: requester.name } })
  await expect(reportDeviceLost(authority, requester, deviceId ?? '')).rejects.toMatchObject({
    code: 'already_revoked',
  })
  const noSuch = { code: 'not_found', message: 'There is no such device, or it is not yours.' }
  for (const change of [reportDeviceLost, withdrawDeviceReport]) {
    await expect(change(authority, asBob, deviceId ?? '')).rejects.toMatchObject(noSuch)
    await expect(change(authority, requester, bob.oid)).rejects.toMatchObject(noSuch)
  }
  expect(await withdrawDeviceReport(authority, requester, deviceId ?? '')).toEqual([])
  await issue(LAPTOP)
  await reportDeviceLost(authority, requester, deviceId ?? '')
  directory.devices = []
  await expect(withdrawDeviceReport(authority, requester, deviceId ?? '')).rejects.toMatchObject(
    noSuch,
  )
})
