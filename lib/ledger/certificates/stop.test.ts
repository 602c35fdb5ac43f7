import { describe, expect, test } from 'vitest'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import type { Intent, Ledger, LostReport } from '#lib/ledger/ledger.ts'
import type { RevocationChange } from '#lib/ledger/records.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  completeSample,
  EVE,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'
import type { Holder } from '#lib/model.ts'

const ALONE = { withDescendants: false }
const WITH_DESCENDANTS = { withDescendants: true }

function device(deviceId: string | null, intuneId: string | null, ownerOid = ADA.oid): Holder {
  return { kind: 'device', deviceId, intuneId, ownerOid }
}

function report(changes: Partial<LostReport> = {}): LostReport {
  return {
    deviceId: 'd1',
    intuneId: 'i1',
    at: after(3),
    reporterOid: 'ada',
    by: 'ada@x',
    ...changes,
  }
}

function reportLost(ledger: Ledger, changes: Partial<LostReport> = {}) {
  return ledger.reportLost(report(changes), sampleEvent('device.reported_lost', null))
}

function withdraw(ledger: Ledger, deviceId: string | null, intuneId: string | null) {
  const event = sampleEvent('device.report_withdrawn', null)
  return ledger.withdrawReport({ deviceId, intuneId }, event)
}

function stop(
  ledger: Ledger,
  serial: string,
  changes: Partial<RevocationChange> = {},
  options = ALONE,
) {
  const change = { serial, reason: 'superseded', at: after(1), by: 'ada', cause: null } as const
  const wanted = { ...change, ...changes }
  const kind = wanted.reason === 'certificateHold' ? 'certificate.held' : 'certificate.revoked'
  return ledger.revoke(wanted, options, sampleEvent(kind, serial))
}

function hold(ledger: Ledger, serial: string, cause: 'by_owner' | 'by_operator' = 'by_owner') {
  return stop(ledger, serial, { reason: 'certificateHold', cause })
}

function release(
  ledger: Ledger,
  serial: string,
  ...causes: ('by_owner' | 'by_operator' | 'lost_device')[]
) {
  return ledger.release(serial, causes, sampleEvent('certificate.released', serial))
}

function blockKey(ledger: Ledger, keyThumbprint: string) {
  const block = { keyThumbprint, at: after(9), by: 'ops' }
  return ledger.blockKey(block, sampleEvent('key.blocked', null))
}

async function causes(ledger: Ledger, ...serials: readonly string[]) {
  const found = await ledger.certificatesBySerial(serials)
  const of = new Map(found.map((one) => [one.serial, one]))
  return serials.map((serial) => {
    const { state, revocation } = of.get(serial) ?? {}
    return `${state} ${revocation?.reason ?? 'good'} ${revocation?.cause ?? '-'}`
  })
}

const GOOD = 'issued good -'
const LOST = 'issued certificateHold lost_device'
const RENEWED = 'issued superseded renewed_from_revoked'

describe.each(testEngines())('what stops certificates on $name', (engine) => {
  const { open, openWithStore } = ledgersOn(engine)

  /** 01 was renewed to 02 and that to 03; 04, from 01, is pending; 09 is unrelated. */
  async function chain() {
    const both = await openWithStore()
    const { ledger } = both
    await issueSample(ledger, '01')
    await issueSample(ledger, '02', { replaces: '01', enrollment: '01' })
    await issueSample(ledger, '03', { replaces: '02', enrollment: '01' })
    await ledger.begin(sampleIntent('04', { replaces: '01', enrollment: '01' }), intended('04'))
    await issueSample(ledger, '09', { replaces: '08' })
    // Somebody signed in for it, so it is no descendant of what it replaces.
    await issueSample(ledger, '10', { replaces: '01' })
    return both
  }

  describe('begin refuses', () => {
    const begin = (ledger: Ledger, serial: string, changes: Partial<Intent> = {}) =>
      ledger.begin(sampleIntent(serial, changes), intended(serial))

    test.each([
      ['both ids', {}],
      ['its Entra id', { intuneId: null }],
      ['its Intune id', { deviceId: null }],
    ])('a device that is reported lost by %s, whoever asks for it', async (_, reported) => {
      const ledger = await open()
      await reportLost(ledger, reported)
      for (const owner of [ADA, EVE]) {
        const holder = device('d1', 'i1', owner.oid)
        expect(await begin(ledger, '01', { owner, holder })).toEqual({ kind: 'device_lost' })
      }
      expect(await ledger.certificate('01')).toBeNull()
      expect(await begin(ledger, '02', { holder: device('d2', null) })).toEqual({
        kind: 'reserved',
      })
      expect(await begin(ledger, '03', { holder: { kind: 'user', oid: ADA.oid } })).toEqual({
        kind: 'reserved',
      })
      await withdraw(ledger, 'd1', 'i1')
      expect(await begin(ledger, '01')).toEqual({ kind: 'reserved' })
    })

    test('a renewal of what is on hold, revoked or void', async () => {
      const ledger = await open()
      for (const serial of ['01', '02', '03', '04']) await issueSample(ledger, serial)
      await hold(ledger, '01')
      await stop(ledger, '02')
      await ledger.void('03', NOW, sampleEvent('certificate.voided', '03'))
      for (const replaces of ['01', '02', '03']) {
        expect(await begin(ledger, '10', { replaces })).toEqual({
          kind: 'replaced_revoked_or_held',
        })
      }
      expect(await begin(ledger, '10', { replaces: '04' })).toEqual({ kind: 'reserved' })
    })

    test('a repeated renewal is answered though what it replaced has ended since', async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      await issueSample(ledger, '02', { replaces: '01', requestKey: 'same', keyThumbprint: 'same' })
      await stop(ledger, '01')
      const again = { replaces: '01', requestKey: 'same', keyThumbprint: 'same' }
      expect(await begin(ledger, '03', again)).toMatchObject({ kind: 'answered', serial: '02' })
      await reportLost(ledger)
      expect(await begin(ledger, '03', again)).toEqual({ kind: 'device_lost' })
    })

    test('to repeat an answer that has expired', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', {
        requestKey: 'same',
        keyThumbprint: 'same',
        notAfter: after(1000),
      })
      const again = (ms: number) => ({
        requestKey: 'same',
        keyThumbprint: 'same',
        createdAt: after(ms),
      })
      expect(await begin(ledger, '02', again(999))).toMatchObject({ kind: 'answered' })
      expect(await begin(ledger, '02', again(1000))).toEqual({ kind: 'reserved' })
    })

    test('a key of somebody else in any state, so that nobody can squat it', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { keyThumbprint: 'issued' })
      await begin(ledger, '02', { keyThumbprint: 'pending' })
      await issueSample(ledger, '03', { keyThumbprint: 'void' })
      await ledger.void('03', NOW, sampleEvent('certificate.voided', '03'))
      await issueSample(ledger, '04', { keyThumbprint: 'held' })
      await hold(ledger, '04')
      for (const keyThumbprint of ['issued', 'pending', 'void', 'held']) {
        const squat = { owner: EVE, keyThumbprint }
        expect(await begin(ledger, '10', squat)).toEqual({ kind: 'key_bound' })
      }
    })
  })

  describe('complete', () => {
    const table: [string, (ledger: Ledger) => Promise<unknown>, string, Partial<Intent>?][] = [
      ['the device is reported lost', (ledger) => reportLost(ledger), 'device_lost'],
      [
        'the device is reported lost by its Intune id alone',
        (ledger) => reportLost(ledger, { deviceId: null }),
        'device_lost',
      ],
      [
        'what it replaces is put on hold',
        (ledger) => hold(ledger, '01'),
        'replaced_revoked_or_held',
      ],
      ['what it replaces is revoked', (ledger) => stop(ledger, '01'), 'replaced_revoked_or_held'],
      [
        'what it replaces is revoked with its descendants',
        (ledger) => stop(ledger, '01', {}, WITH_DESCENDANTS),
        'replaced_revoked_or_held',
      ],
      ['its key is blocked', (ledger) => blockKey(ledger, 'key of 02'), 'key_blocked'],
      [
        'the key of what it replaces is blocked',
        (ledger) => blockKey(ledger, 'key of 01'),
        'replaced_revoked_or_held',
      ],
      [
        'it was withdrawn',
        (ledger) => ledger.void('02', NOW, sampleEvent('certificate.voided', '02')),
        'withdrawn',
      ],
      ['it took too long', (ledger) => ledger.expirePending(after(1), after(2)), 'withdrawn'],
      [
        'a report was made and withdrawn',
        async (ledger) => {
          await reportLost(ledger)
          await withdraw(ledger, 'd1', null)
        },
        'withdrawn',
      ],
      [
        'the person put all on hold',
        (ledger) =>
          ledger.holdPerson(
            { oid: ADA.oid, at: after(3), by: 'ada@x' },
            sampleEvent('person.held', null),
          ),
        'withdrawn',
        { holder: { kind: 'user', oid: ADA.oid }, replaces: null },
      ],
    ]
    test.each(table)('gives nothing out when %s', async (_, meanwhile, result, changes = {}) => {
      const { store, ledger } = await openWithStore()
      await issueSample(ledger, '01')
      await ledger.begin(sampleIntent('02', { replaces: '01', ...changes }), intended('02'))
      await meanwhile(ledger)
      const before = [await ledger.certificate('02'), await ledger.auditTrail(0, 99)]
      expect(await completeSample(ledger, '02')).toBe(result)
      expect([await ledger.certificate('02'), await ledger.auditTrail(0, 99)]).toEqual(before)
      expect(await ledger.der('02')).toBeNull()
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })
  })

  describe('descendants', () => {
    test('are revoked with their ancestor, however far down, and what is made of it is void', async () => {
      const { store, ledger } = await chain()
      const changed = await stop(ledger, '01', { cause: 'by_operator' }, WITH_DESCENDANTS)
      expect(changed).toEqual(['01', '02', '03', '04'])
      expect(await causes(ledger, '01', '02', '03', '04', '09')).toEqual([
        'issued superseded by_operator',
        RENEWED,
        RENEWED,
        'void superseded renewed_from_revoked',
        GOOD,
      ])
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('stay as they are unless that is wanted', async () => {
      const { ledger } = await chain()
      expect(await stop(ledger, '01')).toEqual(['01'])
      expect(await causes(ledger, '02', '03')).toEqual([GOOD, GOOD])
      // Descendants can be revoked later, after their ancestor.
      expect(await stop(ledger, '01', {}, WITH_DESCENDANTS)).toEqual(['02', '03', '04'])
      expect(await stop(ledger, '01', {}, WITH_DESCENDANTS)).toEqual([])
    })

    test('of a certificate in the middle leave out what came before it', async () => {
      const { ledger } = await chain()
      expect(await stop(ledger, '02', {}, WITH_DESCENDANTS)).toEqual(['02', '03'])
      expect(await causes(ledger, '01')).toEqual([GOOD])
    })

    test('are reached through one that is revoked or void, which stays as it is', async () => {
      const { ledger } = await chain()
      await stop(ledger, '02', { cause: 'by_owner' })
      expect(await stop(ledger, '01', {}, WITH_DESCENDANTS)).toEqual(['01', '03', '04'])
      expect(await causes(ledger, '02', '03')).toEqual(['issued superseded by_owner', RENEWED])
    })

    test('are put on hold with their ancestor; a hold becomes a revocation', async () => {
      const { ledger } = await chain()
      const wanted = { reason: 'certificateHold', cause: 'by_operator' } as const
      expect(await stop(ledger, '01', wanted, WITH_DESCENDANTS)).toEqual(['01', '02', '03', '04'])
      const held = 'issued certificateHold by_operator'
      expect(await causes(ledger, '01', '02', '03', '04')).toEqual([
        held,
        held,
        held,
        'void cessationOfOperation not_delivered',
      ])
      expect(await stop(ledger, '01', {}, WITH_DESCENDANTS)).toEqual(['01', '02', '03'])
      expect(await causes(ledger, '03')).toEqual([RENEWED])
    })

    test('are held by the operator from then on, though a person held them before', async () => {
      const { ledger } = await chain()
      await hold(ledger, '02', 'by_owner')
      const wanted = { reason: 'certificateHold', cause: 'by_operator' } as const
      expect(await stop(ledger, '01', wanted, WITH_DESCENDANTS)).toEqual(['01', '02', '03', '04'])
      expect(await release(ledger, '02', 'by_owner')).toBe(false)
      expect(await stop(ledger, '01', wanted, WITH_DESCENDANTS)).toEqual([])
    })

    test('of a reported key are revoked with it, though their keys are others', async () => {
      const { store, ledger } = await chain()
      await issueSample(ledger, '05', { keyThumbprint: 'key of 01' })
      await issueSample(ledger, '06', { replaces: '05', enrollment: '05' })
      // It was revoked before; what was renewed from it is revoked because of the key.
      await stop(ledger, '01')
      expect(await blockKey(ledger, 'key of 01')).toEqual(['01', '05', '02', '03', '04', '06'])
      const compromised = 'issued keyCompromise key_compromise'
      const withdrawn = 'issued privilegeWithdrawn renewed_from_revoked'
      expect(await causes(ledger, '01', '02', '03', '04', '05', '06', '09')).toEqual([
        compromised,
        withdrawn,
        withdrawn,
        'void privilegeWithdrawn renewed_from_revoked',
        compromised,
        withdrawn,
        GOOD,
      ])
      expect(await ledger.keyIsBlocked('key of 02')).toBe(false)
      expect(await blockKey(ledger, 'key of 01')).toEqual([])
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('that replace each other come to an end', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { replaces: '02', enrollment: '00' })
      await issueSample(ledger, '02', { replaces: '01', enrollment: '00' })
      expect(await stop(ledger, '01', {}, WITH_DESCENDANTS)).toEqual(['01', '02'])
    })
  })

  describe('a report of a lost device', () => {
    test('holds every certificate of it, whoever enrolled it, and voids what is being made', async () => {
      const { store, ledger } = await openWithStore()
      await issueSample(ledger, '01')
      await issueSample(ledger, '02', { owner: EVE, holder: device('d1', 'i0', 'eve') })
      await issueSample(ledger, '03', { holder: device(null, 'i1') })
      await issueSample(ledger, '04', { holder: device('d2', 'i2') })
      await issueSample(ledger, '05', { holder: { kind: 'user', oid: ADA.oid } })
      await issueSample(ledger, '06')
      await stop(ledger, '06')
      await issueSample(ledger, '07')
      await hold(ledger, '07', 'by_operator')
      await ledger.begin(sampleIntent('08', { owner: EVE }), intended('08'))
      expect([...(await reportLost(ledger))].sort()).toEqual(['01', '02', '03'])
      expect(await causes(ledger, '01', '02', '03', '04', '05', '06', '07', '08')).toEqual([
        ...[LOST, LOST, LOST, GOOD, GOOD],
        'issued superseded -',
        'issued certificateHold by_operator',
        'void cessationOfOperation not_delivered',
      ])
      expect((await ledger.certificate('01'))?.revocation).toMatchObject({
        at: after(3),
        by: 'ada@x',
      })
      expect(await reportLost(ledger)).toEqual([])
      expect(await ledger.lostReport({ deviceId: 'd1', intuneId: null })).toStrictEqual(report())
      expect(await verifyLedger(store)).toMatchObject({ ok: true })

      const freed = await withdraw(ledger, 'd1', null)
      expect([...(freed ?? [])].sort()).toEqual(['01', '02', '03'])
      expect(await causes(ledger, '01', '02', '03', '07')).toEqual([
        ...[GOOD, GOOD, GOOD],
        'issued certificateHold by_operator',
      ])
      expect(await withdraw(ledger, 'd1', 'i1')).toBeNull()
      expect(await ledger.lostReport({ deviceId: 'd1', intuneId: 'i1' })).toBeNull()
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('stands for either of its ids; the first one is told', async () => {
      const ledger = await open()
      await reportLost(ledger, { intuneId: null })
      await reportLost(ledger, { at: after(9), reporterOid: 'eve', by: 'eve@x' })
      await reportLost(ledger, { deviceId: 'd3', intuneId: null })
      const told = (deviceId: string | null, intuneId: string | null) =>
        ledger.lostReport({ deviceId, intuneId })
      expect(await told('d1', 'i1')).toMatchObject({ intuneId: null, by: 'ada@x' })
      expect(await told(null, 'i1')).toMatchObject({ intuneId: 'i1', by: 'eve@x' })
      expect(await told('d1', null)).toMatchObject({ by: 'ada@x' })
      expect(await told('d2', 'i2')).toBeNull()
      expect(await withdraw(ledger, 'd1', null)).toEqual([])
      expect(await told('d1', 'i1')).toBeNull()
      expect(await told('d3', null)).not.toBeNull()
    })

    test('of one record leaves on hold what a report of another record names', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { holder: device('d1', 'i1') })
      await issueSample(ledger, '02', { holder: device('d2', 'i1') })
      await reportLost(ledger)
      await reportLost(ledger, { deviceId: 'd2', intuneId: null })
      expect(await withdraw(ledger, 'd1', null)).toEqual(['01'])
      expect(await causes(ledger, '01', '02')).toEqual([GOOD, LOST])
    })

    test('cannot be undone by the release of a certificate, whoever held it', async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      await issueSample(ledger, '02')
      await hold(ledger, '02', 'by_operator')
      await reportLost(ledger)
      expect(await release(ledger, '01', 'lost_device', 'by_operator')).toBe(false)
      expect(await release(ledger, '02', 'lost_device', 'by_operator')).toBe(false)
      await withdraw(ledger, 'd1', null)
      expect(await causes(ledger, '01')).toEqual([GOOD])
      expect(await release(ledger, '02', 'by_operator')).toBe(true)
    })

    test('revokes for good what it held, once its time is over, and still stands', async () => {
      const { store, ledger } = await openWithStore()
      for (const serial of ['01', '02']) await issueSample(ledger, serial)
      await issueSample(ledger, '03', { holder: { kind: 'user', oid: ADA.oid } })
      await issueSample(ledger, '04', { holder: device('d2', null) })
      await reportLost(ledger)
      await hold(ledger, '02', 'by_operator')
      const person = { oid: ADA.oid, at: after(4), by: 'ada@x' }
      await ledger.holdPerson(person, sampleEvent('person.held', null))
      await reportLost(ledger, { deviceId: 'd2', intuneId: null, at: after(5) })
      const version = await ledger.statusVersion()
      expect(await ledger.revokeLost(after(2), after(9))).toEqual([])
      expect(await ledger.statusVersion()).toBe(version)
      expect(await ledger.revokeLost(after(4), after(9))).toEqual(['01', '03'])
      expect(await ledger.revokeLost(after(4), after(9))).toEqual([])
      expect(await ledger.statusVersion()).toBeGreaterThan(version)
      const ENDED = 'issued cessationOfOperation lost_device'
      expect(await causes(ledger, '01', '02', '03', '04')).toEqual([
        ...[ENDED, 'issued certificateHold by_operator', ENDED, LOST],
      ])
      expect((await ledger.certificate('01'))?.revocation).toMatchObject({ at: after(9) })
      const { event } = (await ledger.auditTrail(0, 99)).at(-1) ?? {}
      expect(event).toMatchObject({
        kind: 'certificate.revoked',
        serial: '03',
        facts: { cause: 'lost_device', heldAt: after(4).getTime() },
      })
      expect(await ledger.lostReport({ deviceId: 'd1', intuneId: null })).not.toBeNull()
      expect(await withdraw(ledger, 'd1', 'i1')).toEqual([])
      expect(await release(ledger, '03', 'lost_device')).toBe(false)
      expect(await causes(ledger, '01', '03')).toEqual([ENDED, ENDED])
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })

    test('names a device, and comes with its event', async () => {
      const ledger = await open()
      await expect(reportLost(ledger, { deviceId: null, intuneId: null })).rejects.toThrow(
        'a device without any id',
      )
      await expect(withdraw(ledger, null, null)).rejects.toThrow('a device without any id')
      const other = sampleEvent('service.started', null)
      await expect(ledger.reportLost(report(), other)).rejects.toThrow(
        'service.started is not device.reported_lost',
      )
    })
  })

  describe('holds have owners', () => {
    test("an operator's hold takes the place of a person's, and not the reverse", async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      expect(await hold(ledger, '01')).toEqual(['01'])
      expect(await hold(ledger, '01')).toEqual([])
      expect(await hold(ledger, '01', 'by_operator')).toEqual(['01'])
      expect(await hold(ledger, '01', 'by_operator')).toEqual([])
      expect(await hold(ledger, '01')).toEqual([])
      expect(await release(ledger, '01', 'by_owner', 'lost_device')).toBe(false)
      expect(await causes(ledger, '01')).toEqual(['issued certificateHold by_operator'])
      expect(await release(ledger, '01', 'by_owner', 'by_operator')).toBe(true)
      expect(await release(ledger, '01', 'by_owner', 'by_operator')).toBe(false)
    })

    test("an operator's hold on a lost device outlives the report", async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      await reportLost(ledger)
      expect(await hold(ledger, '01', 'by_operator')).toEqual(['01'])
      expect(await withdraw(ledger, 'd1', null)).toEqual([])
      expect(await causes(ledger, '01')).toEqual(['issued certificateHold by_operator'])
    })

    test('a person puts all their own on hold, and nothing of their devices', async () => {
      const { store, ledger } = await openWithStore()
      const mine = { holder: { kind: 'user', oid: ADA.oid } } as const
      for (const serial of ['01', '02', '03']) await issueSample(ledger, serial, mine)
      await stop(ledger, '03')
      await issueSample(ledger, '04')
      await issueSample(ledger, '05', { holder: { kind: 'application', oid: ADA.oid } })
      await ledger.begin(sampleIntent('06', mine), intended('06'))
      const event = sampleEvent('person.held', null)
      const held = await ledger.holdPerson({ oid: ADA.oid, at: after(3), by: 'ada@x' }, event)
      expect([...held].sort()).toEqual(['01', '02'])
      expect(await causes(ledger, '01', '02', '03', '04', '05', '06')).toEqual([
        ...[LOST, LOST, 'issued superseded -', GOOD, GOOD],
        'void cessationOfOperation not_delivered',
      ])
      const trail = (await ledger.auditTrail(0, 99)).map(({ event: { kind, facts } }) => [
        kind,
        facts,
      ])
      expect(trail).toContainEqual(['person.held', { oid: ADA.oid }])
      expect(await release(ledger, '01', 'lost_device')).toBe(true)
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
    })
  })

  test('all certificates of a holder are listed, newest first, without what is void', async () => {
    const ledger = await open()
    await issueSample(ledger, '01', { createdAt: after(1) })
    await issueSample(ledger, '02', { createdAt: after(3), owner: EVE, holder: device('d1', null) })
    await issueSample(ledger, '03', { createdAt: after(2), holder: device('d2', 'i1') })
    await stop(ledger, '03')
    await issueSample(ledger, '04')
    await ledger.void('04', NOW, sampleEvent('certificate.voided', '04'))
    await ledger.begin(sampleIntent('05', { createdAt: after(4) }), intended('05'))
    await issueSample(ledger, '06', { holder: { kind: 'user', oid: ADA.oid } })
    await issueSample(ledger, '07', { holder: { kind: 'application', oid: ADA.oid } })
    const serials = async (holder: Holder) =>
      (await ledger.certificatesOfHolder(holder)).map(({ serial }) => serial)
    expect(await serials(device('d1', 'i1'))).toEqual(['05', '02', '03', '01'])
    expect(await serials(device('d1', null, 'nobody'))).toEqual(['05', '02', '01'])
    expect(await serials(device(null, null))).toEqual([])
    expect(await serials({ kind: 'user', oid: ADA.oid })).toEqual(['06'])
    expect(await serials({ kind: 'application', oid: ADA.oid })).toEqual(['07'])
    const [first] = await ledger.certificatesOfHolder({ kind: 'user', oid: ADA.oid })
    expect(first).toStrictEqual(await ledger.certificate('06'))
  })
})
