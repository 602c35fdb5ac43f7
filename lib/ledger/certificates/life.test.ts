import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { NO_PLAN } from '#lib/ledger/directory-ledger.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  completeSample,
  EVE,
  intended,
  issued,
  issueSample,
  NOW,
  sampleCompletion,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'

const HOUR_MS = 3_600_000

describe.each(testEngines())('ledger on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  async function open() {
    const ledger = await openLedger(await engine.newDatabase())
    await ledger.selfTest()
    return ledger
  }

  test('a certificate goes from pending to issued, with an event for each step', async () => {
    const ledger = await open()
    const renewed = { replaces: '09', enrollment: '08', signedInAt: after(-HOUR_MS), upn: 'Ada@x' }
    const intent = sampleIntent('0a', renewed)
    expect(await ledger.begin(intent, intended('0a'))).toEqual({ kind: 'reserved' })
    expect(await ledger.certificate('0a')).toMatchObject({ state: 'pending', fingerprint: null })
    expect(await ledger.der('0a')).toBeNull()

    const done = sampleCompletion('0a')
    expect(await ledger.complete(done, issued('0a'), NO_PLAN)).toBe('completed')
    const record = await ledger.certificate('0a')
    expect(record).toStrictEqual({
      issuerId: intent.issuerId,
      serial: '0a',
      state: 'issued',
      profile: 'device',
      source: 'api',
      owner: ADA,
      holder: { kind: 'device', deviceId: 'd1', intuneId: 'i1', ownerOid: 'ada' },
      displayName: 'Adas Läptop',
      subject: 'CN=d1',
      subjectAltName: 'URI:IntuneDeviceId://i1',
      keyThumbprint: 'key of 0a',
      fingerprint: done.fingerprint,
      notBefore: intent.notBefore,
      notAfter: intent.notAfter,
      createdAt: NOW,
      partition: '2026-03',
      revocation: null,
      replaces: '09',
      enrollment: '08',
      signedInAt: after(-HOUR_MS),
      label: null,
      upn: 'Ada@x',
      version: 2,
    })

    const der = await ledger.der('0a')
    expect(der).toStrictEqual(done.der)
    // Neither Buffer nor rows with a null prototype: both fail in callers.
    expect(der?.constructor).toBe(Uint8Array)
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype)

    const trail = await ledger.auditTrail(0, 10)
    expect(trail.map(({ sequence, event }) => [sequence, event.kind, event.serial])).toEqual([
      [1, 'issuance.intended', '0a'],
      [2, 'certificate.issued', '0a'],
    ])
    expect(trail[0]?.previousHash).toBe('0'.repeat(64))
    expect(trail[1]?.previousHash).toBe(trail[0]?.hash)
    await ledger.close()
  })

  test.each([
    { kind: 'user', oid: 'ada' } as const,
    { kind: 'application', oid: 'app' } as const,
    { kind: 'device', deviceId: null, intuneId: 'i2', ownerOid: 'ada' } as const,
  ])('a holder comes back as it went in: %o', async (holder) => {
    const ledger = await open()
    await issueSample(ledger, '01', { holder })
    expect((await ledger.certificate('01'))?.holder).toStrictEqual(holder)
    await ledger.close()
  })

  test('text that an engine cannot keep is replaced, and its record still verifies', async () => {
    const ledger = await open()
    await issueSample(ledger, '01', { displayName: 'a\0b\u{d800}' })
    await ledger.audit({
      ...sampleEvent('request.refused', null, { note: '\0\u{d800}' }),
      actor: '\0',
    })
    expect((await ledger.certificate('01'))?.displayName).toBe('a\u{fffd}b\u{fffd}')
    expect((await ledger.auditTrail(2, 1))[0]?.event.facts.note).toBe('\0\u{d800}')
    await ledger.selfTest()
    await ledger.close()
  })

  describe('begin', () => {
    test('the same request is answered again with the same certificate', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', { requestKey: 'same', keyThumbprint: 'same' })
      const again = sampleIntent('02', { requestKey: 'same', keyThumbprint: 'same' })
      const { der } = sampleCompletion('01')
      expect(await ledger.begin(again, intended('02'))).toStrictEqual({
        kind: 'answered',
        serial: '01',
        der,
      })
      // The refused operation left nothing behind.
      expect(await ledger.certificate('02')).toBeNull()
      expect(await ledger.auditTrail(2, 1)).toEqual([])
      await ledger.close()
    })

    test('an answer that is too old, revoked or void is not given again', async () => {
      const ledger = await open()
      const again = (serial: string, repeatAfter: Date) =>
        ledger.begin(
          sampleIntent(serial, { requestKey: 'same', keyThumbprint: 'same', repeatAfter }),
          intended(serial),
        )
      await issueSample(ledger, '01', { requestKey: 'same', keyThumbprint: 'same' })
      expect(await again('02', NOW)).toEqual({ kind: 'reserved' })
      await ledger.void('02', after(1), sampleEvent('certificate.voided', '02'))

      await ledger.revoke(
        { serial: '01', reason: 'superseded', at: after(2), by: 'ada', cause: null },
        { withDescendants: false },
        sampleEvent('certificate.revoked', '01'),
      )
      expect(await again('03', after(-1))).toEqual({ kind: 'reserved' })
      await ledger.close()
    })

    test('an answer that has expired is not given again', async () => {
      const ledger = await open()
      await issueSample(ledger, '01', {
        requestKey: 'same',
        keyThumbprint: 'same',
        notAfter: after(60),
      })
      const again = (serial: string, createdAt: Date) =>
        ledger.begin(
          sampleIntent(serial, { requestKey: 'same', keyThumbprint: 'same', createdAt }),
          intended(serial),
        )
      expect(await again('02', after(59))).toMatchObject({ kind: 'answered', serial: '01' })
      expect(await again('02', after(60))).toEqual({ kind: 'reserved' })
      await ledger.close()
    })

    test('the same request under way is in_progress', async () => {
      const ledger = await open()
      await ledger.begin(
        sampleIntent('01', { requestKey: 'same', keyThumbprint: 'same' }),
        intended('01'),
      )
      expect(
        await ledger.begin(
          sampleIntent('02', { requestKey: 'same', keyThumbprint: 'same' }),
          intended('02'),
        ),
      ).toEqual({ kind: 'in_progress', since: NOW })
      await ledger.close()
    })

    test.each([
      ['another person', EVE],
      ['the same object id in another tenant', { tid: 'other', oid: 'ada' }],
    ])('a key of %s is key_bound', async (_, owner) => {
      const ledger = await open()
      await issueSample(ledger, '01', { keyThumbprint: 'k' })
      expect(
        await ledger.begin(sampleIntent('02', { keyThumbprint: 'k', owner }), intended('02')),
      ).toEqual({ kind: 'key_bound' })
      // The next certificate of the same holder may have it.
      expect(
        await ledger.begin(sampleIntent('03', { keyThumbprint: 'k' }), intended('03')),
      ).toEqual({ kind: 'reserved' })
      expect(await ledger.keyOwner('k')).toBe('ada')
      expect(await ledger.keyOwner('unheard of')).toBeNull()
      await ledger.close()
    })

    test('a blocked key is key_blocked', async () => {
      const ledger = await open()
      await ledger.blockKey(
        { keyThumbprint: 'k', at: NOW, by: 'ada' },
        sampleEvent('key.blocked', null),
      )
      expect(await ledger.keyIsBlocked('k')).toBe(true)
      expect(await ledger.keyIsBlocked('other')).toBe(false)
      expect(
        await ledger.begin(sampleIntent('01', { keyThumbprint: 'k' }), intended('01')),
      ).toEqual({ kind: 'key_blocked' })
      await ledger.close()
    })

    test('a serial is taken once per issuer', async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const again = (issuerId: string) =>
        ledger.begin(
          sampleIntent('01', { issuerId, requestKey: issuerId, keyThumbprint: issuerId }),
          intended('01'),
        )
      expect(await again('a'.repeat(64))).toEqual({ kind: 'serial_taken' })
      expect(await again('b'.repeat(64))).toEqual({ kind: 'reserved' })
      await ledger.close()
    })

    test('the quota counts what is really reserved', async () => {
      const ledger = await open()
      const quota = { windowStart: NOW, max: 2 }
      const begin = (serial: string, changes = {}) =>
        ledger.begin(sampleIntent(serial, { quota, ...changes }), intended(serial))
      expect(await begin('01')).toEqual({ kind: 'reserved' })
      expect(await begin('01', { requestKey: 'x', keyThumbprint: 'x' })).toEqual({
        kind: 'serial_taken',
      })
      expect(
        await begin('02', { requestKey: 'request of 01', keyThumbprint: 'key of 01' }),
      ).toEqual({ kind: 'in_progress', since: NOW })
      expect(await begin('02')).toEqual({ kind: 'reserved' })
      expect(await begin('03')).toEqual({ kind: 'quota_exceeded' })
      expect(await ledger.certificate('03')).toBeNull()
      // Another owner and another hour have quotas of their own.
      expect(await begin('04', { owner: EVE })).toEqual({ kind: 'reserved' })
      const nextHour = { windowStart: after(HOUR_MS), max: 2 }
      expect(await begin('05', { quota: nextHour })).toEqual({ kind: 'reserved' })
      await ledger.close()
    })

    test('an event of something else is a bug, and nothing is written', async () => {
      const ledger = await open()
      await expect(ledger.begin(sampleIntent('01'), intended('02'))).rejects.toThrow(
        'issuance.intended of 02 is not the event of this change of 01',
      )
      expect(await ledger.certificate('01')).toBeNull()
      await ledger.close()
    })
  })

  test('complete answers withdrawn when the row is no longer pending', async () => {
    const ledger = await open()
    await ledger.begin(sampleIntent('01'), intended('01'))
    await ledger.void('01', NOW, sampleEvent('certificate.voided', '01'))
    expect(await completeSample(ledger, '01')).toBe('withdrawn')
    expect(await completeSample(ledger, '99')).toBe('withdrawn')
    expect(await ledger.der('01')).toBeNull()
    expect(await ledger.auditTrail(2, 1)).toEqual([])
    await ledger.close()
  })

  describe('void', () => {
    test.each(['pending', 'issued'])('withdraws what is %s, and says so once', async (state) => {
      const ledger = await open()
      if (state === 'issued') await issueSample(ledger, '01')
      else await ledger.begin(sampleIntent('01'), intended('01'))
      const before = (await ledger.auditTrail(0, 10)).length

      await ledger.void('01', after(5), sampleEvent('certificate.voided', '01'))
      await ledger.void('01', after(9), sampleEvent('certificate.voided', '01'))
      expect(await ledger.certificate('01')).toMatchObject({
        state: 'void',
        revocation: {
          at: after(5),
          reason: 'cessationOfOperation',
          by: 'Latchkey',
          cause: 'not_delivered',
        },
      })
      expect(await ledger.der('01')).toBeNull()
      expect((await ledger.auditTrail(before, 10)).map(({ event }) => event.kind)).toEqual([
        'certificate.voided',
      ])
      await ledger.close()
    })

    test('of an unknown serial does nothing', async () => {
      const ledger = await open()
      await ledger.void('ff', NOW, sampleEvent('certificate.voided', 'ff'))
      expect(await ledger.auditTrail(0, 1)).toEqual([])
      await ledger.close()
    })
  })

  test('expirePending withdraws only what is old, and more than a page of it', async () => {
    const ledger = await open()
    const old = Array.from({ length: 120 }, (_, index) => `a${String(index).padStart(3, '0')}`)
    await Promise.all(
      old.map((serial) =>
        ledger.begin(sampleIntent(serial, { createdAt: after(-60_000) }), intended(serial)),
      ),
    )
    await ledger.begin(sampleIntent('b0'), intended('b0'))
    await issueSample(ledger, 'c0', { createdAt: after(-60_000) })

    expect([...(await ledger.expirePending(NOW, after(1)))].sort()).toEqual(old)
    expect(await ledger.expirePending(NOW, after(2))).toEqual([])
    expect((await ledger.certificate('a000'))?.state).toBe('void')
    expect((await ledger.certificate('b0'))?.state).toBe('pending')
    expect((await ledger.certificate('c0'))?.state).toBe('issued')
    const last = (await ledger.auditTrail(242, 1))[0]
    expect(last?.event).toMatchObject({ kind: 'certificate.voided', actor: 'sweeper' })
    await ledger.close()
  })

  describe('revocation', () => {
    const revoke = { at: after(1), by: 'ada@example.org', cause: 'by_owner' } as const

    test('is final, a hold is not', async () => {
      const ledger = await open()
      await issueSample(ledger, '01')
      const held = sampleEvent('certificate.held', '01')
      const revoked = sampleEvent('certificate.revoked', '01')
      const released = sampleEvent('certificate.released', '01')
      const hold = { ...revoke, serial: '01', reason: 'certificateHold' } as const
      const final = { ...revoke, serial: '01', reason: 'superseded' } as const

      const alone = { withDescendants: false }
      const release = () => ledger.release('01', ['by_owner'], released)

      expect(await release()).toBe(false)
      expect(await ledger.revoke(hold, alone, held)).toEqual(['01'])
      expect(await ledger.revoke(hold, alone, held)).toEqual([])
      expect((await ledger.certificate('01'))?.revocation?.reason).toBe('certificateHold')
      expect(await release()).toBe(true)
      expect((await ledger.certificate('01'))?.revocation).toBeNull()

      expect(await ledger.revoke(hold, alone, held)).toEqual(['01'])
      expect(await ledger.revoke(final, alone, revoked)).toEqual(['01'])
      expect((await ledger.certificate('01'))?.revocation).toStrictEqual({
        at: after(1),
        reason: 'superseded',
        by: 'ada@example.org',
        cause: 'by_owner',
      })
      expect(await ledger.revoke(hold, alone, held)).toEqual([])
      expect(await ledger.revoke(final, alone, revoked)).toEqual([])
      expect(await release()).toBe(false)
      // One event for each change, and none for refused operations.
      expect((await ledger.auditTrail(2, 9)).map(({ event }) => event.kind)).toEqual([
        'certificate.held',
        'certificate.released',
        'certificate.held',
        'certificate.revoked',
      ])
      // The DER of a revoked certificate can still be read.
      expect(await ledger.der('01')).not.toBeNull()
      await ledger.close()
    })

    test('of what is pending or unknown changes nothing', async () => {
      const ledger = await open()
      await ledger.begin(sampleIntent('01'), intended('01'))
      for (const serial of ['01', '02']) {
        const event = sampleEvent('certificate.revoked', serial)
        const wanted = { ...revoke, serial, reason: 'superseded' } as const
        expect(await ledger.revoke(wanted, { withDescendants: true }, event)).toEqual([])
      }
      await ledger.close()
    })

    test('a blocked key takes all its certificates with it', async () => {
      const ledger = await open()
      const keyThumbprint = 'k'
      for (const serial of ['01', '02', '03']) await issueSample(ledger, serial, { keyThumbprint })
      await ledger.begin(sampleIntent('04', { keyThumbprint }), intended('04'))
      await issueSample(ledger, '05', { keyThumbprint, notAfter: after(-1) })
      await issueSample(ledger, '06')
      await ledger.revoke(
        { ...revoke, serial: '02', reason: 'superseded' },
        { withDescendants: false },
        sampleEvent('certificate.revoked', '02'),
      )
      await ledger.revoke(
        { ...revoke, serial: '03', reason: 'certificateHold' },
        { withDescendants: false },
        sampleEvent('certificate.held', '03'),
      )

      const block = { keyThumbprint, at: after(9), by: 'ops' }
      const event = sampleEvent('key.blocked', null)
      expect(await ledger.blockKey(block, event)).toEqual(['01', '02', '03', '04', '05'])
      expect(await ledger.blockKey(block, event)).toEqual([])
      const compromised = {
        at: after(9),
        reason: 'keyCompromise',
        by: 'ops',
        cause: 'key_compromise',
      }
      expect((await ledger.certificate('01'))?.revocation).toEqual(compromised)
      // It was revoked before and keeps that date.
      expect((await ledger.certificate('02'))?.revocation).toEqual({
        ...compromised,
        at: revoke.at,
      })
      expect((await ledger.certificate('03'))?.revocation).toEqual(compromised)
      // It was begun before the block: it may be signed already, and cannot be completed any more.
      expect(await ledger.certificate('04')).toMatchObject({
        state: 'void',
        revocation: compromised,
      })
      expect(await completeSample(ledger, '04')).toBe('key_blocked')
      expect((await ledger.certificate('06'))?.revocation).toBeNull()
      await ledger.close()
    })
  })

  test('lists are paged by key, newest first, and mixed case sorts by octets', async () => {
    const ledger = await open()
    const serials = ['0A', '0a', '0B', '0b', ...Array.from({ length: 56 }, (_, i) => `1${100 + i}`)]
    // Several serials share a second, as in a burst.
    const second = (index: number) => after(Math.floor(index / 7) * 1000)
    await Promise.all(
      serials.map((serial, index) => issueSample(ledger, serial, { createdAt: second(index) })),
    )
    await issueSample(ledger, 'ee', { owner: EVE })
    await issueSample(ledger, 'ef', { owner: { tid: 'other', oid: 'ada' } })

    const first = await ledger.certificatesOf(ADA, null)
    const last = first.at(-1)?.serial ?? ''
    const second2 = await ledger.certificatesOf(ADA, last)
    const expected = serials
      .map((serial, index) => ({ serial, at: second(index).getTime() }))
      .sort((a, b) => b.at - a.at || (a.serial < b.serial ? 1 : -1))
      .map(({ serial }) => serial)
    expect(first).toHaveLength(50)
    expect([...first, ...second2].map(({ serial }) => serial)).toEqual(expected)
    expect(await ledger.certificatesOf(ADA, second2.at(-1)?.serial ?? '')).toEqual([])
    // A serial of somebody else gives an empty list.
    expect(await ledger.certificatesOf(ADA, 'ee')).toEqual([])
    await ledger.close()
  })

  test('a label is its owner’s to give and to take away, and its text is not in the trail', async () => {
    const { store, ledger } = await openTestLedger(await engine.newDatabase())
    await issueSample(ledger, '01')
    await ledger.begin(sampleIntent('02', { label: 'my phone' }), intended('02'))
    const set = (serial: string, owner: typeof ADA, label: string | null) =>
      ledger.setLabel(serial, owner, label, sampleEvent('certificate.labelled', serial))
    const version = await ledger.statusVersion()
    expect(await set('01', EVE, 'hers')).toBe(false)
    expect(await set('02', ADA, 'pending')).toBe(false)
    expect(await set('03', ADA, 'nothing')).toBe(false)
    expect(await set('01', ADA, 'my phone \u{1F4F1}')).toBe(true)
    expect(await ledger.certificate('01')).toMatchObject({ label: 'my phone \u{1F4F1}' })
    expect(await ledger.certificate('02')).toMatchObject({ label: 'my phone' })
    expect(await ledger.statusVersion()).toBe(version)
    const trail = await ledger.auditTrail(0, 99)
    expect(trail.at(-1)?.event).toMatchObject({ kind: 'certificate.labelled', serial: '01' })
    expect(JSON.stringify(trail)).not.toContain('phone')
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    expect(await set('01', ADA, null)).toBe(true)
    expect(await ledger.certificate('01')).toMatchObject({ label: null })
    await sql`update certificate set label = 'swapped' where serial = '01'`.execute(store.write)
    expect(await verifyLedger(store)).toMatchObject({ ok: false })
    await ledger.close()
  })

  test('takeQuota counts to the maximum in each window', async () => {
    const ledger = await open()
    const take = (principal: string, start: Date) => ledger.takeQuota(principal, start, 10)
    const taken = await Promise.all(Array.from({ length: 13 }, () => take('ada', NOW)))
    expect(taken.filter(Boolean)).toHaveLength(10)
    expect(await take('eve', NOW)).toBe(true)
    expect(await take('ada', after(HOUR_MS))).toBe(true)
    expect(await ledger.takeQuota('ada', after(2 * HOUR_MS), 0)).toBe(false)
    await ledger.close()
  })

  test('a failed operation does not sink its neighbours in the same commit', async () => {
    const { store, ledger } = await openTestLedger(await engine.newDatabase())
    await ledger.begin(sampleIntent('01'), intended('01'))
    await ledger.begin(sampleIntent('03'), intended('03'))
    // A second key that the same person blocks cannot be stored.
    await sql`create unique index one_blocker on blocked_key (blocked_by)`.execute(store.write)
    const block = (keyThumbprint: string) =>
      ledger.blockKey({ keyThumbprint, at: NOW, by: 'ops' }, sampleEvent('key.blocked', null))
    await block('k1')
    const results = await Promise.allSettled([
      completeSample(ledger, '01'),
      block('k2'),
      completeSample(ledger, '03'),
      ledger.audit(sampleEvent('service.started', null)),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect((await ledger.auditTrail(3, 9)).map(({ event }) => event.serial)).toEqual([
      '01',
      '03',
      null,
    ])
    await ledger.selfTest()
    await ledger.close()
  })

  test('close finishes what was asked for, and takes no more', async () => {
    const ledger = await open()
    const asked = ledger.audit(sampleEvent('service.started', null))
    await ledger.close()
    await asked
    await expect(ledger.audit(sampleEvent('service.started', null))).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'The ledger is closed.',
    })
    await expect(ledger.certificate('01')).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
