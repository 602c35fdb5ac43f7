import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { openSync } from '#lib/issuance/testing/open-sync.ts'
import { changes, lookUpIn } from '#lib/issuance/testing/test-authority.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, laptop, requester } from '#lib/policy/testing/context.ts'
import { makeReader } from './rounds.ts'
import { syncDirectory } from './sync.ts'

/** Graph has replicas that lag behind, Latchkey has replicas of its own, and answers may arrive late. */

const unavailable = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
const bob = { ...alice, oid: 'b0b00000-0000-4000-8000-000000000002' }
const ALICE_NOW = { ...alice, upn: 'alice.adler@contoso.example' }
const MEANWHILE = {
  code: 'ownership_changed',
  message: 'The directory changed while the certificate was being made, so it was not given out.',
}

let ledger: Ledger | null = null
afterEach(async () => {
  await ledger?.close()
  ledger = null
})

async function open() {
  const made = await openSync()
  const { authority, directory } = made
  ledger = authority.ledger
  const asBob = { ...requester, oid: bob.oid }
  return {
    ...made,
    /** Sets what live look-ups answer, while the change feed reports the present state. */
    lag: (past: Partial<typeof directory>) => {
      const old = { ...directory, ...past }
      Object.assign(authority.changeFeed, { lookUp: async (key: never) => lookUpIn(old, key) })
    },
    catchUp: () => {
      Object.assign(authority.changeFeed, {
        lookUp: async (key: never) => lookUpIn(directory, key),
      })
    },
    enrollBob: async () =>
      (await enroll(authority, asBob, makeCsr({ upn: alice.upn }).der, 'api')).serial,
  }
}

describe('a round and a direct question that contradict each other', () => {
  test('the worse counts, and the object is asked for again', async () => {
    const { directory, enrollUser, statusOf, pass, sync, lag, catchUp } = await open()
    const serial = await enrollUser()
    pass()
    const past = { users: directory.users }
    directory.users = [{ ...alice, enabled: false }]
    lag(past)
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
    catchUp()
    directory.rounds.users = changes([])
    directory.users = [alice]
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })

  test('a device that one of them says is about to be wiped is on hold', async () => {
    const { directory, enrollDevice, statusOf, pass, sync, lag, catchUp } = await open()
    const serial = await enrollDevice()
    pass()
    const past = { devices: directory.devices }
    directory.devices = [{ ...laptop, managementState: 'wipepending' }]
    lag(past)
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'device_retiring' })
    directory.devices = past.devices
    catchUp()
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })
})

describe('of two syncs at once', () => {
  test('the one that stores last has read first, and stores nothing', async () => {
    const { authority, directory, enrollUser, statusOf, pass, sync } = await open()
    const serial = await enrollUser()
    directory.users = [{ ...alice, enabled: false }]
    pass()
    await sync()
    // The account is enabled for a moment, in which another replica reads it.
    directory.users = [alice]
    pass()
    const changeFeed = {
      ...authority.changeFeed,
      riskyUsers: async () => {
        directory.users = [{ ...alice, enabled: false }]
        pass()
        await sync()
        return new Set<string>()
      },
    }
    await syncDirectory({ ...authority, changeFeed }, makeReader(changeFeed, authority.now))
    expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
  })
})

describe('a name that somebody else has now', () => {
  test.each([
    'an error',
    'an old answer',
  ])('is told again after %s to the question', async (what) => {
    const { authority, directory, enrollUser, statusOf, pass, sync, lag, catchUp } = await open()
    const serial = await enrollUser()
    await sync()
    pass()
    const past = { users: directory.users }
    directory.users = [ALICE_NOW, bob]
    if (what === 'an error') {
      Object.assign(authority.changeFeed, { lookUp: () => Promise.reject(unavailable) })
    } else lag(past)
    expect((await sync()).waiting).toBeGreaterThan(0)
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
    const { streams } = await authority.ledger.directoryState()
    expect(directory.cursors.at(-2)).toEqual({ kind: 'users', cursor: streams.users.cursor })
    catchUp()
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'revoked', reason: 'name_reused' })
  })

  test('is not given out by a replica that does not know it yet, and revokes nothing', async () => {
    const { directory, enrollUser, enrollBob, statusOf, pass, sync } = await open()
    await enrollUser()
    directory.users = [ALICE_NOW, bob]
    pass()
    await sync()
    const serial = await enrollBob()
    directory.users = [alice]
    await expect(enrollUser()).rejects.toMatchObject(MEANWHILE)
    directory.users = [ALICE_NOW, bob]
    pass()
    await sync()
    expect(await statusOf(serial)).toMatchObject({ state: 'good' })
  })
})

test('an answer that was under way while a sync read is as old as its question', async () => {
  const { authority, directory, enrollUser, statusOf, pass, sync } = await open()
  const serial = await enrollUser()
  let asked = 0
  const personAndDevices: typeof authority.directory.personAndDevices = async (oid, ids) => {
    const answer = await authority.directory.personAndDevices(oid, ids)
    asked += 1
    if (asked < 2) return answer
    directory.users = [{ ...alice, enabled: false }]
    pass(1000)
    await sync()
    pass(1000)
    return answer
  }
  const slow = { ...authority, directory: { ...authority.directory, personAndDevices } }
  const { der } = makeCsr({ upn: alice.upn })
  await expect(enroll(slow, requester, der, 'api')).rejects.toMatchObject(MEANWHILE)
  expect(await statusOf(serial)).toMatchObject({ state: 'hold', reason: 'account_disabled' })
})
