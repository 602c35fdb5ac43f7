import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'
import type { Requester } from '#lib/model.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import {
  alice,
  laptop,
  nonCompliant,
  policy,
  requester,
  wiping,
} from '#lib/policy/testing/facts.ts'
import type { Authority } from './authority.ts'
import { releaseBrake } from './brake.ts'
import { enroll } from './enroll.ts'
import { look } from './look.ts'
import { revokeOwn } from './revoke.ts'
import { statusOfRecords } from './status.ts'
import { sweep } from './sweep.ts'
import { seenInEntra, seenInIntune, testAuthority } from './testing/test-authority.ts'

const MINUTE_MS = 60_000
const operator: Requester = { ...requester, oid: 'operator', roles: ['Manage.All'] }
const trouble = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
const NOTHING = { full: false, items: [], removedObjectIds: [], cursor: 'next' } as const
const EMPTY = { ...NOTHING, full: true } as const

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open(change: Parameters<typeof testAuthority>[0] = {}) {
  const made = await testAuthority(change)
  const { authority, clock } = made
  opened = authority
  const issue = async (wish: Parameters<typeof makeCsr>[0]) =>
    (await enroll(authority, requester, makeCsr(wish).der, 'api')).serial
  return {
    ...made,
    enrollUser: () => issue({ upn: alice.upn }),
    enrollDevice: () => issue({ commonName: laptop.deviceId ?? '' }),
    pass: (ms = MINUTE_MS) => {
      clock.now = new Date(clock.now.getTime() + ms)
    },
    statusOf: async (serial: string) => {
      const record = await authority.ledger.certificate(serial)
      const [status] = await statusOfRecords(authority, record ? [record] : [])
      return status
    },
    events: async () =>
      (await authority.ledger.auditTrail(0, 10_000))
        .map(({ event }) => event)
        .filter(({ kind }) => kind.startsWith('directory.') || kind.startsWith('brake.'))
        .map(({ kind, facts }) => (kind === 'directory.changed' ? facts.change : kind)),
    candidates: async () => {
      const page = { issuerId: authority.issuer.id, partition: null, after: null, limit: 100 }
      const found = await authority.ledger.revocationCandidates({ ...page, since: clock.now })
      return found.map(({ serial }) => serial)
    },
  }
}

type Opened = Awaited<ReturnType<typeof open>>

/** Binds certificates to so many devices, and puts them into the directory. */
async function bindMany({ authority, directory }: Opened, count: number, isSwept = true) {
  const devices = Array.from({ length: count }, (_, number) => {
    const tail = number.toString().padStart(12, '0')
    return {
      ...laptop,
      deviceId: `d1000000-0000-4000-8000-${tail}`,
      objectId: `01000000-0000-4000-8000-${tail}`,
      intuneId: null,
      intuneCompliant: null,
    }
  })
  directory.devices.push(...devices)
  await Promise.all(
    devices.map(async ({ deviceId, objectId }, number) => {
      const holder = { kind: 'device', deviceId, intuneId: null, ownerOid: alice.oid } as const
      const issuerId = authority.issuer.id
      await issueSample(authority.ledger, number.toString(16).padStart(8, '0'), {
        holder,
        issuerId,
        subject: `CN=${objectId}`,
      })
    }),
  )
  if (isSwept) await sweep(authority)
  return devices
}

describe('issuance', () => {
  test('stores what the directory said, and status then asks nobody', async () => {
    const { authority, directory, enrollUser, enrollDevice, statusOf } = await open()
    const serials = [await enrollUser(), await enrollDevice()]
    await sweep(authority)
    directory.trouble = trouble
    for (const serial of serials) expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    const keys = [
      { kind: 'user', id: alice.oid },
      { kind: 'entra_device', id: laptop.deviceId ?? '' },
      { kind: 'intune_device', id: laptop.intuneId ?? '' },
    ] as const
    expect(await authority.ledger.directoryObjects(keys)).toHaveLength(3)
  })

  test('stores what it saw last with the certificate, whatever was stored before', async () => {
    const { authority, directory, enrollUser, statusOf, events } = await open()
    const serial = await enrollUser()
    directory.users[0] = { ...alice, enabled: false }
    await sweep(authority)
    directory.users[0] = alice
    const second = await enrollUser()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    expect(await events()).toEqual(['disabled', 'enabled'])
  })

  test('keeps apart what Entra and Intune say of compliance', async () => {
    const managed = { ...policy, deviceGate: 'managed' } as const
    const { authority, directory, enrollDevice, statusOf } = await open({ policy: managed })
    await sweep(authority)
    // Entra calls it compliant all the time, so its delta query has nothing to tell.
    directory.readings.entraDevices = NOTHING
    directory.devices = [{ ...laptop, compliant: false, intuneCompliant: false }]
    const serial = await enrollDevice()
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_not_compliant' })
    directory.devices = [laptop]
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })
})

describe('a sweep', () => {
  test('holds the certificate of a disabled account until it is enabled again', async () => {
    const { authority, directory, clock, enrollUser, statusOf, pass, events, candidates } =
      await open()
    const serial = await enrollUser()
    await sweep(authority)
    pass()
    directory.users[0] = { ...alice, enabled: false }
    expect(await sweep(authority)).toEqual({ changed: 1, braked: false })
    const since = clock.now
    pass()
    expect(await sweep(authority)).toEqual({ changed: 0, braked: false })
    expect(await statusOf(serial)).toEqual({
      state: 'hold',
      reason: 'account_disabled',
      since,
      by: null,
      code: 'certificateHold',
      asOf: clock.now,
    })
    expect(await candidates()).toEqual([serial])

    directory.users[0] = alice
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good', code: null })
    expect(await candidates()).toEqual([])
    expect(await events()).toEqual(['disabled', 'enabled'])
  })

  test('holds a disabled or non-compliant device until it is well again', async () => {
    const { authority, directory, enrollDevice, statusOf } = await open()
    const serial = await enrollDevice()
    const table = [
      [{ enabled: false }, 'hold', 'device_disabled'],
      [{}, 'good', null],
      [nonCompliant, 'hold', 'device_not_compliant'],
      [{ ...nonCompliant, enabled: false }, 'hold', 'device_disabled'],
      [{}, 'good', null],
    ] as const
    for (const [change, state, reason] of table) {
      directory.devices[0] = { ...laptop, ...change }
      await sweep(authority)
      expect(await statusOf(serial)).toMatchObject({ state, reason })
    }
  })

  test('never frees what a person revoked', async () => {
    const { authority, directory, enrollDevice, statusOf } = await open()
    const serial = await enrollDevice()
    await revokeOwn(authority, requester, serial, 'keyCompromise')
    for (const enabled of [false, true]) {
      directory.devices[0] = { ...laptop, enabled }
      await sweep(authority)
      expect(await statusOf(serial)).toMatchObject({ state: 'revoked', code: 'keyCompromise' })
    }
  })

  test('revokes for good when the account is deleted; a later certificate is not touched', async () => {
    const { authority, directory, enrollUser, statusOf, pass, events } = await open()
    const serial = await enrollUser()
    await sweep(authority)
    pass()
    directory.users = []
    await sweep(authority)
    const revoked = { state: 'revoked', reason: 'account_deleted', code: 'cessationOfOperation' }
    expect(await statusOf(serial)).toMatchObject(revoked)

    pass()
    directory.users = [alice]
    await sweep(authority)
    pass()
    const second = await enrollUser()
    expect(await statusOf(serial)).toMatchObject(revoked)
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    expect(await events()).toEqual(['deleted', 'restored'])
  })

  test('DIR-13: a device that is made anew under the same name does not free the old certificate', async () => {
    const { authority, directory, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = []
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_deleted' })
    const ids = { deviceId: 'd2', objectId: 'o2', intuneId: 'i2' }
    directory.devices = [{ ...laptop, ...ids }]
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_deleted' })
  })

  test('a device that one of two directories still has is not deleted', async () => {
    const { authority, directory, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices[0] = { ...laptop, intuneId: null }
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_left_intune' })
  })

  test('a wiped device is revoked, and stays so', async () => {
    const { authority, directory, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    pass()
    for (const state of [wiping, {}]) {
      directory.devices[0] = { ...laptop, ...state }
      await sweep(authority)
      expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_retired' })
    }
  })

  test('a device that was enrolled anew and then wiped is revoked', async () => {
    const lax = { ...policy, deviceGate: 'managed', holdNonCompliant: false } as const
    const { authority, directory, enrollDevice, statusOf, pass } = await open({ policy: lax })
    const serial = await enrollDevice()
    await sweep(authority)
    const anew = { ...laptop, intuneId: '10000000-0000-4000-8000-000000000002' }
    directory.devices = [anew]
    directory.readings.entraDevices = NOTHING
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    pass()
    directory.devices = [{ ...anew, ...wiping }]
    await sweep(authority)
    const revoked = { state: 'revoked', reason: 'device_retired' }
    expect(await statusOf(serial)).toMatchObject(revoked)
    // The record goes when the wipe is done.
    directory.devices = [{ ...laptop, intuneId: null }]
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject(revoked)
  })

  test('an old record in Intune does not count when there is a newer one', async () => {
    const { authority, directory, enrollDevice, statusOf } = await open()
    const serial = await enrollDevice()
    const old = { ...laptop, ...wiping, intuneId: 'old', enrolledAt: new Date('2025-01-01') }
    directory.readings.intuneDevices = {
      ...EMPTY,
      items: [old, laptop, old].flatMap(seenInIntune),
    }
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })

  test('existence in one directory suffices, whatever the other lost in between', async () => {
    const { authority, directory, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    for (const change of [{ deviceId: null, objectId: null }, {}, { intuneId: null }]) {
      pass()
      directory.devices = [{ ...laptop, ...change }]
      await sweep(authority)
    }
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_left_intune' })
  })

  test('what it ended stays ended under another configuration, and its owner keeps the time', async () => {
    const { authority, directory, clock, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices = [{ ...laptop, ...wiping }]
    await sweep(authority)
    const since = clock.now
    pass()
    directory.devices = [laptop]
    const entraOnly = { ...authority, policy: { ...policy, deviceDirectory: 'entra' } as const }
    await sweep(entraOnly)
    const record = await authority.ledger.certificate(serial)
    const [status] = await statusOfRecords(entraOnly, record ? [record] : [])
    const ended = { state: 'revoked', reason: 'device_retired', since, by: null }
    expect(status).toMatchObject({ ...ended, code: 'cessationOfOperation' })
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject(ended)
  })

  test('what is gone ends its certificates though the clock stepped back', async () => {
    const { authority, directory, enrollUser, enrollDevice, statusOf, pass } = await open()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    const since = (await authority.ledger.certificate(user))?.createdAt
    await sweep(authority)
    pass(-10_000)
    directory.users = []
    directory.devices = []
    await sweep(authority)
    expect(await statusOf(user)).toMatchObject({
      state: 'revoked',
      reason: 'account_deleted',
      since,
    })
    expect(await statusOf(device)).toMatchObject({ state: 'revoked', reason: 'device_deleted' })
    directory.users = [alice]
    directory.devices = [laptop]
    pass(3_600_000)
    await sweep(authority)
    expect(await statusOf(user)).toMatchObject({ state: 'revoked', since })
    expect(await statusOf(device)).toMatchObject({ state: 'revoked' })
  })

  test('the snapshot is as old as the beginning of the reading', async () => {
    const { authority, clock, pass } = await open()
    const began = clock.now
    const feed = {
      ...authority.feed,
      intuneDevices: (cursor: string | null) => {
        pass()
        return authority.feed.intuneDevices(cursor)
      },
    }
    await sweep({ ...authority, feed })
    expect((await authority.ledger.snapshot()).readAt).toEqual(began)
  })

  test('risk holds where it is asked for, and a reading of changes does not end it', async () => {
    const { authority, directory, enrollUser, statusOf, events } = await open({
      policy: { ...policy, holdRiskyUsers: true },
    })
    const serial = await enrollUser()
    directory.readings.users = NOTHING
    for (const [risky, state] of [
      [new Set([alice.oid]), 'hold'],
      [null, 'hold'],
      [new Set<string>(), 'good'],
    ] as const) {
      directory.risky = risky
      await sweep(authority)
      expect(await statusOf(serial)).toMatchObject({ state })
    }
    expect(await events()).toEqual(['at risk', 'no longer at risk'])
  })

  test('in the mode of one directory the other does not count', async () => {
    const { authority, directory, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    pass()
    directory.devices[0] = { ...laptop, intuneId: null }
    const entraOnly = { ...authority, policy: { ...policy, deviceDirectory: 'entra' } as const }
    directory.readings.intuneDevices = { ...NOTHING, cursor: null }
    await sweep(entraOnly)
    const record = await authority.ledger.certificate(serial)
    const [status] = await statusOfRecords(entraOnly, record ? [record] : [])
    expect(status).toMatchObject({ state: 'good' })
    delete directory.readings.intuneDevices
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
  })

  test('goes on from its cursors, and takes a reading of everything when they are forgotten', async () => {
    const { authority, directory, enrollUser, statusOf } = await open()
    const serial = await enrollUser()
    await sweep(authority)
    const changes = { ...NOTHING, items: [{ oid: alice.oid, enabled: false }] }
    directory.readings.users = { ...changes, cursor: 'second' }
    directory.readings.entraDevices = NOTHING
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    // 410: the directory tells everything, and the account is enabled in it.
    delete directory.readings.users
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    const asked = directory.cursors.filter(({ kind }) => kind === 'users')
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, 'users', 'second'])
  })

  test('DIR-10: doubled and out-of-order changes end in what the directory says now', async () => {
    const { authority, directory, enrollUser, enrollDevice, statusOf } = await open()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    await sweep(authority)
    directory.users[0] = { ...alice, enabled: false }
    const twice = [true, false, true].map((enabled) => ({ oid: alice.oid, enabled }))
    // Said to be removed as well, which it is not: the look-up finds it disabled.
    directory.readings.users = {
      ...NOTHING,
      items: twice,
      removedObjectIds: [alice.oid],
    }
    directory.readings.entraDevices = {
      ...NOTHING,
      removedObjectIds: [laptop.objectId ?? '', 'somebody else'],
    }
    await sweep(authority)
    expect(await statusOf(user)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
    expect(await statusOf(device)).toMatchObject({ state: 'good' })
  })

  test('of two replicas at the same time one is heard, and the audit log names each change once', async () => {
    const { authority, directory, enrollUser, events } = await open()
    await enrollUser()
    await sweep(authority)
    directory.users[0] = { ...alice, enabled: false }
    const reports = await Promise.all([sweep(authority), sweep(authority)])
    expect(reports.map(({ changed }) => changed).sort()).toEqual([0, 1])
    expect(await events()).toEqual(['disabled'])
  })
})

describe('changes that were told while no certificate hung on them', () => {
  const DAY_MS = 86_400_000
  const short = { policy: { ...policy, validityDays: 1 } }

  /** Its delta queries tell each change once. */
  async function openDelta(change: Parameters<typeof testAuthority>[0] = short) {
    const made = await open(change)
    const { authority, directory } = made
    const quiet = () => {
      directory.readings = { users: NOTHING, entraDevices: NOTHING }
    }
    await sweep(authority)
    quiet()
    const tell = async (readings: typeof directory.readings = {}) => {
      directory.readings = { ...directory.readings, ...readings }
      await sweep(authority)
      quiet()
    }
    return { ...made, tell }
  }
  const enabled = (is: boolean) => ({
    users: { ...NOTHING, items: [{ oid: alice.oid, enabled: is }] },
  })
  const removed = { users: { ...NOTHING, removedObjectIds: [alice.oid] } }

  test('DIR-10: disabled, expired, enabled: the new certificate is good', async () => {
    const { directory, enrollUser, statusOf, pass, tell } = await openDelta()
    await enrollUser()
    directory.users = [{ ...alice, enabled: false }]
    await tell(enabled(false))
    pass(DAY_MS)
    pass()
    directory.users = [alice]
    await tell(enabled(true))
    const second = await enrollUser()
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    await tell()
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
  })

  test('DIR-10: deleted, expired, restored, and deleted again: the new certificate is revoked', async () => {
    const { directory, enrollUser, statusOf, pass, tell } = await openDelta()
    await enrollUser()
    directory.users = []
    await tell(removed)
    pass(DAY_MS)
    pass()
    directory.users = [alice]
    await tell(enabled(true))
    const second = await enrollUser()
    await tell()
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    directory.users = []
    await tell(removed)
    expect(await statusOf(second)).toMatchObject({ state: 'revoked', reason: 'account_deleted' })
  })

  test('DIR-10: what was disabled before the first certificate is asked for, once', async () => {
    const { directory, enrollUser, statusOf, tell } = await openDelta()
    await tell(enabled(false))
    // The part of Graph that answers issuance is some seconds behind the one that told.
    const serial = await enrollUser()
    directory.users = [{ ...alice, enabled: false }]
    await tell()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
    let asked = 0
    directory.onAsk = () => {
      asked += 1
    }
    await tell()
    // The four readings.
    expect(asked).toBe(4)
  })

  test('one that gives trouble waits, and keeps nobody else waiting', async () => {
    const { authority, directory, enrollUser, enrollDevice, statusOf, tell } = await openDelta()
    const [user, device] = [await enrollUser(), await enrollDevice()]
    directory.devices = [{ ...laptop, enabled: false }]
    directory.users = [{ ...alice, enabled: false }]
    const { user: askUser } = authority.directory
    Object.assign(authority.directory, { user: () => Promise.reject(trouble) })
    await tell()
    expect(await statusOf(user)).toMatchObject({ state: 'good' })
    expect(await statusOf(device)).toMatchObject({ state: 'hold' })
    Object.assign(authority.directory, { user: askUser })
    await tell()
    expect(await statusOf(user)).toMatchObject({ state: 'hold' })
  })

  test('everything is read once a day, whatever the clock did', async () => {
    const { authority, directory, enrollUser, statusOf, pass, tell } = await openDelta({})
    const serial = await enrollUser()
    await tell()
    // Nobody tells of this.
    directory.users = [{ ...alice, enabled: false }]
    const cursorsAsked = () => directory.cursors.filter(({ kind }) => kind === 'users')
    pass(DAY_MS - 1)
    await tell()
    expect(cursorsAsked().at(-1)?.cursor).toBe('next')
    pass(1)
    directory.readings = {}
    await sweep(authority)
    expect(cursorsAsked().at(-1)?.cursor).toBeNull()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    await sweep(authority)
    expect(cursorsAsked().at(-1)?.cursor).toBe('users')
    pass(-1)
    await sweep(authority)
    expect(cursorsAsked().at(-1)?.cursor).toBeNull()
  })
})

describe('trouble', () => {
  const parts = ['users', 'entraDevices', 'intuneDevices', 'riskyUsers', 'exists'] as const
  test.each(parts)('in %s is not a deletion, and the snapshot grows old', async (part) => {
    const { authority, directory, enrollUser, statusOf, pass, events } = await open()
    const serial = await enrollUser()
    await sweep(authority)
    const before = await authority.ledger.snapshot()
    pass()
    directory.users = []
    const feed = { ...authority.feed, [part]: () => Promise.reject(trouble) }
    await expect(sweep({ ...authority, feed })).rejects.toMatchObject({
      code: 'directory_unavailable',
    })
    expect(await authority.ledger.snapshot()).toEqual(before)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    expect(await events()).toEqual([])
  })

  test('two answers about one account count as trouble', async () => {
    const { authority, directory, enrollUser, statusOf } = await open()
    const serial = await enrollUser()
    await sweep(authority)
    directory.users = []
    const feed = { ...authority.feed, exists: () => Promise.resolve(true) }
    await expect(sweep({ ...authority, feed })).rejects.toMatchObject({
      message: 'The directory gives two answers about whether something exists.',
    })
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })

  test('DIR-04: an empty list of devices that exist deletes none of them', async () => {
    const { authority, directory, enrollDevice, statusOf, events } = await open()
    const serial = await enrollDevice()
    await sweep(authority)
    directory.readings.entraDevices = EMPTY
    directory.readings.intuneDevices = EMPTY
    expect(await sweep(authority)).toEqual({ changed: 0, braked: false })
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    expect(await events()).toEqual([])
  })
})

describe('an old snapshot', () => {
  test('is not trusted: the directory is asked, and unknown is said when it is silent', async () => {
    const { authority, directory, enrollUser, statusOf, pass } = await open()
    const serial = await enrollUser()
    await sweep(authority)
    directory.users[0] = { ...alice, enabled: false }
    pass(authority.directoryBudgetMs)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    pass(1)
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
    directory.trouble = trouble
    expect(await statusOf(serial)).toMatchObject({
      state: 'unknown',
      reason: 'directory_unknown',
      code: null,
    })
    // Whatever the ledger itself knows needs no directory.
    await revokeOwn(authority, requester, serial, 'superseded')
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', code: 'superseded' })
  })

  test('that was never read is no snapshot', async () => {
    const { directory, enrollUser, statusOf } = await open()
    const serial = await enrollUser()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    directory.trouble = trouble
    expect(await statusOf(serial)).toMatchObject({ state: 'unknown' })
  })

  test('of certificates that share a holder the directory is asked once', async () => {
    const { authority, directory, enrollUser } = await open()
    const serials = [await enrollUser(), await enrollUser(), await enrollUser()]
    const records = await authority.ledger.certificatesBySerial(serials)
    let asked = 0
    directory.onAsk = () => {
      asked += 1
    }
    expect(await statusOfRecords(authority, records)).toHaveLength(3)
    expect(asked).toBe(1)
  })
})

describe('a live look-up', () => {
  async function openStale() {
    const made = await open()
    const serial = await made.enrollDevice()
    await sweep(made.authority)
    made.pass(made.authority.directoryBudgetMs + 1)
    return { ...made, serial }
  }

  test('DIR-11: a state of Intune that nobody knows is no wipe', async () => {
    const { authority, directory, serial, statusOf } = await openStale()
    for (const managementState of ['discovered', 'something new', null]) {
      directory.devices = [{ ...laptop, managed: false, managementState }]
      expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    }
    // One short page makes it look deleted; the direct question says that it is there.
    directory.readings.intuneDevices = EMPTY
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    directory.devices = [{ ...laptop, ...wiping }]
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_retired' })
  })

  test('stores what it finds, with its event, and what it ended stays ended', async () => {
    const { directory, clock, serial, statusOf, pass, events } = await openStale()
    directory.devices = [{ ...laptop, entraCompliant: false, compliant: false }]
    const since = clock.now
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', since })
    pass()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', since })
    directory.devices = []
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', since: clock.now })
    directory.devices = [laptop]
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_deleted' })
    // What is over is not asked for again.
    expect(await events()).toEqual(['non-compliant', 'deleted, compliant', 'deleted'])
  })

  test('a deletion that the direct question does not confirm is no answer', async () => {
    const { authority, directory, serial, statusOf, events } = await openStale()
    directory.devices = []
    Object.assign(authority.feed, { exists: () => Promise.resolve(true) })
    expect(await statusOf(serial)).toMatchObject({ state: 'unknown' })
    expect(await events()).toEqual([])
  })

  test('DIR-04: of a mass event so many pass as in a sweep, then the brake engages', async () => {
    const test = await open({ brake: { shareMax: 0.2, changesMin: 5 } })
    const { authority, directory, pass } = test
    await bindMany(test, 50)
    pass(authority.directoryBudgetMs + 1)
    directory.devices = []
    const page = { since: test.clock.now, after: null, limit: 100 }
    const records = await authority.ledger.unexpired(page)
    const states: Record<string, number> = {}
    for (const record of records) {
      // The same question at the same time counts once.
      const ask = () => statusOfRecords(authority, [record])
      for (const { state } of (await Promise.all([ask(), ask()])).flat()) {
        states[state] = (states[state] ?? 0) + 1
      }
    }
    expect(states).toEqual({ revoked: 20, unknown: 80 })
    expect((await authority.ledger.snapshot()).brake).toMatchObject({ changes: 11, bound: 50 })
  })
})

describe('the brake', () => {
  test('REV-22: stops a mass event, keeps the old status fresh, and goes when it is released', async () => {
    const COUNT = 10_000
    const test = await open()
    const { authority, directory, clock, statusOf, pass } = test
    await bindMany(test, COUNT)
    const { cursors } = await authority.ledger.snapshot()
    pass()
    directory.devices = directory.devices.map((device) => ({ ...device, enabled: false }))
    const reading = directory.devices.flatMap(seenInEntra)
    directory.readings.entraDevices = { ...NOTHING, items: reading, cursor: 'after' }

    expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
    expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
    expect(await authority.ledger.snapshot()).toMatchObject({
      readAt: clock.now,
      cursors,
      brake: { engagedAt: clock.now, changes: COUNT, bound: COUNT, releasedAt: null },
    })
    expect(await statusOf('00000000')).toMatchObject({ state: 'good' })
    await expect(releaseBrake(authority, requester)).rejects.toMatchObject({ code: 'missing_role' })

    await releaseBrake(authority, operator)
    expect(await statusOf('00000000')).toMatchObject({ state: 'good' })
    expect(await sweep(authority)).toEqual({ changed: COUNT, braked: false })
    const records = await authority.ledger.unexpired({ since: clock.now, after: null, limit: 1e4 })
    const statuses = await statusOfRecords(authority, records)
    expect(new Set(statuses.map(({ state }) => state))).toEqual(new Set(['hold']))
    expect(await authority.ledger.snapshot()).toMatchObject({
      brake: null,
      cursors: { entraDevices: 'after' },
    })
    const trail = await authority.ledger.auditTrail(2 * COUNT, 9)
    expect(trail.slice(0, 3).map(({ event }) => [event.kind, event.actor])).toEqual([
      ['brake.engaged', 'sweep'],
      ['brake.released', 'operator'],
      ['directory.changed', 'sweep'],
    ])
  })

  test('DIR-04: more deletions than can be confirmed stop unconfirmed; released, each is confirmed', async () => {
    const COUNT = 600
    const test = await open()
    const { authority, directory, statusOf } = test
    await bindMany(test, COUNT)
    directory.readings.entraDevices = EMPTY
    let asked = 0
    const exists: typeof authority.feed.exists = (key) => {
      asked += 1
      return authority.feed.exists(key)
    }
    const watched = { ...authority, feed: { ...authority.feed, exists } }
    expect(await sweep(watched)).toEqual({ changed: 0, braked: true })
    expect(asked).toBe(0)
    expect(await statusOf('00000000')).toMatchObject({ state: 'good' })
    // The operator was wrong: the devices are all there.
    await releaseBrake(authority, operator)
    expect(await sweep(watched)).toEqual({ changed: 0, braked: false })
    expect(asked).toBe(COUNT)
    expect(await statusOf('00000000')).toMatchObject({ state: 'good' })
  })

  test('DIR-04: stops an empty directory for objects that are not stored yet', async () => {
    const test = await open()
    const { authority, directory, statusOf, events } = test
    const devices = await bindMany(test, 600, false)
    directory.devices = []
    for (let turn = 0; turn < 3; turn++) {
      expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
    }
    expect(await events()).toEqual(['brake.engaged'])
    directory.devices = devices
    expect(await sweep(authority)).toEqual({ changed: 0, braked: false })
    expect(await statusOf('00000000')).toMatchObject({ state: 'good' })
  })

  test('counts for itself what is asked for one by one, and says what it found', async () => {
    const test = await open({ brake: { shareMax: 0.5, changesMin: 10 } })
    const { authority, directory, events } = test
    await sweep(authority)
    directory.readings.entraDevices = NOTHING
    const devices = await bindMany(test, 600, false)
    // 120 of the 200 that the first sweep asks for, which is a fifth of all.
    directory.devices = devices.slice(120)
    expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
    expect(await authority.ledger.unsettledObjects()).toEqual([])
    directory.devices = devices.slice(2)
    expect(await sweep(authority)).toEqual({ changed: 2, braked: false })
    expect(await events()).toEqual(['brake.engaged', 'deleted', 'deleted', 'brake.released'])
    const revoked = await authority.ledger.certificate('00000001')
    expect(revoked?.revocation).toMatchObject({ by: 'directory', cause: 'device_deleted' })
  })

  test('ends by itself when the directory is well again', async () => {
    const test = await open()
    const { authority, directory } = test
    await bindMany(test, 20)
    directory.devices = directory.devices.map((device) => ({ ...device, enabled: false }))
    expect(await sweep(authority)).toEqual({ changed: 0, braked: true })
    directory.devices = directory.devices.map((device) => ({ ...device, enabled: true }))
    expect(await sweep(authority)).toEqual({ changed: 0, braked: false })
    expect((await authority.ledger.snapshot()).brake).toBeNull()
  })

  test('does not stop a small tenant, nor changes for the better', async () => {
    const test = await open({ brake: { shareMax: 0, changesMin: 5 } })
    const { authority, directory } = test
    await bindMany(test, 12)
    const disable = (count: number) => {
      directory.devices = directory.devices.map((device, index) => {
        return { ...device, enabled: index >= count }
      })
    }
    disable(5)
    // The first is the laptop, to which no certificate is bound.
    expect(await sweep(authority)).toEqual({ changed: 4, braked: false })
    disable(10)
    expect(await sweep(authority)).toEqual({ changed: 5, braked: false })
    disable(0)
    expect(await sweep(authority)).toEqual({ changed: 9, braked: false })
  })
})

describe('what others store while a sweep is under way', () => {
  /** As `open`, and something happens between the judging and the storing of the next sweep. */
  async function openRace() {
    const made = await open()
    const { ledger } = made.authority
    const sweepDuring = (happens: () => Promise<unknown>) => {
      const applySweep: typeof ledger.applySweep = async (told) => {
        await happens()
        return ledger.applySweep(told)
      }
      return sweep({ ...made.authority, ledger: { ...ledger, applySweep } })
    }
    return { ...made, sweepDuring }
  }

  test('is newer: who came back and got a certificate is not ended by the reading before', async () => {
    const { authority, directory, pass, enrollUser, statusOf, sweepDuring } = await openRace()
    const first = await enrollUser()
    await sweep(authority)
    directory.users = []
    pass()
    await sweep(authority)
    expect(await statusOf(first)).toMatchObject({ state: 'revoked', reason: 'account_deleted' })
    // Everything is read once a day, and what is gone is stored again.
    pass(24 * 60 * MINUTE_MS)
    let second = ''
    await sweepDuring(async () => {
      directory.users = [alice]
      pass(1000)
      second = await enrollUser()
    })
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    pass()
    await sweep(authority)
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
    expect(await statusOf(first)).toMatchObject({ state: 'revoked' })
  })

  test('is newer: a hold that a look-up found stays, and the next sweep asks once more', async () => {
    const { authority, directory, pass, enrollUser, statusOf, sweepDuring } = await openRace()
    const serial = await enrollUser()
    pass(1000)
    const key = { kind: 'user', id: alice.oid } as const
    await sweepDuring(async () => {
      directory.users = [{ ...alice, enabled: false }]
      pass(1000)
      await look(authority, [key], await authority.ledger.directoryObjects([key]))
    })
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
    expect(await authority.ledger.unsettledObjects()).toEqual([key])
    // The delta told of it before, and tells nothing twice.
    directory.readings.users = NOTHING
    directory.users = [alice]
    pass()
    await sweep(authority)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })
})

describe('what an earlier release left', () => {
  /** It kept in the object when it was deleted or wiped, and no certificate says so. */
  async function openEarlier(change: { deletedAt?: Date; retiredAt?: Date }) {
    const made = await open()
    const { authority, clock, pass } = made
    const [user, device] = [await made.enrollUser(), await made.enrollDevice()]
    await sweep(authority)
    pass()
    const keys = [
      { kind: 'user', id: alice.oid },
      { kind: 'entra_device', id: laptop.deviceId ?? '' },
      { kind: 'intune_device', id: laptop.intuneId ?? '' },
    ] as const
    const objects = (await authority.ledger.directoryObjects(keys)).map((object) => {
      return { ...object, ...change }
    })
    const { version, cursors } = await authority.ledger.snapshot()
    const read = { fromVersion: version, readAt: clock.now, cursors }
    const told = { keys: objects, merge: () => ({ objects, events: [] }), ending: () => null }
    await authority.ledger.applySweep({ ...read, ...told })
    pass()
    return { ...made, keys, user, device, later: await made.enrollUser() }
  }

  test('a deletion still ends what was issued before it, and nothing since', async () => {
    const deletedAt = new Date('2026-11-22T12:00:30Z')
    const { authority, statusOf, user, device, later, keys } = await openEarlier({ deletedAt })
    await sweep(authority)
    const ended = { state: 'revoked', since: deletedAt }
    expect(await statusOf(user)).toMatchObject({ ...ended, reason: 'account_deleted' })
    expect(await statusOf(device)).toMatchObject({ ...ended, reason: 'device_deleted' })
    expect(await statusOf(later)).toMatchObject({ state: 'good' })
    for (const { deletedAt: left } of await authority.ledger.directoryObjects(keys)) {
      expect(left).toBeNull()
    }
  })

  test('a wipe still ends a device, and one from before a certificate does not', async () => {
    const retiredAt = new Date('2026-11-22T12:00:30Z')
    const wiped = await openEarlier({ retiredAt })
    await sweep(wiped.authority)
    expect(await wiped.statusOf(wiped.device)).toMatchObject({
      state: 'revoked',
      reason: 'device_retired',
      since: retiredAt,
    })
    expect(await wiped.statusOf(wiped.user)).toMatchObject({ state: 'good' })
    await wiped.authority.ledger.close()
    const before = await openEarlier({ deletedAt: new Date('2026-11-22T11:59:00Z') })
    await sweep(before.authority)
    expect(await before.statusOf(before.user)).toMatchObject({ state: 'good' })
  })
})
