import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { DAY_MS, MINUTE_MS, openSync } from '#lib/issuance/testing/open-sync.ts'
import { changes, everything, seenInIntune } from '#lib/issuance/testing/test-authority.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import {
  alice,
  laptop,
  nonCompliant,
  policy,
  requester,
  wiping,
} from '#lib/policy/testing/context.ts'
import { makeReader } from './rounds.ts'
import { syncDirectory } from './sync.ts'

const unavailable = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
const bob = 'b0b00000-0000-4000-8000-000000000002'
const deviceId = laptop.deviceId ?? ''
const objectId = laptop.objectId ?? ''

let ledger: Ledger | null = null
afterEach(async () => {
  await ledger?.close()
  ledger = null
})

async function open(change: Parameters<typeof openSync>[0] = {}) {
  const made = await openSync(change)
  ledger = made.authority.ledger
  return made
}

describe('issuance', () => {
  test('stores what it saw of the holder and of the device’s owner; status then asks nobody', async () => {
    const { authority, directory, enrollUser, enrollDevice, statusOf } = await open()
    const serials = [await enrollUser(), await enrollDevice()]
    directory.error = unavailable
    for (const serial of serials) expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    const keys = [
      { kind: 'user', id: alice.oid },
      { kind: 'entra_device', id: deviceId },
      { kind: 'intune_device', id: laptop.intuneId ?? '' },
    ] as const
    expect(await authority.ledger.directoryObjects(keys)).toHaveLength(3)
  })

  test('keeps apart what Entra and Intune say of compliance', async () => {
    const managed = { ...policy, deviceGate: 'managed', holdNonCompliant: true } as const
    const { directory, enrollDevice, statusOf, pass, sync } = await open({ policy: managed })
    const serial = await enrollDevice()
    pass()
    directory.rounds.entraDevices = changes([])
    directory.devices = [{ ...laptop, compliant: false, intuneCompliant: false }]
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_not_compliant' })
    directory.devices = [laptop]
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })
})

describe('the directory sync', () => {
  test('holds the certificates of a disabled account until it is enabled again', async () => {
    const { directory, clock, enrollUser, enrollDevice, statusOf, pass, events, candidates, sync } =
      await open()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    await sync()
    pass()
    directory.users[0] = { ...alice, enabled: false }
    expect(await sync()).toMatchObject({ changed: 1, isHeldBack: false })
    const since = clock.now
    pass()
    expect(await sync()).toMatchObject({ changed: 0, isHeldBack: false })
    expect(await statusOf(user)).toEqual({
      state: 'hold',
      reason: 'account_disabled',
      since,
      by: null,
      code: 'certificateHold',
      asOf: clock.now,
    })
    // A device certificate follows its owner.
    expect(await statusOf(device)).toMatchObject({ state: 'hold', reason: 'owner_disabled', since })
    expect(await candidates()).toEqual([user, device].sort())

    directory.users[0] = alice
    await sync()
    expect(await statusOf(user)).toMatchObject({ state: 'good', code: null })
    expect(await statusOf(device)).toMatchObject({ state: 'good', code: null })
    expect(await candidates()).toEqual([])
    expect(await events()).toEqual(['disabled', 'enabled'])
  })

  test('holds a disabled or non-compliant device until it is well again', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    const table = [
      [{ enabled: false }, 'hold', 'device_disabled'],
      [{}, 'good', null],
      [nonCompliant, 'hold', 'device_not_compliant'],
      [{ ...nonCompliant, enabled: false }, 'hold', 'device_disabled'],
      [{ managementState: 'unhealthy', managed: false }, 'hold', 'device_retiring'],
      [{ managementState: 'wipepending', managed: false }, 'hold', 'device_retiring'],
      [{}, 'good', null],
    ] as const
    for (const [change, state, reason] of table) {
      pass()
      directory.devices[0] = { ...laptop, ...change }
      await sync()
      expect(await statusOf(serial)).toMatchObject({ state, reason })
    }
  })

  test('never frees what a person revoked', async () => {
    const { authority, directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    await revokeOwn(authority, requester, serial, 'keyCompromise', false)
    for (const enabled of [false, true]) {
      pass()
      directory.devices[0] = { ...laptop, enabled }
      await sync()
      expect(await statusOf(serial)).toMatchObject({ state: 'revoked', code: 'keyCompromise' })
    }
  })

  test('DIR-06: holds who is gone, frees who comes back, and revokes who is gone for good', async () => {
    const { directory, enrollUser, statusOf, pass, events, sync } = await open()
    const serial = await enrollUser()
    for (const [users, bin, state] of [
      [[], 'restorable', 'hold'],
      [[alice], null, 'good'],
      [[], 'restorable', 'hold'],
      [[], 'final', 'revoked'],
      [[alice], null, 'revoked'],
    ] as const) {
      pass()
      directory.users = [...users]
      if (bin) directory.bin.set(alice.oid, bin)
      else directory.bin.clear()
      // Absent objects are looked up once an hour.
      pass(61 * MINUTE_MS)
      await sync()
      expect(await statusOf(serial)).toMatchObject({ state })
    }
    const second = await enrollUser()
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    expect(await statusOf(serial)).toMatchObject({ reason: 'account_deleted', by: null })
    expect(await events()).toEqual([
      'gone, in the recycle bin',
      'back',
      'gone, in the recycle bin',
      'deleted for good',
      'back',
    ])
  })

  test('takes the delta’s word that it is for good, though the recycle bin says nothing', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = []
    directory.bin.set(deviceId, 'restorable')
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    // The absence lasts so long that the object is looked up again in the same sync that reads of its
    // deletion.
    pass(61 * MINUTE_MS)
    directory.bin.clear()
    directory.rounds.entraDevices = changes([], [{ objectId, deletion: 'final' }])
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_deleted' })
  })

  test('revokes what stays away, in or out of the recycle bin, for thirty days', async () => {
    const { directory, clock, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = []
    await sync()
    const since = clock.now
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_absent', since })
    pass(30 * DAY_MS - 1)
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    pass(1)
    // Until the revocation is written to the ledger, the certificate is on hold.
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    await sync()
    expect(await statusOf(serial)).toMatchObject({
      state: 'revoked',
      reason: 'device_deleted',
      since,
    })
    directory.devices = [laptop]
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked' })
  })

  test('DIR-13: a device that is made anew under the same name does not free the old certificate', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = [{ ...laptop, deviceId: 'd2', objectId: 'o2', intuneId: 'i2' }]
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_absent' })
  })

  test('is not told otherwise by Intune when Entra has lost the device', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = [{ ...laptop, deviceId: null, objectId: null }]
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_absent' })
    pass()
    directory.devices = [{ ...laptop, intuneId: null }]
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_left_intune' })
  })

  test('revokes a device that was told to wipe itself, under whatever id of Intune’s, for good', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    const anew = { ...laptop, intuneId: '10000000-0000-4000-8000-000000000002' }
    for (const [device, state] of [
      [{ ...anew, ...wiping }, 'revoked'],
      [anew, 'revoked'],
      [laptop, 'revoked'],
    ] as const) {
      pass()
      directory.devices = [device]
      await sync()
      expect(await statusOf(serial)).toMatchObject({ state, reason: 'device_retired' })
    }
  })

  test('goes by the newest of several records in Intune', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    const old = { ...laptop, ...wiping, intuneId: 'old', enrolledAt: new Date('2025-01-01') }
    const items = [old, laptop, old].flatMap(seenInIntune)
    directory.rounds.intuneDevices = everything(items, null)
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })

  test('holds a device that moved, revokes it after a day, and lets its new owner start afresh', async () => {
    const { directory, clock, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = [{ ...laptop, primaryUserOids: [bob] }]
    await sync()
    const since = clock.now
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'owner_changed', since })
    // The object is restored within a day.
    pass(23 * 60 * MINUTE_MS)
    directory.devices = [laptop]
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    directory.devices = [{ ...laptop, primaryUserOids: [bob] }]
    pass()
    await sync()
    pass(DAY_MS)
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'owner_changed' })
    directory.devices = [laptop]
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked' })
  })

  test('ends the certificates of a device with its owner', async () => {
    const { directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    pass()
    directory.users = []
    directory.bin.set(alice.oid, 'final')
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'owner_deleted' })
  })

  test('revokes a certificate whose name somebody else has now, and no other', async () => {
    const { directory, enrollUser, enrollDevice, statusOf, pass, sync } = await open()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    pass()
    directory.users = [{ ...alice, upn: 'alice.adler@contoso.example' }]
    await sync()
    expect(await statusOf(user)).toMatchObject({ state: 'good' })
    pass()
    directory.users.push({ ...alice, oid: bob, upn: alice.upn.toUpperCase() })
    await sync()
    expect(await statusOf(user)).toMatchObject({ state: 'revoked', reason: 'name_reused' })
    expect(await statusOf(device)).toMatchObject({ state: 'good' })
  })

  test('risk is read at an interval of its own, and an error of it leaves the last known set', async () => {
    const { directory, enrollUser, statusOf, pass, sync, authority } = await open({
      policy: { ...policy, holdRiskyUsers: true },
      riskEveryMs: 5 * MINUTE_MS,
    })
    const serial = await enrollUser()
    directory.risky = new Set([alice.oid])
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_at_risk' })
    directory.risky = new Set()
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    const { riskyUsers } = authority.changeFeed
    Object.assign(authority.changeFeed, { riskyUsers: () => Promise.reject(unavailable) })
    pass(5 * MINUTE_MS)
    expect(await sync()).toMatchObject({ error: unavailable })
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    Object.assign(authority.changeFeed, { riskyUsers })
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })

  test('evaluates everything anew after a start with another policy', async () => {
    const { authority, directory, enrollDevice, statusOf, candidates, pass, sync } = await open({
      policy: { ...policy, deviceFollowsOwner: false },
    })
    const serial = await enrollDevice()
    pass()
    directory.devices = [{ ...laptop, primaryUserOids: [bob] }]
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    expect(await candidates()).toEqual([])
    pass()
    Object.assign(authority, { policy })
    const moved = { state: 'hold', reason: 'owner_changed' }
    expect(await statusOf(serial)).toMatchObject(moved)
    await sync()
    expect(await candidates()).toEqual([serial])
    expect(await statusOf(serial)).toMatchObject(moved)
  })
})

describe('rounds', () => {
  test('go on from their cursors, and tell everything when they are forgotten', async () => {
    const { directory, enrollUser, statusOf, pass, sync } = await open()
    const serial = await enrollUser()
    pass()
    await sync()
    pass()
    directory.rounds.users = changes([{ oid: alice.oid, enabled: false }], [], 'second')
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    pass()
    delete directory.rounds.users
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    const asked = directory.cursors.filter(({ kind }) => kind === 'users')
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, 'users', 'second'])
  })

  test('a round that is interrupted goes on at the page that failed', async () => {
    const { authority, directory, enrollUser, statusOf, pass } = await open()
    const serial = await enrollUser()
    pass()
    const pages = [
      { ...everything([{ oid: bob, enabled: true }], 'page 2'), isLast: false },
      { ...everything([{ oid: alice.oid, enabled: false }], 'end'), isFirst: false },
    ]
    const asked: (string | null)[] = []
    let isDown = true
    const users = async (cursor: string | null) => {
      asked.push(cursor)
      const page = pages[cursor === 'page 2' ? 1 : 0]
      if (!page || (cursor === 'page 2' && isDown)) throw unavailable
      return page
    }
    directory.users = [{ ...alice, enabled: false }]
    const interrupted = { ...authority, changeFeed: { ...authority.changeFeed, users } }
    const reader = makeReader(interrupted.changeFeed, authority.now)
    expect(await syncDirectory(interrupted, reader)).toMatchObject({ error: unavailable })
    isDown = false
    await syncDirectory(interrupted, reader)
    expect(asked).toEqual([null, 'page 2', 'page 2'])
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
  })

  test('are as old as their beginning', async () => {
    const { authority, clock, pass } = await open()
    const began = clock.now
    const changeFeed = {
      ...authority.changeFeed,
      users: (cursor: string | null) => {
        pass()
        return authority.changeFeed.users(cursor)
      },
    }
    await syncDirectory({ ...authority, changeFeed }, makeReader(changeFeed, authority.now))
    expect((await authority.ledger.directoryState()).streams.users.readAt).toEqual(began)
  })

  test('DIR-10: what is told again of before the certificate does not outlive the live answer', async () => {
    const { directory, enrollUser, statusOf, pass, sync } = await open()
    await sync()
    directory.rounds.users = changes([{ oid: alice.oid, enabled: false }])
    await sync()
    // The replica of Graph that answers issuance lags some seconds behind the one that the change feed read.
    const serial = await enrollUser()
    directory.users = [{ ...alice, enabled: false }]
    directory.rounds.users = changes([])
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
  })

  test('of two replicas at the same time the audit trail names each change once', async () => {
    const { authority, directory, enrollUser, events, pass, sync } = await open()
    await enrollUser()
    pass()
    await sync()
    directory.users[0] = { ...alice, enabled: false }
    pass()
    const one = () => syncDirectory(authority, makeReader(authority.changeFeed, authority.now))
    await Promise.all([one(), one()])
    expect(await events()).toEqual(['disabled'])
  })
})

describe('an error', () => {
  const streams = ['users', 'entraDevices', 'intuneDevices'] as const
  test.each(streams)('in %s is no deletion; the others are read all the same', async (stream) => {
    const { authority, directory, enrollUser, enrollDevice, statusOf, pass, sync } = await open()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    await sync()
    const before = await authority.ledger.directoryState()
    pass()
    directory.users = [{ ...alice, enabled: false }]
    directory.devices = [{ ...laptop, enabled: false, ...nonCompliant }]
    const changeFeed = { ...authority.changeFeed, [stream]: () => Promise.reject(unavailable) }
    const reader = makeReader(changeFeed, authority.now)
    expect(await syncDirectory({ ...authority, changeFeed }, reader)).toMatchObject({
      error: unavailable,
    })
    const after = await authority.ledger.directoryState()
    expect(after.streams[stream]).toEqual(before.streams[stream])
    expect(await statusOf(user)).toMatchObject({ state: stream === 'users' ? 'good' : 'hold' })
    expect(await statusOf(device)).toMatchObject({ state: 'hold' })
  })

  test('everywhere is thrown, and what was known grows old', async () => {
    const { authority, directory, enrollUser, statusOf, pass, sync } = await open()
    const serial = await enrollUser()
    await sync()
    const before = await authority.ledger.directoryState()
    pass()
    directory.error = unavailable
    await expect(sync()).rejects.toBe(unavailable)
    expect(await authority.ledger.directoryState()).toEqual(before)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    pass(authority.directoryBudgetMs)
    expect(await statusOf(serial)).toMatchObject({ state: 'unknown', reason: 'directory_unknown' })
  })

  test('two answers about one object make that object wait, and nobody else', async () => {
    const { authority, directory, enrollUser, enrollDevice, statusOf, pass, sync } = await open()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    await sync()
    pass()
    // The change feed calls the device removed; a live look-up finds it.
    directory.rounds.entraDevices = changes([], [{ objectId, deletion: 'final' }])
    directory.users = [{ ...alice, enabled: false }]
    expect(await sync()).toMatchObject({ waiting: 1, error: null })
    expect(await statusOf(user)).toMatchObject({ state: 'hold' })
    const key = { kind: 'entra_device', id: deviceId } as const
    expect(await authority.ledger.objectsToRecheck(9)).toEqual([key])
    // The device is looked up again and found to be gone.
    directory.rounds.entraDevices = changes([])
    directory.users = [alice]
    directory.devices = []
    directory.bin.set(deviceId, 'final')
    pass()
    await sync()
    expect(await statusOf(device)).toMatchObject({ state: 'revoked', reason: 'device_deleted' })
  })

  test('one that waits for longer than the budget is vouched for by nobody', async () => {
    const { authority, directory, enrollDevice, statusOf, pass, sync } = await open()
    const serial = await enrollDevice()
    await sync()
    const { lookUp } = authority.changeFeed
    Object.assign(authority.changeFeed, { lookUp: () => Promise.reject(unavailable) })
    directory.rounds.entraDevices = changes([], [{ objectId, deletion: 'final' }])
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    directory.rounds.entraDevices = changes([])
    pass(authority.directoryBudgetMs)
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'unknown' })
    Object.assign(authority.changeFeed, { lookUp })
  })

  test('DIR-04: an empty list of devices that exist deletes none of them', async () => {
    const { directory, enrollDevice, statusOf, events, pass, sync } = await open()
    const serial = await enrollDevice()
    await sync()
    pass()
    directory.rounds.entraDevices = everything([], 'devices')
    directory.rounds.intuneDevices = everything([], null)
    expect(await sync()).toMatchObject({ changed: 0, isHeldBack: false })
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    expect(await events()).toEqual([])
  })

  test('what issuance stored while a round was under way is not ended by the round before', async () => {
    const { authority, directory, enrollUser, statusOf, pass, sync } = await open()
    const first = await enrollUser()
    await sync()
    directory.users = []
    directory.bin.set(alice.oid, 'final')
    pass()
    await sync()
    expect(await statusOf(first)).toMatchObject({ state: 'revoked' })
    pass()
    let second = ''
    const changeFeed = {
      ...authority.changeFeed,
      users: async (cursor: string | null) => {
        const page = await authority.changeFeed.users(cursor)
        directory.users = [alice]
        pass(1000)
        second ||= await enrollUser()
        return page
      },
    }
    await syncDirectory({ ...authority, changeFeed }, makeReader(changeFeed, authority.now))
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    pass()
    await sync()
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    expect(await statusOf(first)).toMatchObject({ state: 'revoked' })
  })
})
