import { describe, expect, test } from 'vitest'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { NO_PLAN, type SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { ada, apply, d1, i1, object, planWith, stateAfter } from '#lib/ledger/testing/directory.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  EVE,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'
import type { DirectoryKey } from '#lib/model.ts'

const USER = { kind: 'user', oid: ADA.oid } as const
const DEVICE = { kind: 'device', deviceId: 'd1', intuneId: 'i1', ownerOid: ADA.oid } as const

function stop(ledger: Ledger, serial: string, reason: 'superseded' | 'certificateHold') {
  const kind = reason === 'certificateHold' ? 'certificate.held' : 'certificate.revoked'
  return ledger.revoke(
    { serial, reason, at: after(1), by: 'ada', cause: 'by_owner' },
    { withDescendants: false },
    sampleEvent(kind, serial),
  )
}

describe.each(testEngines())('the directory on $name', (engine) => {
  const { open, openWithStore } = ledgersOn(engine)

  test('begins empty; a plan brings objects, events and the state of the round', async () => {
    const ledger = await open()
    const never = { cursor: null, readAt: null, fullAt: null }
    const empty = {
      version: 0,
      streams: { users: never, entraDevices: never, intuneDevices: never },
      riskReadAt: null,
      circuitBreaker: null,
      policyHash: null,
    }
    expect(await ledger.directoryState()).toStrictEqual(empty)
    const whole = object(d1, {
      objectId: 'o1',
      absentSince: after(1),
      deletion: 'restorable',
      unlistedSince: after(2),
      disabledSince: after(3),
      nonCompliantSince: after(4),
      retirement: 'begun',
      retirementSince: after(5),
      riskySince: after(6),
      enrolledAt: after(7),
      owners: [
        { oid: 'ada', since: after(8), goneSince: null },
        { oid: 'eve', since: after(9), goneSince: after(10) },
      ],
      ownersSeenAt: after(11),
      upn: 'Ada@x',
      upnSince: after(12),
      dueAt: after(13),
      needsRecheck: true,
    })
    const round = { cursor: 'c', readAt: after(1), fullAt: null }
    const streams = { ...empty.streams, intuneDevices: round }
    const to = { streams, riskReadAt: after(2), policyHash: 'p' }
    const plan = await planWith(ledger, [whole, object(ada, { owners: [] })])
    expect(await ledger.applyPlan(plan, { from: 0, to })).toBe(true)
    expect(await ledger.directoryState()).toStrictEqual({ ...empty, ...to, version: 1 })
    expect(await ledger.directoryObjects([d1, i1])).toStrictEqual([{ ...whole, version: 1 }])
    const many = await ledger.directoryObjects([d1, i1, ada, { kind: 'user', id: 'd1' }])
    expect(many.map(({ kind, owners }) => [kind, owners?.length])).toEqual([
      ['entra_device', 2],
      ['user', 0],
    ])
    expect(await ledger.directoryObjects([])).toEqual([])
    expect((await ledger.auditTrail(0, 9)).map(({ event }) => event.facts)).toEqual([
      { id: 'd1' },
      { id: 'ada' },
    ])
    await ledger.selfTest()
  })

  test('the circuit breaker is kept beside the state, and its event is in the chain', async () => {
    const ledger = await open()
    const breaker = { engagedAt: NOW, changes: 5, bound: 7, releasedAt: null }
    const engaging = sampleEvent('circuit_breaker.engaged', null)
    const releasing = sampleEvent('circuit_breaker.released', null)
    expect(await ledger.setCircuitBreaker({ from: null, to: breaker }, engaging)).toBe(true)
    expect(await ledger.directoryState()).toMatchObject({ version: 0, circuitBreaker: breaker })
    const released = { ...breaker, releasedAt: after(1) }
    expect(await ledger.setCircuitBreaker({ from: breaker, to: released }, releasing)).toBe(true)
    // Applying a plan keeps the state of the circuit breaker.
    await ledger.applyPlan(NO_PLAN, stateAfter(await ledger.directoryState(), 'c'))
    expect((await ledger.directoryState()).circuitBreaker).toStrictEqual(released)
    expect(await ledger.setCircuitBreaker({ from: released, to: null }, releasing)).toBe(true)
    expect((await ledger.directoryState()).circuitBreaker).toBeNull()
    expect(await ledger.auditTrail(0, 9)).toHaveLength(3)
    const other = sampleEvent('service.started', null)
    await expect(ledger.setCircuitBreaker({ from: null, to: null }, other)).rejects.toThrow(
      'service.started is not an event of the circuit breaker',
    )
  })

  test('the circuit breaker is changed from what it is, or not at all', async () => {
    const ledger = await open()
    const breaker = { engagedAt: NOW, changes: 5, bound: 7, releasedAt: null }
    const engaging = sampleEvent('circuit_breaker.engaged', null)
    const releasing = sampleEvent('circuit_breaker.released', null)
    const engage = () => ledger.setCircuitBreaker({ from: null, to: breaker }, engaging)
    // Of several concurrent calls one engages it, with one audit event.
    expect((await Promise.all([engage(), engage(), engage()])).toSorted()).toEqual([
      false,
      false,
      true,
    ])
    const version = await ledger.statusVersion()
    const others = [null, { ...breaker, changes: 6 }, { ...breaker, releasedAt: NOW }]
    for (const from of others) {
      expect(await ledger.setCircuitBreaker({ from, to: null }, releasing)).toBe(false)
    }
    expect((await ledger.directoryState()).circuitBreaker).toStrictEqual(breaker)
    expect(await ledger.auditTrail(0, 9)).toHaveLength(1)
    expect(await ledger.statusVersion()).toBe(version)
  })

  describe('a plan that was made from something else is refused whole', () => {
    type Meanwhile = (ledger: Ledger) => Promise<unknown>
    const table: [string, Meanwhile][] = [
      ['an object has changed', (ledger) => apply(ledger, [object(d1, { riskySince: NOW })])],
      ['an object is stored by now', (ledger) => apply(ledger, [object(i1)])],
      ['a certificate is on hold', (ledger) => stop(ledger, '01', 'certificateHold')],
      ['a certificate is revoked', (ledger) => stop(ledger, '01', 'superseded')],
      [
        'a certificate was withdrawn',
        (ledger) => ledger.void('01', NOW, sampleEvent('certificate.voided', '01')),
      ],
      ['a certificate bears a mark', (ledger) => apply(ledger, [object(ada)], 'mark')],
      ['there is a further certificate', (ledger) => issueSample(ledger, '02')],
      [
        'there is a further certificate of its owner',
        (ledger) =>
          issueSample(ledger, '02', { holder: { ...DEVICE, deviceId: 'd2', intuneId: 'i2' } }),
      ],
      [
        'the round went on',
        async (ledger) =>
          ledger.applyPlan(NO_PLAN, stateAfter(await ledger.directoryState(), 'other')),
      ],
    ]
    test.each(table)('%s', async (_, meanwhile) => {
      const { store, ledger } = await openWithStore()
      await issueSample(ledger, '01')
      await apply(ledger, [object(d1), object(ada)])
      const objects = [object(d1, { disabledSince: NOW }), object(i1), object(ada)]
      const plan = await planWith(ledger, objects, 'revoke')
      const state = stateAfter(await ledger.directoryState(), 'planned')
      await meanwhile(ledger)

      const everything = async () => ({
        state: await ledger.directoryState(),
        objects: await ledger.directoryObjects([d1, i1, ada]),
        certificates: await ledger.certificatesBySerial(['01', '02']),
        trail: await ledger.auditTrail(0, 99),
        version: await ledger.statusVersion(),
      })
      const before = await everything()
      expect(await ledger.applyPlan(plan, state)).toBe(false)
      // The same within a batch of operations.
      const refused = await Promise.all([
        ledger.applyPlan(plan, state),
        ledger.takeQuota('p', NOW, 9),
        ledger.applyPlan(plan, state),
      ])
      expect(refused).toEqual([false, true, false])
      expect(await everything()).toEqual(before)
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('what was not evaluated and does not depend on its objects is no obstacle', async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const plan = await planWith(ledger, [object(d1)], 'mark')
      const holder = { ...DEVICE, deviceId: 'd2', intuneId: 'i2', ownerOid: 'eve' }
      await issueSample(ledger, '02', { holder })
      await ledger.begin(sampleIntent('03'), intended('03'))
      expect(await ledger.applyPlan(plan, null)).toBe(true)
    })

    test('one that was evaluated by name alone counts as well', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { holder: USER, upn: 'ada@x' })
      const [bound] = await ledger.boundCertificates([ada])
      if (!bound) throw new Error('nothing is bound')
      const evaluated = [bound]
      const plan: SyncPlan = {
        ...NO_PLAN,
        evaluated,
        certificates: [{ ...bound, isMarked: true, revocation: null }],
      }
      await stop(ledger, '01', 'certificateHold')
      expect(await ledger.applyPlan(plan, null)).toBe(false)
      const now = await ledger.boundCertificates([ada])
      const again = { ...plan, evaluated: now, certificates: [] }
      expect(await ledger.applyPlan(again, null)).toBe(true)
    })

    test.skipIf(!engine.shared)('of plans from one version one counts', async () => {
      const url = await engine.newDatabase()
      const [one, other] = [await open(url), await open(url)]
      await issueSample(one, '01')
      const state = stateAfter(await one.directoryState(), 'c')
      const plans = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((number) =>
          planWith(one, [object(d1, { riskySince: after(number) })], 'mark'),
        ),
      )
      const outcomes = await Promise.all(
        plans.map((plan, number) => (number % 2 ? one : other).applyPlan(plan, state)),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      const winner = outcomes.indexOf(true)
      expect(await one.directoryState()).toMatchObject({ version: 1 })
      expect(await one.directoryObjects([d1])).toMatchObject([
        { version: 1, riskySince: after(winner) },
      ])
      expect(await one.certificate('01')).toMatchObject({ version: 3 })
      expect(await one.auditTrail(2, 9)).toHaveLength(1)
    })
  })

  describe('a plan that contradicts itself is a bug, and nothing is written', () => {
    const at = after(5)
    const table: [string, (plan: SyncPlan) => SyncPlan, string][] = [
      [
        'a version that is skipped',
        (plan) => ({ ...plan, objects: plan.objects.map(({ to }) => ({ from: 7, to })) }),
        'entra_device/d1 skips a version',
      ],
      [
        'a change of what it did not evaluate',
        (plan) => ({ ...plan, evaluated: [] }),
        '01 is changed without having been evaluated',
      ],
      [
        'a hold',
        (plan) => ({
          ...plan,
          certificates: plan.certificates.map((one) => ({
            ...one,
            revocation: { at, reason: 'certificateHold', by: 'directory', cause: null },
          })),
        }),
        '01 is put on hold by a plan, which only marks or revokes',
      ],
      [
        'a revocation without its event',
        (plan) => ({ ...plan, events: [] }),
        '01 is revoked without its event, or the reverse',
      ],
      [
        'an event without its revocation',
        (plan) => ({ ...plan, certificates: [] }),
        '01 has an event and no revocation',
      ],
    ]
    test.each(table)('%s', async (_, spoil, message) => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const plan = await planWith(ledger, [object(d1)], 'revoke')
      await expect(ledger.applyPlan(spoil(plan), null)).rejects.toThrow(message)
      expect(await ledger.directoryObjects([d1])).toEqual([])
    })
  })

  describe('certificates', () => {
    test('what a plan revokes is revoked for good, with its event, and the chain is whole', async () => {
      const { store, ledger } = await openWithStore()
      for (const serial of ['01', '02', '03']) await issueSample(ledger, serial)
      await stop(ledger, '02', 'certificateHold')
      await stop(ledger, '03', 'superseded')
      expect(await apply(ledger, [object(d1)], 'revoke')).toBe(true)
      for (const serial of ['01', '02']) {
        expect((await ledger.certificate(serial))?.revocation).toEqual({
          at: after(5),
          reason: 'cessationOfOperation',
          by: 'directory',
          cause: 'device_deleted',
        })
      }
      expect((await ledger.certificate('03'))?.revocation).toMatchObject({ reason: 'superseded' })
      expect(await ledger.boundCertificates([d1])).toEqual([])
      expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 3 })
      // A permanent revocation is never changed, whatever a plan says of it.
      const revoked = { issuerId: 'a'.repeat(64), serial: '01', version: 3 }
      const forged = { ...revoked, isMarked: false, revocation: null }
      const plan = { ...NO_PLAN, evaluated: [revoked], certificates: [forged] }
      expect(await ledger.certificate('01')).toMatchObject({ version: 3 })
      expect(await ledger.applyPlan(plan, null)).toBe(false)
    })

    test('a mark leaves hold and event alone, and only moves the version', async () => {
      const { store, ledger } = await openWithStore()
      await issueSample(ledger, '01')
      await issueSample(ledger, '02')
      await stop(ledger, '02', 'certificateHold')
      const before = await ledger.certificatesBySerial(['01', '02'])
      await apply(ledger, [object(d1)], 'mark')
      expect((await ledger.boundCertificates([d1])).map(({ isMarked }) => isMarked)).toEqual([
        true,
        true,
      ])
      const marked = await ledger.certificatesBySerial(['01', '02'])
      expect(marked).toEqual(before.map((one) => ({ ...one, version: one.version + 1 })))
      expect(await apply(ledger, [object(d1)], 'unmark')).toBe(true)
      expect((await ledger.boundCertificates([d1])).some(({ isMarked }) => isMarked)).toBe(false)
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('those of an object are issued and not revoked for good, whoever owns them', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { upn: 'Ada@x', holder: USER })
      await issueSample(ledger, '02')
      await issueSample(ledger, '03', {
        owner: EVE,
        holder: { ...DEVICE, intuneId: null, ownerOid: 'eve' },
      })
      await issueSample(ledger, '04', { holder: { kind: 'application', oid: ADA.oid } })
      await issueSample(ledger, '05', { notAfter: after(-1) })
      await issueSample(ledger, '06')
      await stop(ledger, '06', 'superseded')
      await issueSample(ledger, '07')
      await stop(ledger, '07', 'certificateHold')
      await ledger.begin(sampleIntent('08'), intended('08'))
      const serials = async (...keys: readonly DirectoryKey[]) =>
        (await ledger.boundCertificates(keys)).map(({ serial }) => serial).sort()
      expect(await serials(d1)).toEqual(['02', '03', '05', '07'])
      expect(await serials(i1)).toEqual(['02', '05', '07'])
      expect(await serials(ada)).toEqual(['01', '02', '05', '07'])
      expect(await serials(ada, d1, i1, { kind: 'user', id: 'eve' })).toEqual([
        ...['01', '02', '03', '05', '07'],
      ])
      expect(await serials()).toEqual([])
      const [first] = await ledger.boundCertificates([{ kind: 'user', id: 'eve' }])
      expect(first).toStrictEqual({
        issuerId: 'a'.repeat(64),
        serial: '03',
        version: 2,
        isMarked: false,
        holder: { ...DEVICE, intuneId: null, ownerOid: 'eve' },
        createdAt: NOW,
        upn: null,
      })
    })

    test('those of a name are found by ASCII case alone, where their holder is somebody else', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { holder: USER, upn: 'Ada@Contoso.example' })
      await issueSample(ledger, '02', { holder: USER, upn: 'ÄDA@contoso.example' })
      await issueSample(ledger, '03', { holder: USER, upn: 'ada@contoso.example' })
      await stop(ledger, '03', 'superseded')
      await issueSample(ledger, '04', { holder: { kind: 'user', oid: 'eve' }, upn: 'eve@x' })
      await issueSample(ledger, '05', { holder: { kind: 'application', oid: 'app' }, upn: 'eve@x' })
      const serials = async (...names: [string, string][]) =>
        (await ledger.certificatesOfNames(new Map(names))).map(({ serial }) => serial)
      expect(await serials(['ada@contoso.example', 'eve'], ['eve@x', 'eve'])).toEqual(['01'])
      expect(await serials(['ada@contoso.example', 'ada'], ['eve@x', 'bob'])).toEqual(['04'])
      expect(await serials(['äda@contoso.example', 'eve'])).toEqual([])
      expect(await serials(['Äda@contoso.example', 'eve'])).toEqual(['02'])
      expect(await serials()).toEqual([])
      expect((await ledger.certificate('01'))?.upn).toBe('Ada@Contoso.example')
    })

    test('a name that PostgreSQL could not store is no obstacle for the others', async () => {
      const ledger = await open()
      const upn = 'a\0\u{d800}@x'
      await issueSample(ledger, '01', { holder: USER, upn })
      await issueSample(ledger, '02', { holder: USER, upn: 'ada@x' })
      expect(await apply(ledger, [object(ada, { upn }), object(d1)])).toBe(true)
      expect((await ledger.directoryObjects([ada]))[0]?.upn).toBe('a\u{fffd}\u{fffd}@x')
      const found = async (...names: string[]) =>
        (await ledger.certificatesOfNames(new Map(names.map((name) => [name, 'eve'])))).length
      expect([await found(upn, 'ada@x'), await found(upn)]).toEqual([2, 1])
    })
  })

  test('bound objects are those of issued, unexpired certificates, once each, in pages', async () => {
    const ledger = await open()
    const device = (deviceId: string | null, intuneId: string | null, ownerOid = 'ada') =>
      ({ holder: { kind: 'device', deviceId, intuneId, ownerOid } }) as const
    await issueSample(ledger, '01', device('d2', 'i1'))
    await issueSample(ledger, '02', device('d1', null))
    await issueSample(ledger, '03', device('d1', 'i2', 'eve'))
    await issueSample(ledger, '04', { holder: { kind: 'user', oid: 'bob' } })
    await issueSample(ledger, '05', { holder: { kind: 'application', oid: 'app' } })
    await issueSample(ledger, '06', { ...device('d0', 'i0', 'old'), notAfter: after(-1) })
    await issueSample(ledger, '07', device('d9', 'i9', 'void'))
    await ledger.void('07', NOW, sampleEvent('certificate.voided', '07'))
    await ledger.begin(sampleIntent('08', device('d8', 'i8', 'pending')), intended('08'))

    const wanted = [
      ['entra_device', 'd1'],
      ['entra_device', 'd2'],
      ['intune_device', 'i1'],
      ['intune_device', 'i2'],
      ['user', 'ada'],
      ['user', 'bob'],
      ['user', 'eve'],
    ]
    for (const limit of [1, 2, 3, 5, 9]) {
      const found: DirectoryKey[] = []
      for (;;) {
        const page = await ledger.boundObjects(NOW, found.at(-1) ?? null, limit)
        expect(page.length).toBeLessThanOrEqual(limit)
        found.push(...page)
        if (page.length < limit) break
      }
      expect(found.map(({ kind, id }) => [kind, id])).toEqual(wanted)
    }
  })

  test('objects are found by what is still to be done with them', async () => {
    const ledger = await open()
    const device = (id: string) => ({ kind: 'entra_device', id }) as const
    await apply(ledger, [
      object(device('a'), { dueAt: after(5), ownersSeenAt: after(9), seenAt: after(-9) }),
      object(device('b'), { dueAt: after(1), ownersSeenAt: after(2), seenAt: after(-8) }),
      object(device('c'), { absentSince: NOW, needsRecheck: true, seenAt: after(-9) }),
      object(device('d')),
      object(ada, { dueAt: after(3), needsRecheck: true, seenAt: after(-9) }),
      object(i1, { ownersSeenAt: after(1) }),
    ])
    const ids = (keys: readonly DirectoryKey[]) => keys.map(({ id }) => id)
    expect(await ledger.dueObjects(after(3), 9)).toEqual([device('b'), ada])
    expect(ids(await ledger.dueObjects(after(9), 2))).toEqual(['b', 'ada'])
    expect(await ledger.dueObjects(NOW, 9)).toEqual([])
    expect(await ledger.objectsToRecheck(9)).toEqual([device('c'), ada])
    expect(ids(await ledger.objectsToRecheck(1))).toEqual(['c'])
    // Never counts as the longest ago; absent devices and those without owners are left out.
    expect(ids(await ledger.ownersReadBefore(after(9), 9))).toEqual(['d', 'i1', 'b'])
    expect(ids(await ledger.ownersReadBefore(after(9), 2))).toEqual(['d', 'i1'])
    expect(ids(await ledger.ownersReadBefore(after(1), 9))).toEqual(['d'])
    expect(ids(await ledger.objectsSeenBefore('entra_device', NOW, '', 9))).toEqual(['a', 'b'])
    expect(ids(await ledger.objectsSeenBefore('entra_device', NOW, '', 1))).toEqual(['a'])
    expect(ids(await ledger.objectsSeenBefore('entra_device', NOW, 'a', 9))).toEqual(['b'])
    expect(await ledger.objectsSeenBefore('user', after(-9), '', 9)).toEqual([])
  })

  test('what is gone is found while it may come back, and a device by its object id', async () => {
    const ledger = await open()
    const device = (id: string) => ({ kind: 'entra_device', id }) as const
    const gone = { absentSince: NOW, seenAt: after(5) }
    await apply(ledger, [
      object(device('a'), { ...gone, objectId: 'o1' }),
      object(device('b'), { ...gone, deletion: 'restorable', seenAt: after(1), objectId: 'o2' }),
      object(device('c'), { ...gone, deletion: 'final' }),
      object(device('d'), { objectId: 'o3' }),
      object({ kind: 'user', id: 'o1' }),
    ])
    const ids = (keys: readonly DirectoryKey[]) => keys.map(({ id }) => id)
    expect(ids(await ledger.absentSeenBefore(after(9), 9))).toEqual(['b', 'a'])
    expect(ids(await ledger.absentSeenBefore(after(9), 1))).toEqual(['b'])
    expect(ids(await ledger.absentSeenBefore(after(5), 9))).toEqual(['b'])
    const found = await ledger.devicesWithObjectIds(['o1', 'o3', 'o9'])
    expect(ids(found).sort()).toEqual(['a', 'd'])
    expect(found.find(({ id }) => id === 'a')).toMatchObject({ version: 1, absentSince: NOW })
    expect(await ledger.devicesWithObjectIds([])).toEqual([])
  })

  test('thousands of objects and hundreds of revocations are one transaction, in many turns', async () => {
    const { store, ledger } = await openWithStore()
    const serials = Array.from({ length: 120 }, (_, number) => String(1000 + number))
    await Promise.all(
      serials.map((serial) =>
        issueSample(ledger, serial, {
          holder: { ...DEVICE, deviceId: `d${serial}`, intuneId: null },
        }),
      ),
    )
    const objects = Array.from({ length: 2500 }, (_, number) =>
      object({ kind: 'entra_device', id: `d${1000 + number}` }, { disabledSince: NOW }),
    )
    const plan = await planWith(ledger, objects, 'revoke')
    let turns = 0
    let isDone = false
    const tick = () => {
      turns++
      if (!isDone) setImmediate(tick)
    }
    setImmediate(tick)
    expect(await ledger.applyPlan(plan, null)).toBe(true)
    isDone = true
    // Four kinds of work, each with its own turns: read objects, find certificates, write objects, append
    // events.
    expect(turns).toBeGreaterThan(4 * 4)
    expect(await ledger.directoryObjects(objects)).toHaveLength(2500)
    expect(await ledger.auditTrail(2859, 9)).toMatchObject([
      { sequence: 2860, event: { kind: 'certificate.revoked', serial: '1119' } },
    ])
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 2860, certificates: 120 })
  })
})
