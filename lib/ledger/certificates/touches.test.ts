import { describe, expect, test } from 'vitest'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  completeSample,
  EVE,
  intended,
  issueSample,
  NOW,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'

/** Issuances at once, which PostgreSQL gets side by side where they touch nothing in common. */

describe.each(testEngines())('writes of one batch on $name', (engine) => {
  const { open } = ledgersOn(engine)

  test('are all made, and the chain has each once', async () => {
    const ledger = await open()
    const serials = Array.from({ length: 8 }, (_, index) => `0${index}`)
    await Promise.all(serials.map((serial) => issueSample(ledger, serial, holderOf(serial))))
    const trail = await ledger.auditTrail(0, 100)
    expect(trail.map(({ sequence }) => sequence)).toEqual(
      serials.flatMap((_, at) => [2 * at + 1, 2 * at + 2]),
    )
    expect(new Set(trail.map(({ event }) => `${event.kind} ${event.serial}`)).size).toBe(16)
    expect((await ledger.certificatesBySerial(serials)).map(({ state }) => state)).toEqual(
      serials.map(() => 'issued'),
    )
  })

  test('of one key, one is reserved', async () => {
    const ledger = await open()
    const changes = [
      { keyThumbprint: 'shared' },
      { keyThumbprint: 'shared', owner: EVE },
      { keyThumbprint: 'another' },
    ]
    const begun = await Promise.all(
      changes.map((change, index) =>
        ledger.begin(sampleIntent(`0${index}`, change), intended(`0${index}`)),
      ),
    )
    expect(begun.map(({ kind }) => kind)).toEqual(['reserved', 'key_bound', 'reserved'])
  })

  test('of one owner, no more are reserved than the quota has', async () => {
    const ledger = await open()
    const quota = { windowStart: NOW, max: 2 }
    const begun = await Promise.all(
      ['01', '02', '03'].map((serial) =>
        ledger.begin(sampleIntent(serial, { quota }), intended(serial)),
      ),
    )
    expect(begun.map(({ kind }) => kind)).toEqual(['reserved', 'reserved', 'quota_exceeded'])
  })

  test('one that fails fails alone', async () => {
    const ledger = await open()
    const wrong = sampleIntent('02', { displayName: null as unknown as string })
    const [first, second, third] = await Promise.allSettled([
      ledger.begin(sampleIntent('01'), intended('01')),
      ledger.begin(wrong, intended('02')),
      ledger.begin(sampleIntent('03'), intended('03')),
    ])
    expect(first).toMatchObject({ value: { kind: 'reserved' } })
    expect(second.status).toBe('rejected')
    expect(third).toMatchObject({ value: { kind: 'reserved' } })
    expect(await completeSample(ledger, '03')).toBe('completed')
    expect((await ledger.auditTrail(0, 100)).map(({ event }) => event.serial)).toEqual([
      '01',
      '03',
      '03',
    ])
  })
})

function holderOf(serial: string) {
  return { holder: { kind: 'user', oid: `person ${serial}` }, profile: 'user' } as const
}
