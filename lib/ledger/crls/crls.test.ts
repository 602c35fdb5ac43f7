import { describe, expect, test } from 'vitest'
import type { PublishedCrl } from '#lib/ledger/status-ledger.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import { after, NOW, sampleEvent } from '#lib/ledger/testing/samples.ts'

const DAY_MS = 86_400_000
const ISSUER = 'a'.repeat(64)

describe.each(testEngines())('CRLs and leases on $name', (engine) => {
  const { open } = ledgersOn(engine)

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
      one.takeLease('directory', 'one', NOW, after(100)),
      other.takeLease('directory', 'other', NOW, after(100)),
    ])
    expect(first.filter(Boolean)).toHaveLength(1)
    const [holder, loser] = first[0] ? ['one', 'other'] : ['other', 'one']
    expect(await one.takeLease('directory', holder, after(50), after(150))).toBe(true)
    expect(await one.takeLease('directory', loser, after(149), after(300))).toBe(false)
    expect(await one.takeLease('directory', loser, after(150), after(300))).toBe(true)
    expect(await one.takeLease('crl', holder, NOW, after(100))).toBe(true)
  })

  test('a lease from a clock that was ahead does not last until then', async () => {
    const ledger = await open()
    const [dayMs, minuteMs] = [86_400_000, 60_000]
    const ahead = [after(dayMs), after(dayMs + minuteMs)] as const
    expect(await ledger.takeLease('crl', 'one', ...ahead)).toBe(true)
    expect(await ledger.takeLease('crl', 'other', NOW, after(minuteMs))).toBe(true)
    // A lease works the same for replicas whose clocks differ a little.
    expect(await ledger.takeLease('crl', 'one', after(-minuteMs), NOW)).toBe(false)
  })
})
