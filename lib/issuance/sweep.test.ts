import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'
import type { Requester } from '#lib/model.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, policy, requester } from '#lib/policy/testing/facts.ts'
import type { Authority } from './authority.ts'
import { releaseBrake } from './brake.ts'
import { enroll } from './enroll.ts'
import { revokeOwn } from './revoke.ts'
import { statusOfRecords } from './status.ts'
import { sweep } from './sweep.ts'
import { testAuthority } from './testing/test-authority.ts'

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
      (await authority.ledger.auditTrail(0, 100))
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
async function bindMany({ authority, directory }: Opened, count: number) {
  const devices = Array.from({ length: count }, (_, number) => {
    const tail = number.toString().padStart(12, '0')
    return {
      ...laptop,
      deviceId: `d1000000-0000-4000-8000-${tail}`,
      objectId: `01000000-0000-4000-8000-${tail}`,
      intuneId: null,
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
  // What a ledger from before the snapshot does not know is learned, some in each sweep.
  for (let learned = 0; learned < count; learned += 200) await sweep(authority)
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

  test('keeps what is stored already', async () => {
    const { authority, directory, enrollUser, statusOf } = await open()
    const serial = await enrollUser()
    directory.users[0] = { ...alice, enabled: false }
    await sweep(authority)
    directory.users[0] = alice
    const second = await enrollUser()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold' })
    expect(await statusOf(second)).toMatchObject({ state: 'hold' })
    await sweep(authority)
    expect(await statusOf(second)).toMatchObject({ state: 'good' })
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
      [{ compliant: false }, 'hold', 'device_not_compliant'],
      [{ compliant: false, enabled: false }, 'hold', 'device_disabled'],
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
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_not_compliant' })
  })

  test('a wiped device is revoked, and stays so', async () => {
    const { authority, directory, enrollDevice, statusOf, pass } = await open()
    const serial = await enrollDevice()
    pass()
    for (const managed of [false, true]) {
      directory.devices[0] = { ...laptop, managed }
      await sweep(authority)
      expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'device_retired' })
    }
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

describe('the brake', () => {
  const COUNT = 600

  test('REV-22: stops a mass event, keeps the old status fresh, and goes when it is released', async () => {
    const test = await open()
    const { authority, directory, clock, statusOf, pass } = test
    const devices = await bindMany(test, COUNT)
    const { cursors } = await authority.ledger.snapshot()
    pass()
    directory.devices = directory.devices.map((device) => ({ ...device, enabled: false }))
    const reading = devices.map(({ deviceId, objectId, compliant }) => {
      return { deviceId, objectId, compliant, enabled: false }
    })
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
