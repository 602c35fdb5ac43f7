import { describe, expect, test } from 'vitest'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { ada, apply, d1, object } from '#lib/ledger/testing/directory.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'

const ISSUER = 'a'.repeat(64)
const USER = { kind: 'user', oid: ADA.oid } as const

function revoke(ledger: Ledger, serial: string, reason: 'superseded' | 'certificateHold') {
  const kind = reason === 'certificateHold' ? 'certificate.held' : 'certificate.revoked'
  return ledger.revoke(
    { serial, reason, at: after(1), by: 'ada', cause: 'by_owner' },
    { withDescendants: false },
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
  const { open } = ledgersOn(engine)

  describe('the version of all statuses', () => {
    const table: [string, (ledger: Ledger) => Promise<unknown>][] = [
      ['revoke', (ledger) => revoke(ledger, '01', 'superseded')],
      [
        'release',
        async (ledger) => {
          await revoke(ledger, '01', 'certificateHold')
          return ledger.release('01', ['by_owner'], sampleEvent('certificate.released', '01'))
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
            { keyThumbprint: 'key of 01', at: NOW, by: 'ada' },
            sampleEvent('key.blocked', '01'),
          ),
      ],
      ['a plan that revokes', (ledger) => apply(ledger, [object(d1)], 'revoke')],
      ['a plan that marks', (ledger) => apply(ledger, [object(d1)], 'mark')],
      [
        'a plan of a changed object that a certificate depends on',
        async (ledger) => {
          await apply(ledger, [object(ada)])
          const before = await ledger.statusVersion()
          await apply(ledger, [object(ada, { riskySince: NOW })])
          expect(await ledger.statusVersion()).toBeGreaterThan(before)
        },
      ],
      [
        'the circuit breaker',
        (ledger) =>
          ledger.setCircuitBreaker(
            { from: null, to: null },
            sampleEvent('circuit_breaker.released', null),
          ),
      ],
      [
        'a report of a lost device',
        (ledger) =>
          ledger.reportLost(
            { deviceId: 'd1', intuneId: null, at: NOW, reporterOid: 'ada', by: 'ada@x' },
            sampleEvent('device.reported_lost', null),
          ),
      ],
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
      ['a plan of nothing', (ledger) => apply(ledger, [])],
      [
        'a plan that saw the same again',
        async (ledger) => {
          const owners = [{ oid: 'ada', since: NOW, goneSince: null }]
          const known = object(d1, { owners, ownersSeenAt: NOW })
          await apply(ledger, [known])
          const before = await ledger.statusVersion()
          const again = { seenAt: after(9), ownersSeenAt: after(9), dueAt: after(99) }
          await apply(ledger, [{ ...known, ...again, needsRecheck: true, objectId: 'o' }])
          return before
        },
      ],
      [
        'an object that no certificate depends on',
        (ledger) => apply(ledger, [object({ kind: 'user', id: 'bob' }, { disabledSince: NOW })]),
      ],
      ['an audit event', (ledger) => ledger.audit(sampleEvent('service.started', null))],
    ]
    test.each(idle)('stays with %s', async (_, change) => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const before = await ledger.statusVersion()
      const since = await change(ledger)
      expect(await ledger.statusVersion()).toBe(typeof since === 'number' ? since : before)
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
    test('what a plan marks is one, and what it frees is none', async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      await issueSample(ledger, '02', { holder: { kind: 'user', oid: 'eve' } })
      await apply(ledger, [object(d1)], 'mark')
      expect(await candidates(ledger)).toEqual(['01'])
      await apply(ledger, [object(d1)], 'unmark')
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
      await apply(ledger, [object(ada)], 'mark')
      const page = { issuerId: ISSUER, since: NOW, after: null, limit: 2 }
      const partition = '2026-03'
      expect(await ledger.revokedOrHeld(page)).toEqual([
        { serial: '01', partition, revocation: null },
        { serial: '02', partition, revocation: { atMs: after(1).getTime(), reason: 'superseded' } },
      ])
      expect(await ledger.revokedOrHeld({ ...page, after: '02' })).toEqual([
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
})
