import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEvent } from '#lib/audit.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import type { Ledger } from './ledger.ts'
import { openLedger } from './open.ts'
import type { Ending, Observation, PublishedCrl, SearchQuery } from './status-ledger.ts'
import { openTestLedger, testEngines } from './testing/engines.ts'
import {
  ADA,
  after,
  EVE,
  intended,
  issued,
  issueSample,
  NOW,
  sampleCompletion,
  sampleEvent,
  sampleIntent,
} from './testing/samples.ts'
import { verifyLedger } from './verify.ts'

const DAY_MS = 86_400_000
const ISSUER = 'a'.repeat(64)
const USER = { kind: 'user', oid: ADA.oid } as const

function object(key: DirectoryKey, changes: Partial<DirectoryObject> = {}): DirectoryObject {
  return {
    ...key,
    readAt: NOW,
    objectId: null,
    present: true,
    deletedAt: null,
    disabledSince: null,
    nonCompliantSince: null,
    retired: false,
    retiredAt: null,
    riskySince: null,
    enrolledAt: null,
    ...changes,
  }
}

const ada = { kind: 'user', id: ADA.oid } as const
const d1 = { kind: 'entra_device', id: 'd1' } as const
const i1 = { kind: 'intune_device', id: 'i1' } as const

async function sweepIn(ledger: Ledger, ...objects: readonly DirectoryObject[]) {
  const { version, cursors } = await ledger.snapshot()
  const events = objects.map(({ id }) => sampleEvent('directory.changed', null, { id }))
  const sweep = { fromVersion: version, readAt: NOW, cursors }
  return ledger.applySweep({ ...sweep, ...told(objects, events), ending: deletedEnds })
}

function told(objects: readonly DirectoryObject[], events: readonly AuditEvent[] = []) {
  return { keys: objects, merge: () => ({ objects, events }) }
}

const nothingEnds: Ending = () => null

/** A device that is in no directory ends its certificates. */
const deletedEnds: Ending = ({ serial }, objects) => {
  if (objects.some(({ present }) => present)) return null
  const reason = 'cessationOfOperation'
  return {
    change: { serial, reason, at: after(5), by: 'directory', cause: 'device_deleted' },
    event: sampleEvent('certificate.revoked', serial),
  }
}

/** What a look-up saw: these objects, each of which changed. */
function seen(objects: readonly DirectoryObject[], worse = 0): Observation {
  const events = objects.map(({ id }) => sampleEvent('directory.changed', null, { id }))
  return { keys: objects, merge: () => ({ objects, events, worse }), ending: nothingEnds }
}

function observe(ledger: Ledger, ...objects: readonly DirectoryObject[]) {
  return ledger.observe(seen(objects), { window: NOW, max: 0 })
}

function revoke(ledger: Ledger, serial: string, reason: 'superseded' | 'certificateHold') {
  const kind = reason === 'certificateHold' ? 'certificate.held' : 'certificate.revoked'
  return ledger.revoke(
    { serial, reason, at: after(1), by: 'ada', cause: null },
    sampleEvent(kind, serial),
  )
}

async function candidates(ledger: Ledger, changes: { partition?: string; since?: Date } = {}) {
  const page = {
    issuerId: ISSUER,
    partition: null,
    since: NOW,
    after: null,
    limit: 100,
    ...changes,
  }
  return (await ledger.revocationCandidates(page)).map(({ serial }) => serial)
}

describe.each(testEngines())('status on $name', (engine) => {
  const opened: Ledger[] = []
  beforeAll(engine.start)
  afterAll(engine.stop)
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close()
  })

  async function open(url?: string) {
    const ledger = await openLedger(url ?? (await engine.newDatabase()))
    opened.push(ledger)
    return ledger
  }

  describe('the directory snapshot', () => {
    test('begins empty, and a sweep brings objects, cursors, time and events', async () => {
      const ledger = await open()
      expect(await ledger.snapshot()).toStrictEqual({
        version: 0,
        readAt: null,
        cursors: {},
        brake: null,
      })
      const whole = object(d1, {
        objectId: 'o1',
        present: false,
        deletedAt: after(1),
        disabledSince: after(2),
        nonCompliantSince: after(3),
        retired: true,
        retiredAt: after(4),
        riskySince: after(5),
        enrolledAt: after(6),
        readAt: after(7),
      })
      const swept = await ledger.applySweep({
        fromVersion: 0,
        readAt: after(7),
        cursors: { users: 'u1' },
        ...told([whole, object(ada)], [sampleEvent('directory.changed', null, { id: 'd1' })]),
        ending: nothingEnds,
      })
      expect(swept).toBe(true)
      expect(await ledger.snapshot()).toStrictEqual({
        version: 1,
        readAt: after(7),
        cursors: { users: 'u1' },
        brake: null,
      })
      const [first, ...others] = await ledger.directoryObjects([d1, i1])
      expect(first).toStrictEqual(whole)
      expect(others).toEqual([])
      const many = await ledger.directoryObjects([d1, i1, ada, { kind: 'user', id: 'd1' }])
      expect(many.map(({ kind, id }) => [kind, id])).toEqual([
        ['entra_device', 'd1'],
        ['user', 'ada'],
      ])
      expect(await ledger.directoryObjects([])).toEqual([])
      expect((await ledger.auditTrail(0, 9)).map(({ event }) => event.kind)).toEqual([
        'directory.changed',
      ])
      await ledger.selfTest()
    })

    test('a sweep that began from an older version writes nothing', async () => {
      const ledger = await open()
      await sweepIn(ledger, object(ada))
      const late = await ledger.applySweep({
        fromVersion: 0,
        readAt: after(9),
        cursors: { users: 'late' },
        ...told(
          [object(ada, { disabledSince: NOW }), object(d1)],
          [sampleEvent('directory.changed', null)],
        ),
        ending: nothingEnds,
      })
      expect(late).toBe(false)
      expect(await ledger.snapshot()).toMatchObject({ version: 1, readAt: NOW, cursors: {} })
      expect(await ledger.directoryObjects([ada, d1])).toEqual([object(ada)])
      expect((await ledger.auditTrail(0, 9)).map(({ event }) => event.facts)).toEqual([
        { id: 'ada' },
      ])
    })

    test.skipIf(!engine.shared)('of sweeps at the same time one counts', async () => {
      const url = await engine.newDatabase()
      const ledgers = [await open(url), await open(url)]
      const outcomes = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((number) =>
          ledgers[number % 2]?.applySweep({
            fromVersion: 0,
            readAt: NOW,
            cursors: { users: String(number) },
            ...told(
              [object(ada, { riskySince: after(number) })],
              [sampleEvent('directory.changed', null, { number })],
            ),
            ending: nothingEnds,
          }),
        ),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      const winner = outcomes.indexOf(true)
      const [ledger] = ledgers
      expect(await ledger?.snapshot()).toMatchObject({
        version: 1,
        cursors: { users: String(winner) },
      })
      expect(await ledger?.directoryObjects([ada])).toMatchObject([{ riskySince: after(winner) }])
      expect(await ledger?.auditTrail(0, 9)).toMatchObject([
        { event: { facts: { number: winner } } },
      ])
    })

    test('a look-up is merged into what is stored, with its events, and waits for a sweep', async () => {
      const ledger = await open()
      const first = object(ada, { disabledSince: NOW })
      expect(await observe(ledger, first)).toEqual([first])
      const merge: Observation['merge'] = (stored) => {
        expect(stored).toEqual([first])
        return { objects: [object(ada)], events: [], worse: 0 }
      }
      const sight = { keys: [ada, d1], merge, ending: nothingEnds }
      expect(await ledger.observe(sight, { window: NOW, max: 0 })).toEqual([object(ada)])
      expect((await ledger.auditTrail(0, 9)).map(({ event }) => event.facts)).toEqual([
        { id: 'ada' },
      ])
      expect(await ledger.unsettledObjects()).toEqual([ada])
      await observe(ledger, object(d1))
      await sweepIn(ledger, object(ada))
      expect(await ledger.unsettledObjects()).toEqual([d1])
    })

    test('look-ups make only so much worse in one window; past it nothing is stored', async () => {
      const ledger = await open()
      const disable = (id: string, window: Date) => {
        const one = object({ kind: 'entra_device', id }, { disabledSince: NOW })
        return ledger.observe(seen([one], 1), { window, max: 2 })
      }
      expect(await disable('d1', NOW)).toHaveLength(1)
      expect(await disable('d2', NOW)).toHaveLength(1)
      expect(await disable('d3', NOW)).toBeNull()
      expect(await ledger.directoryObjects([{ kind: 'entra_device', id: 'd3' }])).toEqual([])
      expect(await disable('d3', after(1))).toHaveLength(1)
    })

    test('what issuance saw of the holder is stored with the certificate, or not at all', async () => {
      const ledger = await open()
      await sweepIn(ledger, object(d1, { disabledSince: NOW }))
      await ledger.begin(sampleIntent('01'), intended('01'))
      expect(await ledger.unsettledObjects()).toEqual([])
      await ledger.complete(sampleCompletion('01'), issued('01'), seen([object(d1)]))
      expect(await ledger.directoryObjects([d1])).toEqual([object(d1)])
      expect(await ledger.unsettledObjects()).toEqual([d1])
      expect(await candidates(ledger)).toEqual([])

      const late = ledger.complete(sampleCompletion('01'), issued('01'), seen([object(i1)]))
      await expect(late).rejects.toMatchObject({ code: 'internal' })
      expect(await ledger.directoryObjects([i1])).toEqual([])
    })

    test('what the directory ended is revoked with it, for good, and the chain says so', async () => {
      const { store, ledger } = await openTestLedger(await engine.newDatabase())
      opened.push(ledger)
      for (const serial of ['01', '02', '03']) await issueSample(ledger, serial)
      await issueSample(ledger, '04', { holder: USER })
      await revoke(ledger, '02', 'certificateHold')
      await revoke(ledger, '03', 'superseded')
      const gone = { present: false, deletedAt: after(5) }
      await sweepIn(ledger, object(d1, gone), object(i1))
      expect((await ledger.certificate('01'))?.revocation).toBeNull()
      await sweepIn(ledger, object(i1, gone))
      await sweepIn(ledger, object(d1), object(i1))
      for (const serial of ['01', '02']) {
        expect((await ledger.certificate(serial))?.revocation).toEqual({
          at: after(5),
          reason: 'cessationOfOperation',
          by: 'directory',
          cause: 'device_deleted',
        })
      }
      expect((await ledger.certificate('03'))?.revocation).toMatchObject({ reason: 'superseded' })
      expect((await ledger.certificate('04'))?.revocation).toBeNull()
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('a brake is kept beside the snapshot, and its event is in the chain', async () => {
      const ledger = await open()
      const brake = { engagedAt: NOW, changes: 5, bound: 7, releasedAt: null }
      await ledger.setBrake(brake, sampleEvent('brake.engaged', null))
      expect(await ledger.snapshot()).toMatchObject({ version: 0, brake })
      const released = { ...brake, releasedAt: after(1) }
      await ledger.setBrake(released, sampleEvent('brake.released', null))
      expect((await ledger.snapshot()).brake).toStrictEqual(released)
      await ledger.setBrake(null, sampleEvent('brake.released', null))
      expect((await ledger.snapshot()).brake).toBeNull()
      expect(await ledger.auditTrail(0, 9)).toHaveLength(3)
      await expect(ledger.setBrake(null, sampleEvent('service.started', null))).rejects.toThrow(
        'service.started is not an event of the brake',
      )
    })

    test('a sweep of thousands of changes is one transaction', async () => {
      const { store, ledger } = await openTestLedger(await engine.newDatabase())
      opened.push(ledger)
      await issueSample(ledger, '01')
      const objects = Array.from({ length: 2500 }, (_, number) =>
        object({ kind: 'entra_device', id: `d${number}` }, { disabledSince: NOW }),
      )
      const events = objects.map(({ id }) => sampleEvent('directory.changed', null, { id }))
      const sweep = { fromVersion: 0, readAt: NOW, cursors: {}, ...told(objects, events) }
      await ledger.applySweep({ ...sweep, ending: nothingEnds })
      expect(await ledger.directoryObjects(objects)).toHaveLength(2500)
      expect(await ledger.auditTrail(2501, 9)).toMatchObject([
        { sequence: 2502, event: { facts: { id: 'd2499' } } },
      ])
      expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 2502 })
    })
  })

  test('bound objects are those of issued, unexpired certificates, once each, in pages', async () => {
    const ledger = await open()
    const device = (deviceId: string | null, intuneId: string | null) =>
      ({ holder: { kind: 'device', deviceId, intuneId, ownerOid: ADA.oid } }) as const
    await issueSample(ledger, '01', device('d2', 'i1'))
    await issueSample(ledger, '02', device('d1', null))
    await issueSample(ledger, '03', device('d1', 'i2'))
    await issueSample(ledger, '04', { holder: USER })
    await issueSample(ledger, '05', { holder: { kind: 'application', oid: 'app' } })
    await issueSample(ledger, '06', { ...device('d0', 'i0'), notAfter: after(-1) })
    await issueSample(ledger, '07', device('d9', 'i9'))
    await ledger.void('07', NOW, sampleEvent('certificate.voided', '07'))
    await ledger.begin(sampleIntent('08', device('d8', 'i8')), intended('08'))

    const wanted = [
      ['entra_device', 'd1'],
      ['entra_device', 'd2'],
      ['intune_device', 'i1'],
      ['intune_device', 'i2'],
      ['user', 'ada'],
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

  describe('the version of all statuses', () => {
    const table: [string, (ledger: Ledger) => Promise<unknown>][] = [
      ['revoke', (ledger) => revoke(ledger, '01', 'superseded')],
      [
        'release',
        async (ledger) => {
          await revoke(ledger, '01', 'certificateHold')
          return ledger.release('01', NOW, sampleEvent('certificate.released', '01'))
        },
      ],
      ['void', (ledger) => ledger.void('01', NOW, sampleEvent('certificate.voided', '01'))],
      [
        'expirePending',
        async (ledger) => {
          await ledger.begin(sampleIntent('02', { createdAt: after(-9) }), intended('02'))
          return ledger.expirePending(NOW, NOW)
        },
      ],
      [
        'blockKey',
        (ledger) =>
          ledger.blockKey(
            { keyThumbprint: 'key of 01', at: NOW, by: 'ada', revokedSince: null },
            sampleEvent('key.blocked', '01'),
          ),
      ],
      ['a sweep with changes', (ledger) => sweepIn(ledger, object(d1, { disabledSince: NOW }))],
      ['an unsound object', (ledger) => observe(ledger, object(d1, { nonCompliantSince: NOW }))],
      ['the brake', (ledger) => ledger.setBrake(null, sampleEvent('brake.released', null))],
    ]
    test.each(table)('grows by %s', async (_, change) => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const before = await ledger.statusVersion()
      expect(before).toBe(await ledger.statusVersion())
      await change(ledger)
      expect(await ledger.statusVersion()).toBeGreaterThan(before)
    })

    const idle: [string, (ledger: Ledger) => Promise<unknown>][] = [
      ['a new certificate', (ledger) => issueSample(ledger, '02')],
      ['an intent', (ledger) => ledger.begin(sampleIntent('02'), intended('02'))],
      ['a revocation that does nothing', (ledger) => revoke(ledger, '99', 'superseded')],
      ['a sweep without changes', (ledger) => sweepIn(ledger)],
      [
        'a sweep that heard of an object again',
        (ledger) => {
          const sweep = { fromVersion: 0, readAt: NOW, cursors: {}, ...told([object(d1)]) }
          return ledger.applySweep({ ...sweep, ending: nothingEnds })
        },
      ],
      [
        'a look-up without a change',
        (ledger) =>
          ledger.observe(
            { ...seen([]), merge: () => ({ objects: [object(d1)], events: [], worse: 0 }) },
            { window: NOW, max: 0 },
          ),
      ],
      ['an audit event', (ledger) => ledger.audit(sampleEvent('service.started', null))],
    ]
    test.each(idle)('stays with %s', async (_, change) => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const before = await ledger.statusVersion()
      await change(ledger)
      expect(await ledger.statusVersion()).toBe(before)
    })

    test.skipIf(!engine.shared)('REV-11: is seen by another replica at once', async () => {
      const url = await engine.newDatabase()
      const [one, other] = [await open(url), await open(url)]
      const before = await other.statusVersion()
      await issueSample(one, '01')
      await revoke(one, '01', 'superseded')
      expect(await other.statusVersion()).toBeGreaterThan(before)
    })
  })

  describe('candidates for revocation', () => {
    const marks: [string, DirectoryObject][] = [
      ['a deleted device', object(d1, { present: false, deletedAt: after(1) })],
      ['a device that is not there', object(i1, { present: false, deletedAt: after(-1) })],
      ['a disabled device', object(d1, { disabledSince: after(-1) })],
      ['a non-compliant device', object(i1, { nonCompliantSince: NOW })],
      ['a retired device', object(i1, { retired: true, retiredAt: after(1) })],
    ]
    test.each(marks)('%s makes one, from sweep and from look-up', async (_, marked) => {
      const swept = await open()
      await issueSample(swept, '01')
      await issueSample(swept, '02', { holder: USER })
      await sweepIn(swept, marked)
      expect(await candidates(swept)).toEqual(['01'])

      const looked = await open()
      await issueSample(looked, '01')
      await observe(looked, marked)
      expect(await candidates(looked)).toEqual(['01'])

      const existing = await open()
      await observe(existing, marked)
      await issueSample(existing, '01')
      expect(await candidates(existing)).toEqual(['01'])
    })

    test('a user at risk makes one; what is well again is none', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { holder: USER })
      // The owner of a device is not what its certificate hangs on.
      await issueSample(ledger, '02')
      // An application with the same id is somebody else.
      await issueSample(ledger, '03', { holder: { kind: 'application', oid: ADA.oid } })
      await sweepIn(ledger, object(ada, { riskySince: NOW }))
      expect(await candidates(ledger)).toEqual(['01'])
      await sweepIn(ledger, object(ada))
      expect(await candidates(ledger)).toEqual([])
    })

    test('revoked, held and void ones are there, of one issuer, while they have not expired', async () => {
      const ledger = await open()
      for (const serial of ['01', '02', '03', '04', '05']) await issueSample(ledger, serial)
      await revoke(ledger, '04', 'superseded')
      await revoke(ledger, '02', 'certificateHold')
      await ledger.begin(sampleIntent('06'), intended('06'))
      await ledger.void('06', NOW, sampleEvent('certificate.voided', '06'))
      await ledger.void('05', NOW, sampleEvent('certificate.voided', '05'))
      await ledger.begin(sampleIntent('07'), intended('07'))
      await issueSample(ledger, '08', { issuerId: 'b'.repeat(64) })
      await revoke(ledger, '08', 'superseded')
      await issueSample(ledger, '09', { notAfter: after(-1) })
      await revoke(ledger, '09', 'superseded')
      expect(await candidates(ledger)).toEqual(['02', '04', '05', '06'])
      expect(await candidates(ledger, { since: after(-1) })).toEqual(['02', '04', '05', '06', '09'])

      const page = { issuerId: ISSUER, partition: null, since: NOW, after: '02', limit: 2 }
      const found = await ledger.revocationCandidates(page)
      expect(found.map(({ serial }) => serial)).toEqual(['04', '05'])
      expect(found[0]).toStrictEqual(await ledger.certificate('04'))
    })

    test('a CRL gets the same ones in few columns', async () => {
      const ledger = await open()
      for (const serial of ['01', '02', '03']) await issueSample(ledger, serial, { holder: USER })
      await revoke(ledger, '02', 'superseded')
      await sweepIn(ledger, object(ada, { disabledSince: after(1) }))
      const page = { issuerId: ISSUER, since: NOW, after: null, limit: 2 }
      const partition = '2026-03'
      expect(await ledger.stopped(page)).toEqual([
        { serial: '01', partition, revocation: null },
        { serial: '02', partition, revocation: { atMs: after(1).getTime(), reason: 'superseded' } },
      ])
      expect(await ledger.stopped({ ...page, after: '02' })).toEqual([
        { serial: '03', partition, revocation: null },
      ])
    })

    test('a partition is a month, in UTC, and the record says which', async () => {
      const ledger = await open()
      const moments = {
        '01': '2025-12-31T23:59:59.999Z',
        '02': '2026-01-01T00:00:00.000Z',
        '03': '2026-01-31T23:59:59.999Z',
        '04': '2028-02-29T12:00:00.000Z',
      }
      for (const [serial, moment] of Object.entries(moments)) {
        await issueSample(ledger, serial, { createdAt: new Date(moment) })
        await revoke(ledger, serial, 'superseded')
        expect((await ledger.certificate(serial))?.partition).toBe(moment.slice(0, 7))
      }
      expect(await candidates(ledger, { partition: '2025-12' })).toEqual(['01'])
      expect(await candidates(ledger, { partition: '2026-01' })).toEqual(['02', '03'])
      expect(await candidates(ledger, { partition: '2028-02' })).toEqual(['04'])
      expect(await candidates(ledger, { partition: '2028-03' })).toEqual([])
    })
  })

  test('unexpired gives issued and void certificates by serial, in pages', async () => {
    const ledger = await open()
    for (const serial of ['03', '01', '02']) await issueSample(ledger, serial)
    await ledger.void('02', NOW, sampleEvent('certificate.voided', '02'))
    await issueSample(ledger, '04', { notAfter: after(-1) })
    await ledger.begin(sampleIntent('05'), intended('05'))
    const page = async (after: string | null, limit: number) =>
      (await ledger.unexpired({ since: NOW, after, limit })).map(({ serial }) => serial)
    expect(await page(null, 10)).toEqual(['01', '02', '03'])
    expect(await page(null, 2)).toEqual(['01', '02'])
    expect(await page('02', 2)).toEqual(['03'])
  })

  test('several serials are read at once', async () => {
    const ledger = await open()
    for (const serial of ['01', '02', '03']) await issueSample(ledger, serial)
    const found = await ledger.certificatesBySerial(['03', '99', '01'])
    expect(found.map(({ serial }) => serial).sort()).toEqual(['01', '03'])
    expect(await ledger.certificatesBySerial([])).toEqual([])
  })

  describe('CRLs', () => {
    const crl: PublishedCrl = {
      issuerId: ISSUER,
      partition: null,
      delta: false,
      number: 10,
      baseNumber: null,
      thisUpdate: NOW,
      nextUpdate: after(DAY_MS),
      entries: 3,
      der: Uint8Array.of(0x30, 0x00),
    }
    const published = sampleEvent('crl.published', null)

    test('each kind is stored on its own, and a number only grows', async () => {
      const ledger = await open()
      const delta = { ...crl, delta: true, number: 12, baseNumber: 10 }
      const month = { ...crl, partition: '2026-03', number: 11 }
      expect(await ledger.publishedCrl(crl)).toBeNull()
      for (const each of [crl, delta, month]) {
        expect(await ledger.publishCrl(each, published)).toBe(true)
      }
      for (const each of [crl, delta, month]) {
        const stored = await ledger.publishedCrl(each)
        expect(stored).toStrictEqual(each)
        expect(stored?.der.constructor).toBe(Uint8Array)
      }
      const late = { ...crl, number: 9, der: Uint8Array.of(1) }
      expect(await ledger.publishCrl(late, published)).toBe(false)
      expect(await ledger.publishCrl({ ...late, number: 10 }, published)).toBe(false)
      expect(await ledger.publishCrl({ ...late, number: 13 }, published)).toBe(true)
      expect((await ledger.publishedCrl(crl))?.number).toBe(13)
      expect(await ledger.publishedCrlNumber(crl)).toBe(13)
      expect(await ledger.publishedCrlNumber({ ...crl, partition: '2020-01' })).toBeNull()
      expect(await ledger.auditTrail(0, 9)).toHaveLength(4)
      await expect(ledger.publishCrl(crl, sampleEvent('service.started', null))).rejects.toThrow(
        'service.started does not publish a CRL',
      )
    })

    test('numbers grow strictly, from two replicas and with a clock that jumps back', async () => {
      const url = await engine.newDatabase()
      const one = await open(url)
      const other = engine.shared ? await open(url) : one
      expect(await one.nextCrlNumber(ISSUER, 1000)).toBe(1000)
      expect(await other.nextCrlNumber(ISSUER, 10)).toBe(1001)
      expect(await one.nextCrlNumber(ISSUER, 5000)).toBe(5000)
      const numbers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 ? one : other).nextCrlNumber(ISSUER, index),
        ),
      )
      expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => 5001 + index))
      expect(await one.nextCrlNumber('b'.repeat(64), 7)).toBe(7)
    })
  })

  test('a lease is held by one, prolonged by the same, and free when it has run out', async () => {
    const url = await engine.newDatabase()
    const one = await open(url)
    const other = engine.shared ? await open(url) : one
    const first = await Promise.all([
      one.takeLease('sweep', 'one', NOW, after(100)),
      other.takeLease('sweep', 'other', NOW, after(100)),
    ])
    expect(first.filter(Boolean)).toHaveLength(1)
    const [holder, loser] = first[0] ? ['one', 'other'] : ['other', 'one']
    expect(await one.takeLease('sweep', holder, after(50), after(150))).toBe(true)
    expect(await one.takeLease('sweep', loser, after(149), after(300))).toBe(false)
    expect(await one.takeLease('sweep', loser, after(150), after(300))).toBe(true)
    expect(await one.takeLease('crl', holder, NOW, after(100))).toBe(true)
  })

  test('a lease from a clock that was ahead does not last until then', async () => {
    const ledger = await open()
    const [dayMs, minuteMs] = [86_400_000, 60_000]
    const ahead = [after(dayMs), after(dayMs + minuteMs)] as const
    expect(await ledger.takeLease('crl', 'one', ...ahead)).toBe(true)
    expect(await ledger.takeLease('crl', 'other', NOW, after(minuteMs))).toBe(true)
    // Clocks that differ a little share it as ever.
    expect(await ledger.takeLease('crl', 'one', after(-minuteMs), NOW)).toBe(false)
  })

  describe('search', () => {
    const everything: SearchQuery = {
      text: null,
      validity: 'any',
      profile: null,
      now: NOW,
      after: null,
      limit: 50,
    }
    async function filled() {
      const ledger = await open()
      await issueSample(ledger, '0a01', { displayName: 'Adas Läptop', subject: 'CN=D1' })
      await issueSample(ledger, '0a02', {
        holder: USER,
        profile: 'user',
        displayName: 'Ada Lovelace',
        subject: 'CN=Ada Lovelace',
        subjectAltName: 'UPN:Ada@contoso.example',
      })
      await issueSample(ledger, '0b03', {
        owner: EVE,
        holder: { kind: 'application', oid: 'app' },
        profile: 'application',
        displayName: 'radius\nserver',
        subject: 'CN=radius.contoso.example',
        subjectAltName: 'DNS:radius.contoso.example, DNS:ada.contoso.example',
      })
      await issueSample(ledger, '0b04', { displayName: 'Old', notAfter: after(-1) })
      await revoke(ledger, '0b04', 'superseded')
      await issueSample(ledger, '0b05', {
        holder: { kind: 'device', deviceId: 'd5', intuneId: null, ownerOid: ADA.oid },
        displayName: 'Gone',
        subject: 'CN=d5',
        subjectAltName: '',
      })
      await sweepIn(
        ledger,
        object({ kind: 'entra_device', id: 'd5' }, { present: false, deletedAt: after(1) }),
        object(d1, { disabledSince: NOW }),
      )
      await ledger.begin(sampleIntent('0b06'), intended('0b06'))
      return ledger
    }
    const table: [string, Partial<SearchQuery>, readonly string[]][] = [
      ['everything but what is not issued', {}, ['0b05', '0b04', '0b03', '0a02', '0a01']],
      ['a page', { limit: 2 }, ['0b05', '0b04']],
      ['the next page', { limit: 2, after: '0b04' }, ['0b03', '0a02']],
      ['the beginning of a serial', { text: '0A0' }, ['0a02', '0a01']],
      ['the beginning of a name, without case', { text: 'ADA' }, ['0a02', '0a01']],
      ['a name with letters outside ASCII', { text: 'Adas LÄ' }, ['0a01']],
      ['a user principal name', { text: 'ada@CONTOSO' }, ['0a02']],
      ['a subject', { text: 'D' }, ['0b05', '0b04', '0a01']],
      ['a DNS name', { text: 'radius.c' }, ['0b03']],
      ['a name over two lines', { text: 'radius server' }, ['0b03']],
      ['an Intune id', { text: 'i1' }, ['0b04', '0a01']],
      ['a text with a page', { text: 'ada', limit: 1, after: '0a02' }, ['0a01']],
      ['no text in the middle', { text: 'lovelace' }, []],
      ['no pattern', { text: '%' }, []],
      ['blanks around', { text: '  gone ' }, ['0b05']],
      ['a profile', { profile: 'user' }, ['0a02']],
      // What the directory says may be either: policy decides.
      ['active ones', { validity: 'active' }, ['0b03', '0a02', '0a01']],
      ['expired ones', { validity: 'expired' }, ['0b04']],
      ['revoked ones', { validity: 'revoked' }, ['0b05', '0b04', '0a01']],
      ['a text among the revoked', { validity: 'revoked', text: 'gone' }, ['0b05']],
      ['a text among the expired', { validity: 'expired', text: 'gone' }, []],
    ]
    test('finds', async () => {
      const ledger = await filled()
      for (const [name, query, serials] of table) {
        const found = await ledger.search({ ...everything, ...query })
        expect(
          found.map(({ serial }) => serial),
          name,
        ).toEqual(serials)
      }
    })

    test('a beginning that hundreds share is found in the order of serials', async () => {
      const ledger = await open()
      const serialOf = (number: number) => number.toString(16).padStart(4, '0')
      await Promise.all(
        Array.from({ length: 600 }, (_, number) => {
          const displayName = number % 2 === 0 ? 'Even' : 'Odd'
          const subjectAltName = 'UPN:same'
          return issueSample(ledger, serialOf(number), { displayName, subjectAltName })
        }),
      )
      const page = async (text: string, after: string | null) => {
        const found = await ledger.search({ ...everything, text, after, limit: 3 })
        return found.map(({ serial }) => Number.parseInt(serial, 16))
      }
      expect(await page('same', null)).toEqual([599, 598, 597])
      expect(await page('same', serialOf(2))).toEqual([1, 0])
      expect(await page('odd', serialOf(500))).toEqual([499, 497, 495])
    })
  })

  test('a request is not answered again with what the directory ended', async () => {
    const ledger = await open()
    await issueSample(ledger, '01')
    const again = (serial: string) => {
      const { requestKey } = sampleIntent('01')
      return ledger.begin(sampleIntent(serial, { requestKey }), intended(serial))
    }
    await sweepIn(ledger, object(i1, { nonCompliantSince: NOW }))
    expect(await again('02')).toMatchObject({ kind: 'answered', serial: '01' })
    const gone = { present: false, deletedAt: after(1) }
    await sweepIn(ledger, object(d1, gone), object(i1, gone))
    // It is back, for those that come after.
    await sweepIn(ledger, object(d1), object(i1))
    expect(await again('03')).toEqual({ kind: 'reserved' })
  })

  test('a completed certificate whose serial was held meanwhile is a candidate', async () => {
    const ledger = await open()
    await ledger.begin(sampleIntent('01'), intended('01'))
    await sweepIn(ledger, object(i1, { nonCompliantSince: NOW }))
    expect(await candidates(ledger)).toEqual([])
    await ledger.complete(sampleCompletion('01'), issued('01'))
    expect(await candidates(ledger)).toEqual(['01'])
  })
})
