import { afterEach, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { reportLost, withdrawReport } from '#lib/issuance/revoke/lost-device.ts'
import { revokeAsOperator, revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import { alice, laptop, operator, policy, requester } from '#lib/policy/testing/context.ts'
import { issuerAt, partitionsBetween } from './crl-address.ts'
import { type KnownCrls, knownCrls, type Publication, publishCrls } from './publish-crl.ts'

const ALICE = { upn: alice.upn }
const LAPTOP = { commonName: laptop.deviceId ?? '' }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const SETTINGS = {
  fullUrl: 'http://localhost:8080/crl/full.crl',
  lifeMs: DAY_MS,
  partitionAbove: 20_000,
}

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  opened = null
})

async function open(change: Partial<Authority> = {}, settings = SETTINGS) {
  const status = await openStatus({ policy, ...change })
  const { authority, clock } = status
  opened = authority
  /** A replica, which remembers what it published itself. */
  const replica = (by: Authority = authority) => {
    const worker = crlWorkerHere(by)
    let known: KnownCrls | null = null
    return async (): Promise<Publication | null> => {
      known ??= await knownCrls(by, worker)
      const publication = await publishCrls(by, settings, worker, known)
      if (publication) known = publication.known
      return publication
    }
  }
  const stored = async (partition: string | null = null, delta = false): Promise<Crl | null> => {
    const key = { issuerId: authority.issuer.id, partition, delta }
    const found = await authority.ledger.publishedCrl(key)
    return found && readCrl(found.der)
  }
  const later = (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms)
  }
  const publish = replica()
  return { ...status, replica, publish, stored, later }
}

const serialsOf = (crl: Crl | null) => crl?.entries.map(({ serial }) => serial).sort()

/** Serials of the same second are in random order. */
const bySerial = (a: { serial: string }, b: { serial: string }) => (a.serial < b.serial ? -1 : 1)

describe('the full CRL', () => {
  test('is empty at first, with a delta beside it', async () => {
    const { publish, stored, clock, sync } = await open()
    await sync()
    await publish()
    const full = await stored()
    expect(full).toMatchObject({
      entries: [],
      partitionUrl: null,
      freshestUrl: 'http://localhost:8080/crl/delta.crl',
      thisUpdate: clock.now,
      nextUpdate: new Date(clock.now.getTime() + DAY_MS),
    })
    // RFC 5280 section 5.2.4: published together they have one number.
    const delta = await stored(null, true)
    expect(delta?.number).toBe(full?.number)
    expect(delta?.baseNumber).toBe((full?.number ?? 0n) - 1n)
  })

  test('has what its owner, an operator and the directory revoked or held, and what was void', async () => {
    let isStopping = false
    const { authority, issue, sync, publish, stored, directory, clock } = await open({
      failpoint: (name) => {
        if (isStopping && name === 'after-sign') throw new Error('the power went')
      },
    })
    const bob = {
      ...alice,
      oid: 'b0b00000-0000-4000-8000-000000000002',
      upn: 'bob@contoso.example',
    }
    directory.users = [alice, bob]
    const asBob = { ...requester, oid: bob.oid }
    const first = await issue(LAPTOP)
    const second = await issue(LAPTOP)
    const good = await issue(ALICE)
    const held = await issue({ upn: bob.upn }, asBob)
    isStopping = true
    await expect(issue(LAPTOP)).rejects.toThrow('the power went')
    isStopping = false
    await revokeOwn(authority, requester, first, 'superseded', false)
    await revokeAsOperator(authority, operator, second, {
      code: 0,
      revoker: null,
      withDescendants: false,
    })
    directory.users = [alice, { ...bob, enabled: false }]
    await sync()
    await publish()
    const entries = (await stored())?.entries ?? []
    const of = (serial: string) => entries.find((entry) => entry.serial === serial)
    expect(of(first)).toEqual({ serial: first, at: clock.now, reason: 'superseded' })
    expect(of(second)).toEqual({ serial: second, at: clock.now, reason: null })
    expect(of(held)).toEqual({ serial: held, at: clock.now, reason: 'certificateHold' })
    expect(of(good)).toBeUndefined()
    expect(entries).toHaveLength(4)
  })

  test('is published again only when something changed or when it is time', async () => {
    const { authority, issue, sync, publish, later } = await open()
    const serial = await issue(LAPTOP)
    await sync()
    expect(await publish()).not.toBeNull()
    later(60_000)
    expect(await publish()).toBeNull()
    await revokeOwn(authority, requester, serial, 'superseded', false)
    expect(await publish()).not.toBeNull()
    expect(await publish()).toBeNull()
    later(30 * 60_000)
    // When the directory was last read longer ago than the budget, a CRL would claim more than is known.
    expect(await publish()).toBeNull()
    await sync()
    expect(await publish()).not.toBeNull()
  })

  test('REV-26: is published again before its end when it was made before the first directory sync', async () => {
    const { sync, publish, stored, later, clock } = await open()
    await publish()
    expect((await stored())?.nextUpdate).toEqual(new Date(clock.now.getTime() + 5 * 60_000))
    later(60_000)
    await sync()
    expect(await publish()).toBeNull()
    later(2 * 60_000)
    await publish()
    expect((await stored())?.nextUpdate).toEqual(new Date(clock.now.getTime() - 120_000 + DAY_MS))
  })

  test('REV-26: is published again before its end when it was made while the directory had long been away', async () => {
    const settings = { ...SETTINGS, partitionAbove: 0 }
    const { authority, issue, sync, publish, stored, later, clock } = await open({}, settings)
    const serial = await issue(LAPTOP)
    await sync()
    await publish()
    later(DAY_MS - 10 * 60_000)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    await publish()
    expect((await stored())?.nextUpdate).toEqual(new Date(clock.now.getTime() + 10 * 60_000))
    later(6 * 60_000)
    await sync()
    await publish()
    for (const name of [null, '2026-11'])
      expect((await stored(name))?.nextUpdate).toEqual(new Date(clock.now.getTime() + DAY_MS))
  })

  test('REV-14: keeps an entry beyond the end of its certificate', async () => {
    const { authority, issue, sync, publish, stored, later } = await open({
      policy: { ...policy, validityDays: 1 },
    })
    const serial = await issue(LAPTOP)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    later(DAY_MS + HOUR_MS)
    await sync()
    await publish()
    expect(serialsOf(await stored())).toEqual([serial])
    later(HOUR_MS)
    await sync()
    await publish()
    expect(serialsOf(await stored())).toEqual([serial])
    later(7 * DAY_MS)
    await sync()
    // RFC 5280 section 3.3: an entry stays until a CRL issued after the certificate's notAfter had it.
    await publish()
    later(DAY_MS)
    await sync()
    await publish()
    expect(serialsOf(await stored())).toEqual([])
  })

  test('of a replica that was away for long still has what ended meanwhile', async () => {
    const { authority, issue, sync, publish, stored, later } = await open({
      policy: { ...policy, validityDays: 1 },
    })
    await publish()
    const serial = await issue(LAPTOP)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    later(8 * DAY_MS)
    await sync()
    await publish()
    expect(serialsOf(await stored())).toEqual([serial])
  })
})

describe('when something fails', () => {
  test('REV-16: the signer: the list before stays, never an empty one', async () => {
    const { authority, issue, sync, publish, stored, replica, later } = await open()
    const serial = await issue(LAPTOP)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    await publish()
    const before = await stored()
    later(HOUR_MS)
    await sync()
    const down = new LatchkeyError('signer_unavailable', 'The vault is down.')
    const signer = { ...authority.signer, sign: () => Promise.reject(down) }
    await expect(replica({ ...authority, signer })()).rejects.toBe(down)
    expect(await stored()).toEqual(before)
  })

  test('the signer gives a wrong signature: nothing is published', async () => {
    const { authority, replica, stored } = await open()
    const wrong = await authority.signer.sign(Uint8Array.of(1))
    const signer = { ...authority.signer, sign: async () => wrong }
    await expect(replica({ ...authority, signer })()).rejects.toMatchObject({
      code: 'signer_unavailable',
    })
    expect(await stored()).toBeNull()
  })

  test('the ledger: the list before stays', async () => {
    const { authority, issue, publish, stored, replica, later } = await open()
    const serial = await issue(LAPTOP)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    await publish()
    const before = await stored()
    later(HOUR_MS)
    const down = new LatchkeyError('store_unavailable', 'The ledger is down.')
    const ledger = { ...authority.ledger, revokedOrHeld: () => Promise.reject(down) }
    await expect(replica({ ...authority, ledger })()).rejects.toBe(down)
    expect(await stored()).toEqual(before)
  })

  test('the directory: it is not asked, what hung on it stays, and revocations still come', async () => {
    const { authority, issue, sync, publish, stored, directory, later, clock } = await open()
    const [held, revoked] = [await issue(ALICE), await issue(LAPTOP)]
    directory.users = [{ ...alice, enabled: false }]
    await sync()
    const heldAt = clock.now
    await publish()
    later(HOUR_MS)
    let asked = 0
    directory.onAsk = () => asked++
    directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    await revokeOwn(authority, requester, revoked, 'superseded', false)
    await publish()
    const wanted = [
      { serial: held, at: heldAt, reason: 'certificateHold' },
      { serial: revoked, at: clock.now, reason: 'superseded' },
    ]
    expect((await stored())?.entries).toEqual(wanted.sort(bySerial))
    expect(asked).toBe(0)
  })

  test('the directory, while a list is made: one moment decides for all of it', async () => {
    const { authority, issue, sync, publish, stored, directory, later } = await open()
    const [gone, held] = [await issue(ALICE), await issue(LAPTOP)]
    await publish()
    directory.users = []
    directory.devices = [{ ...laptop, enabled: false }]
    await sync()
    await publish()
    const before = await stored()
    expect(serialsOf(before)).toEqual([gone, held].sort())
    directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    later(299_000)
    const { certificatesBySerial } = authority.ledger
    Object.assign(authority.ledger, {
      certificatesBySerial: (serials: readonly string[]) => {
        // The budget of five minutes ends here.
        later(2_000)
        return certificatesBySerial(serials)
      },
    })
    for (const wait of [0, HOUR_MS, HOUR_MS]) {
      later(wait)
      await publish()
      expect((await stored())?.entries).toEqual(before?.entries)
      expect((await stored(null, true))?.entries).toEqual(before?.entries)
    }
  })

  test('the directory, before what it ended for good is on a list: that comes all the same', async () => {
    const { issue, sync, publish, stored, directory, later, clock } = await open()
    const [held, gone] = [await issue(ALICE), await issue(LAPTOP)]
    await sync()
    await publish()
    later(1000)
    directory.bin.set(laptop.deviceId ?? '', 'final')
    directory.users = [{ ...alice, enabled: false }]
    directory.devices = []
    await sync()
    const goneAt = clock.now
    directory.error = new LatchkeyError('directory_unavailable', 'Graph is down.')
    later(HOUR_MS)
    await publish()
    // The directory was not read, so whether the account is still disabled is unknown; no CRL had the entry
    // before.
    expect(serialsOf(await stored())).not.toContain(held)
    const entry = { serial: gone, at: goneAt, reason: 'cessationOfOperation' }
    expect((await stored())?.entries).toEqual([entry])
  })

  test('between the lists of one publication: all of them are made again', async () => {
    const { authority, issue, sync, publish, stored, replica, later, clock } = await open(
      {},
      { ...SETTINGS, partitionAbove: 0 },
    )
    await sync()
    await publish()
    const revoked: string[] = []
    const yearAgo = new Date(clock.now.getTime() - policy.validityDays * DAY_MS)
    const months = partitionsBetween(yearAgo, clock.now).length
    // The partitions, then the full CRL, then the delta CRL: the signer fails at each of them in turn.
    for (const madeBefore of [1, months, months + 1]) {
      later(1000)
      const serial = await issue(LAPTOP)
      await revokeOwn(authority, requester, serial, 'keyCompromise', false)
      revoked.push(serial)
      revoked.sort()
      let made = 0
      const down = new LatchkeyError('signer_unavailable', 'The vault is down.')
      const sign: typeof authority.signer.sign = (tbs) =>
        made++ < madeBefore ? authority.signer.sign(tbs) : Promise.reject(down)
      const signer = { ...authority.signer, sign }
      await expect(replica({ ...authority, signer })()).rejects.toBe(down)
      expect(serialsOf(await stored())?.includes(serial)).toBe(madeBefore > months)

      later(1000)
      await replica()()
      const [full, delta, month] = [
        await stored(),
        await stored(null, true),
        await stored('2026-11'),
      ]
      expect(serialsOf(month)).toEqual(revoked)
      expect(serialsOf(delta)).toEqual(revoked)
      expect([delta?.number, month?.number]).toEqual([full?.number, full?.number])
    }
  })
})

describe('numbers', () => {
  test('REV-13: grow strictly with two replicas in one second; one of them wins', async () => {
    const { authority, issue, replica, stored } = await open()
    const serial = await issue(LAPTOP)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    const numbers: number[] = []
    const { publishCrl } = authority.ledger
    Object.assign(authority.ledger, {
      publishCrl: async (...args: Parameters<typeof publishCrl>) => {
        const isStored = await publishCrl(...args)
        const [crl] = args
        if (isStored && crl.partition === null && !crl.delta) numbers.push(crl.number)
        return isStored
      },
    })
    await Promise.all([replica()(), replica()(), replica()()])
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(serialsOf(await stored())).toEqual([serial])
  })

  test('and times do not go back with the clock', async () => {
    const { authority, issue, publish, stored, later } = await open()
    const serial = await issue(LAPTOP)
    await publish()
    const before = await stored()
    await revokeOwn(authority, requester, serial, 'superseded', false)
    later(-400 * DAY_MS)
    await publish()
    const after = await stored()
    expect(serialsOf(after)).toEqual([serial])
    expect(after?.thisUpdate).toEqual(before?.thisUpdate)
    expect((after?.number ?? 0n) > (before?.number ?? 0n)).toBe(true)
  })

  test('a list from a clock that was ahead drops nothing that is still valid now', async () => {
    const { authority, issue, publish, stored, later } = await open({
      policy: { ...policy, validityDays: 30 },
    })
    const [first, second] = [await issue(LAPTOP), await issue(LAPTOP)]
    await revokeOwn(authority, requester, first, 'superseded', false)
    later(40 * DAY_MS)
    await publish()
    later(-40 * DAY_MS)
    await revokeOwn(authority, requester, second, 'superseded', false)
    await publish()
    expect(serialsOf(await stored())).toEqual([first, second].sort())
  })

  test('a list from a clock that was ahead gets news, though the directory was read at the right time since', async () => {
    const { authority, issue, sync, publish, stored, later } = await open()
    const serial = await issue(LAPTOP)
    later(3 * DAY_MS)
    await sync()
    await publish()
    const ahead = await stored()
    later(-3 * DAY_MS)
    await sync()
    expect(await publish()).toBeNull()
    await revokeOwn(authority, requester, serial, 'keyCompromise', false)
    await publish()
    const after = await stored()
    expect(serialsOf(after)).toEqual([serial])
    // No longer than that list was good for already.
    expect([after?.thisUpdate, after?.nextUpdate]).toEqual([ahead?.thisUpdate, ahead?.nextUpdate])
    expect(serialsOf(await stored(null, true))).toEqual([serial])
  })

  test('REV-17: are each issuer’s own', async () => {
    const { authority, publish, stored } = await open()
    await publish()
    const other = await authority.ledger.nextCrlNumber('another issuer', 1)
    expect(other).toBe(1)
    expect((await stored())?.authorityKeyId).toEqual(authority.issuer.subjectKeyId)
  })
})

describe('the delta', () => {
  test('names what changed since the base, and removes what is good again', async () => {
    const { authority, issue, publish, stored, later, clock } = await open()
    const [kept, held, early] = [await issue(ALICE), await issue(LAPTOP), await issue(LAPTOP)]
    await revokeOwn(authority, requester, kept, 'superseded', false)
    await revokeAsOperator(authority, operator, early, {
      code: 6,
      revoker: null,
      withDescendants: false,
    })
    await publish()
    expect(serialsOf(await stored(null, true))).toEqual([])

    later(60_000)
    const heldAt = clock.now
    await revokeAsOperator(authority, operator, held, {
      code: 6,
      revoker: null,
      withDescendants: false,
    })
    await publish()
    expect((await stored(null, true))?.entries).toEqual([
      { serial: held, at: heldAt, reason: 'certificateHold' },
    ])

    later(60_000)
    for (const serial of [held, early]) {
      await revokeAsOperator(authority, operator, serial, {
        code: 8,
        revoker: null,
        withDescendants: false,
      })
    }
    await publish()
    const removed = { at: clock.now, reason: 'removeFromCRL' }
    // One entry is in the base, the other in a later full CRL: the delta must remove both.
    expect((await stored(null, true))?.entries).toEqual([
      { serial: early, ...removed },
      { serial: held, ...removed },
    ])
    expect(serialsOf(await stored())).toEqual([kept])

    later(60_000)
    await revokeAsOperator(authority, operator, early, {
      code: 5,
      revoker: null,
      withDescendants: false,
    })
    await publish()
    expect((await stored(null, true))?.entries).toEqual([
      { serial: early, at: clock.now, reason: 'cessationOfOperation' },
      { serial: held, ...removed, at: clock.now },
    ])
  })

  test('begins anew from a new base when the base has outlived its time', async () => {
    const { authority, issue, sync, publish, stored, later } = await open()
    const serial = await issue(LAPTOP)
    await publish()
    await revokeOwn(authority, requester, serial, 'superseded', false)
    later(DAY_MS + 1000)
    await sync()
    await publish()
    expect(serialsOf(await stored(null, true))).toEqual([serial])
    const base = (await stored())?.number
    later(HOUR_MS)
    await sync()
    await publish()
    expect(await stored(null, true)).toMatchObject({ baseNumber: base, entries: [] })
  })
})

describe('partitions', () => {
  test('are not made again by every replica that takes over', async () => {
    const { authority, issue, replica, later } = await open({}, { ...SETTINGS, partitionAbove: 0 })
    const serial = await issue(LAPTOP)
    await revokeOwn(authority, requester, serial, 'superseded', false)
    expect(await replica()()).not.toBeNull()
    for (const _ of [1, 2, 3]) {
      later(60_000)
      expect(await replica()()).toBeNull()
    }
  })

  const small = { ...SETTINGS, partitionAbove: 1 }

  test('are published above the size: months with entries and months that may have some', async () => {
    const { authority, issue, sync, publish, stored, later } = await open(
      { policy: { ...policy, validityDays: 40 } },
      small,
    )
    const november = [await issue(LAPTOP), await issue(ALICE)]
    later(20 * DAY_MS)
    const december = await issue(LAPTOP)
    await sync()
    await revokeOwn(authority, requester, november[0] ?? '', 'superseded', false)
    await publish()
    expect(await stored('2026-11')).toBeNull()
    await revokeOwn(authority, requester, december, 'superseded', false)
    await publish()
    const url = (name: string) => `http://localhost:8080/crl/${name}.crl`
    expect(await stored('2026-11')).toMatchObject({
      partitionUrl: url('2026-11'),
      entries: [{ serial: november[0] }],
      freshestUrl: null,
    })
    expect(await stored('2026-12')).toMatchObject({ entries: [{ serial: december }] })
    expect(serialsOf(await stored())).toEqual([november[0], december].sort())
    later(21 * DAY_MS)
    await sync()
    await publish()
    expect(await stored('2027-01')).toMatchObject({ partitionUrl: url('2027-01'), entries: [] })
  })

  test('that did not change are left until it is time', async () => {
    const { authority, issue, sync, publish, stored, later } = await open({}, small)
    const [first, second, third] = [await issue(LAPTOP), await issue(ALICE), await issue(LAPTOP)]
    await sync()
    for (const serial of [first, second])
      await revokeOwn(authority, requester, serial, 'superseded', false)
    await publish()
    const before = (await stored('2026-11'))?.number
    later(HOUR_MS)
    await sync()
    await publish()
    expect((await stored('2026-11'))?.number).toBe(before)
    await revokeOwn(authority, requester, third, 'superseded', false)
    await publish()
    expect(serialsOf(await stored('2026-11'))).toEqual([first, second, third].sort())
  })

  test('a certificate names its own, by the month in UTC', async () => {
    const { authority } = await open()
    const urls = { ...authority.issuer.urls, crl: SETTINGS.fullUrl }
    const at = (time: string) => issuerAt({ ...authority.issuer, urls }, new Date(time)).urls.crl
    expect(at('2026-11-30T23:59:59.999Z')).toBe('http://localhost:8080/crl/2026-11.crl')
    expect(at('2026-12-01T00:00:00.000Z')).toBe('http://localhost:8080/crl/2026-12.crl')
    expect(issuerAt(authority.issuer, new Date()).urls.crl).toBeNull()
    expect(
      partitionsBetween(new Date('2026-11-30T23:00:00Z'), new Date('2027-01-01T00:00:00Z')),
    ).toEqual(['2026-11', '2026-12', '2027-01'])
  })
})

test('held and released leaves the full CRL as it was', async () => {
  const { authority, issue, sync, publish, stored } = await open()
  const serial = await issue(LAPTOP)
  await sync()
  await reportLost(authority, requester, serial)
  await publish()
  expect(serialsOf(await stored())).toEqual([serial])
  await withdrawReport(authority, requester, serial)
  await publish()
  expect(serialsOf(await stored())).toEqual([])
})

test('each list that is published is recorded with its hash', async () => {
  const { authority, publish } = await open()
  await publish()
  const trail = (await authority.ledger.auditTrail(0, 99)).map(({ event }) => event)
  const published = trail.filter(({ kind }) => kind === 'crl.published')
  expect(published.map(({ facts }) => [facts.scope, facts.delta])).toEqual([
    ['full', false],
    ['base', false],
    ['full', false],
    ['full', true],
  ])
  expect(published[2]?.facts).toMatchObject({ entries: 0, hash: expect.stringMatching(/^.{43}$/) })
})
