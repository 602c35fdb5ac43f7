import { expect, test } from 'vitest'
import { reportLost } from '#lib/issuance/revoke/lost-device.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { createLog } from '#lib/log.ts'
import { laptop, requester } from '#lib/policy/testing/context.ts'
import { revokeLostInTurn, startLostDevices } from './lost-devices.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

test('what stays lost is revoked by one replica at a time, and by another when that one has died', async () => {
  const { authority, issue, sync, clock } = await openStatus({ lostDays: 2 })
  const serial = await issue({ commonName: laptop.deviceId ?? '' })
  await sync()
  await reportLost(authority, requester, serial)
  const reported = clock.now.getTime()
  clock.now = new Date(reported + 2 * DAY_MS - MINUTE_MS)
  expect(await revokeLostInTurn(authority, 'one')).toEqual([])
  clock.now = new Date(reported + 2 * DAY_MS)
  expect(await revokeLostInTurn(authority, 'other')).toEqual([])
  clock.now = new Date(reported + 2 * DAY_MS + 3 * MINUTE_MS)
  expect(await revokeLostInTurn(authority, 'other')).toEqual([serial])
  expect(await revokeLostInTurn(authority, 'other')).toEqual([])
  expect((await authority.ledger.certificate(serial))?.revocation).toMatchObject({
    ...{ at: clock.now, reason: 'cessationOfOperation', cause: 'lost_device' },
  })
  await authority.ledger.close()
})

test('a machine whose clock is days ahead revokes nothing for good', async () => {
  const { authority, issue, sync, clock } = await openStatus({ lostDays: 2 })
  const serial = await issue({ commonName: laptop.deviceId ?? '' })
  await sync()
  await reportLost(authority, requester, serial)
  const theirs = clock.now
  clock.now = new Date(theirs.getTime() + 2 * DAY_MS)
  const ahead = { ...authority, ledger: { ...authority.ledger, serverTime: async () => theirs } }
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const job = startLostDevices(
    ahead,
    createLog('authority', { level: 'debug', readable: false, write }),
  )
  await expect.poll(() => lines.join('')).toMatch(/clock|revoked for good/)
  job.stop()
  expect((await authority.ledger.certificate(serial))?.revocation?.reason).toBe('certificateHold')
  await authority.ledger.close()
})
