import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { type KnownCrls, knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { reportLost, withdrawReport } from '#lib/issuance/revoke/lost-device.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import { openStore } from '#lib/ledger/open.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { ledgerOn } from '#lib/ledger/sql.ts'
import type { PublishedCrl } from '#lib/ledger/status-ledger.ts'
import type { RevocationReason } from '#lib/model.ts'
import { assembleCrl, buildCrlTbs, encodeEntry } from '#lib/pki/crl/crl.ts'
import type { Policy } from '#lib/policy/policy.ts'
import { alice, laptop, nonCompliant, policy, requester } from '#lib/policy/testing/context.ts'
import { reconcileCrls } from './crls.ts'
import type { CrlRules } from './published.ts'
import { readTrail } from './trail.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const LAPTOP = { commonName: laptop.deviceId ?? '' }
const RULES: CrlRules = { lateAfterMs: 8 * MINUTE_MS, partitionAbove: 20_000, isStopped: false }
const SETTINGS = {
  fullUrl: 'http://localhost:8080/crl/full.crl',
  lifeMs: 24 * HOUR_MS,
  partitionAbove: 20_000,
}

const CRL = expect.stringMatching(/^The CRL number \d+$/)
const DELTA = expect.stringMatching(/^The delta CRL number \d+$/)

let opened: Pick<Store, 'close'> | null = null
afterEach(async () => {
  await opened?.close()
  opened = null
})

/** A ledger with one good and one revoked certificate, and the CRLs of 12:00. */
async function open(settings = SETTINGS, change: Partial<Policy> = {}) {
  const store = await openStore('sqlite::memory:', { create: true })
  opened = store
  await migrate(store)
  const status = await openStatus({ policy: { ...policy, ...change }, ledger: ledgerOn(store) })
  const { authority, clock } = status
  const worker = crlWorkerHere(authority)
  let known: KnownCrls | null = null
  const publish = async () => {
    known ??= await knownCrls(authority, worker)
    known = (await publishCrls(authority, settings, worker, known))?.known ?? known
  }
  /** Lets time pass while the directory is read, as beside a publisher that is stuck. */
  const later = async (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms)
    await status.sync()
  }
  const reconcile = async (change: Partial<CrlRules> = {}) => {
    const { ledger, directoryBudgetMs } = authority
    const { issuer, policy } = authority
    const reader = { ledger, issuer, policy, directoryBudgetMs, now: () => clock.now }
    const trail = await readTrail(ledger, issuer.id)
    const part = await reconcileCrls(reader, { ...RULES, ...change }, trail)
    expect(part.findings.every(({ check }) => check === 'crl')).toBe(true)
    return {
      ...part,
      findings: part.findings.map(({ serial, ledger, other }) => [serial, ledger, other]),
    }
  }
  const [good, revoked] = [await status.issue(LAPTOP), await status.issue({ upn: alice.upn })]
  await status.sync()
  await revokeOwn(authority, requester, revoked, 'keyCompromise', false)
  await later(2 * MINUTE_MS)
  await publish()
  return { ...status, store, publish, later, reconcile, good, revoked }
}

type Entry = readonly [serial: string, at: Date, reason: RevocationReason]

/** Publishes this in place of a CRL, with its audit record, as a faulty publisher would. */
async function forge(
  authority: Authority,
  delta: boolean,
  list: readonly Entry[],
  change: Partial<PublishedCrl> = {},
): Promise<PublishedCrl> {
  const { issuer, signer, ledger } = authority
  const before = await ledger.publishedCrl({ issuerId: issuer.id, partition: null, delta })
  if (before === null) throw new Error('There is nothing to be replaced.')
  const crl = { ...before, number: before.number + 1, entries: list.length, ...change }
  const { number, baseNumber, thisUpdate, nextUpdate, entries } = crl
  const tbs = buildCrlTbs(issuer, {
    number: BigInt(number),
    thisUpdate,
    nextUpdate,
    entries: list.map(([serial, at, reason]) => encodeEntry(serial, at, reason)),
    partitionUrl: null,
    baseNumber: baseNumber === null ? null : BigInt(baseNumber),
    freshestUrl: delta ? null : 'http://localhost:8080/crl/delta.crl',
  })
  const der = assembleCrl(tbs, signer.algorithm, await signer.sign(tbs))
  const hash = createHash('sha256').update(der).digest('base64url')
  const tbsHash = createHash('sha256').update(tbs).digest('hex')
  const facts = { issuer: issuer.id, scope: 'full', delta, number, entries, hash, tbsHash }
  const event = auditEvent(authority, 'crl.published', 'authority', null, facts)
  expect(await ledger.publishCrl({ ...crl, der }, event)).toBe(true)
  return { ...crl, der }
}

test('lists of a working publisher agree', async () => {
  const { reconcile, publish, later, authority, good } = await open()
  expect(await reconcile()).toEqual({ findings: [], notes: [], count: 1 })
  await reportLost(authority, requester, good)
  await later(1000)
  await publish()
  expect(await reconcile()).toEqual({ findings: [], notes: [], count: 2 })
  await withdrawReport(authority, requester, good)
  await later(1000)
  await publish()
  const key = { issuerId: authority.issuer.id, partition: null, delta: true }
  // The delta lists with removeFromCRL what earlier deltas had.
  expect((await authority.ledger.publishedCrl(key))?.entries).toBe(1)
  expect(await reconcile()).toEqual({ findings: [], notes: [], count: 1 })
})

describe('a publisher that is stuck', () => {
  test('is excused from a change for as long as the next list may take, and no longer', async () => {
    const { reconcile, later, authority, good, clock } = await open()
    await later(1000)
    await revokeOwn(authority, requester, good, 'superseded', false)
    const at = '2026-11-22T12:02:01Z'
    expect(clock.now).toEqual(new Date(at))
    await later(8 * MINUTE_MS)
    expect(await reconcile()).toMatchObject({ findings: [] })
    await later(1000)
    expect(await reconcile()).toMatchObject({
      findings: [
        [
          good,
          `revoked (superseded, ${at})`,
          expect.stringMatching(
            /^The CRL number \d+: not named; the change is of 2026-11-22T12:02:01Z, and a CRL has one within 8 minutes$/,
          ),
        ],
      ],
    })
  })

  test('a change that says that it is still to come excuses nothing', async () => {
    const { reconcile, authority, good, clock, store } = await open()
    const future = new Date(clock.now.getTime() + 24 * HOUR_MS)
    await sql`update directory_object set absent_since = ${future.getTime()}
      where kind = 'user'`.execute(store.write)
    expect((await reconcile()).findings).toMatchObject([
      [good, 'hold (certificateHold, 2026-11-23T12:02:00Z)', expect.any(String)],
    ])
    expect(authority.now()).toEqual(clock.now)
  })

  test('a grace period that ended is a change, though nothing was written', async () => {
    const { reconcile, later, directory, good } = await open(SETTINGS, {
      complianceGraceMinutes: 20,
    })
    const enrolledAt = new Date('2026-11-22T12:00:00Z')
    directory.devices = [{ ...laptop, enrolledAt, ...nonCompliant }]
    await later(MINUTE_MS)
    await later(18 * MINUTE_MS)
    // The publisher knows it after the next directory sync.
    expect(await reconcile()).toMatchObject({ findings: [] })
    await later(12 * MINUTE_MS)
    await later(1000)
    expect((await reconcile()).findings).toMatchObject([
      [good, 'hold (certificateHold, 2026-11-22T12:03:00Z)', expect.stringContaining('not named')],
    ])
  })

  test('is seen without any change once the delta is past half of its life', async () => {
    const { reconcile, later } = await open()
    await later(38 * MINUTE_MS)
    expect(await reconcile()).toMatchObject({ findings: [], notes: [] })
    await later(1000)
    const fault = 'it is of 2026-11-22T12:02:00Z, and the next was due at 2026-11-22T12:32:00Z'
    expect((await reconcile()).findings).toEqual([
      [null, DELTA, `${fault}: the log of the authority says why there is none`],
    ])
    // An authority that is stopped on purpose publishes no CRLs.
    const stopped = await reconcile({ isStopped: true })
    expect(stopped.findings).toEqual([])
    expect(stopped.notes).toEqual([expect.stringContaining(fault)])
  })

  test('lets its lists run out', async () => {
    const { reconcile, later } = await open()
    await later(24 * HOUR_MS)
    expect((await reconcile()).findings).toEqual([
      [null, CRL, 'it ran out at 2026-11-23T12:02:00Z and nothing has replaced it'],
      [null, DELTA, 'it ran out at 2026-11-22T13:02:00Z and nothing has replaced it'],
    ])
    expect(await reconcile({ isStopped: true })).toMatchObject({
      findings: [],
      notes: [expect.stringContaining('it ran out at'), expect.stringContaining('it ran out at')],
    })
  })

  test('leaves the delta behind', async () => {
    const { reconcile, later, authority, revoked, clock } = await open()
    const at = new Date('2026-11-22T12:00:00Z')
    await later(MINUTE_MS)
    await forge(authority, false, [[revoked, at, 'keyCompromise']], { thisUpdate: clock.now })
    await later(8 * MINUTE_MS)
    expect(await reconcile()).toMatchObject({ findings: [] })
    await later(1000)
    expect((await reconcile()).findings).toEqual([
      [
        null,
        DELTA,
        expect.stringMatching(
          /^it is of 2026-11-22T12:02:00Z, and The CRL number \d+ of 2026-11-22T12:03:00Z$/,
        ),
      ],
    ])
  })
})

describe('a list that is missing', () => {
  test.each([
    ['the full CRL', "scope = '' and delta = 0", 'The CRL'],
    ['the delta', 'delta = 1', 'The delta CRL'],
    ['the base of the delta', "scope = 'base'", 'The base of the delta CRL'],
  ])('%s', async (_, where, name) => {
    const { reconcile, store } = await open()
    await sql.raw(`delete from crl where ${where}`).execute(store.write)
    expect((await reconcile()).findings).toEqual([
      [null, name, 'it was published and is no longer there'],
    ])
  })

  test('none was ever published, though there are certificates', async () => {
    const status = await openStatus({ policy })
    const { authority } = status
    opened = { close: () => authority.ledger.close() }
    const reader = { ...authority, now: () => status.clock.now }
    const look = async () => {
      const trail = await readTrail(authority.ledger, authority.issuer.id)
      return reconcileCrls(reader, RULES, trail)
    }
    expect(await look()).toEqual({
      findings: [],
      notes: ['No CRL is published, and no certificate needs one.'],
      count: 0,
    })
    await status.issue(LAPTOP)
    await status.sync()
    expect((await look()).findings).toEqual([
      {
        check: 'crl',
        serial: null,
        ledger: 'certificates that are not expired',
        other: 'there is none',
      },
    ])
  })
})

describe('a list that is not what its row says', () => {
  test('its end was moved in the row', async () => {
    const { reconcile, store, clock } = await open()
    const never = clock.now.getTime() + 1000 * HOUR_MS
    const moved = sql`update crl set next_update = ${never} where scope = '' and delta = 0`
    await moved.execute(store.write)
    expect((await reconcile()).findings).toEqual([
      [null, CRL, 'its own time is 2026-11-22T12:02:00Z to 2026-11-23T12:02:00Z'],
    ])
  })

  test('it is from the future', async () => {
    const { reconcile, clock } = await open()
    clock.now = new Date(clock.now.getTime() - 2 * MINUTE_MS)
    const { findings, notes } = await reconcile()
    // A directory change in the future is compared with nothing.
    expect(notes).toEqual([expect.stringContaining('certificates not compared for it: 1')])
    expect(findings).toEqual([
      [null, CRL, 'it is from the future, 2026-11-22T12:02:00Z: a clock is wrong'],
      [null, DELTA, 'it is from the future, 2026-11-22T12:02:00Z: a clock is wrong'],
    ])
  })
})

describe('a delta that does not give the full CRL', () => {
  const REVOKED_AT = new Date('2026-11-22T12:00:00Z')
  const LATER = new Date('2026-11-22T12:01:00Z')
  const SAID = /^The delta CRL number \d+, applied to its base: /

  test.each<[string, (good: string, revoked: string) => readonly Entry[], string, string]>([
    [
      'it names one more',
      (good) => [[good, LATER, 'superseded']],
      'not named',
      'revoked (superseded, 2026-11-22T12:01:00Z)',
    ],
    [
      'it removes what is revoked',
      (_, revoked) => [[revoked, LATER, 'removeFromCRL']],
      'revoked (keyCompromise, 2026-11-22T12:00:00Z)',
      'not named',
    ],
    [
      'it gives another reason',
      (_, revoked) => [[revoked, REVOKED_AT, 'superseded']],
      'revoked (keyCompromise, 2026-11-22T12:00:00Z)',
      'revoked (superseded, 2026-11-22T12:00:00Z)',
    ],
    [
      'it gives another time',
      (_, revoked) => [[revoked, LATER, 'keyCompromise']],
      'revoked (keyCompromise, 2026-11-22T12:00:00Z)',
      'revoked (keyCompromise, 2026-11-22T12:01:00Z)',
    ],
  ])('%s', async (_, list, right, wrong) => {
    const { reconcile, authority, good, revoked } = await open()
    const { number } = await forge(authority, false, [[revoked, REVOKED_AT, 'keyCompromise']])
    await forge(authority, true, list(good, revoked), { number })
    const { findings } = await reconcile()
    expect(findings).toEqual([
      [expect.any(String), expect.stringContaining(`: ${right}`), expect.stringMatching(SAID)],
    ])
    expect(findings[0]?.[2]).toContain(`base: ${wrong}`)
  })

  test('it builds on a CRL that nobody has', async () => {
    const { reconcile, authority, revoked } = await open()
    const { number } = await forge(authority, false, [[revoked, REVOKED_AT, 'keyCompromise']])
    await forge(authority, true, [], { number, baseNumber: number - 1 })
    expect((await reconcile()).findings).toEqual([
      [
        null,
        DELTA,
        expect.stringMatching(
          /^it builds on number \d+, not The base of the delta CRL number \d+$/,
        ),
      ],
    ])
  })

  test('it is newer than the full CRL', async () => {
    const { reconcile, authority } = await open()
    await forge(authority, true, [])
    expect((await reconcile()).findings).toEqual([
      [null, DELTA, expect.stringMatching(/^it is of .*, and The CRL number \d+ of /)],
    ])
  })
})

test('the months have lists of their own when the full CRL is large', async () => {
  const { reconcile, authority, good, later } = await open({ ...SETTINGS, partitionAbove: 0 })
  const rules = { partitionAbove: 0 }
  expect(await reconcile(rules)).toEqual({ findings: [], notes: [], count: 2 })
  await revokeOwn(authority, requester, good, 'superseded', false)
  await later(9 * MINUTE_MS)
  const late = (name: string) => [
    good,
    expect.any(String),
    expect.stringMatching(`^${name} number .*: not named; the change is of `),
  ]
  const { findings } = await reconcile(rules)
  expect(findings).toEqual([late('The CRL'), late('The CRL of 2026-11')])
  // Otherwise the address of a month serves the full CRL, and an old partition does not matter.
  expect((await reconcile()).findings).toEqual([late('The CRL')])
})

test('what hangs on a directory that was not read is not compared, and said', async () => {
  const { reconcile, clock } = await open()
  clock.now = new Date(clock.now.getTime() + 6 * MINUTE_MS)
  expect(await reconcile()).toMatchObject({
    findings: [],
    notes: ['The directory was not read within its budget; certificates not compared for it: 1.'],
  })
})
