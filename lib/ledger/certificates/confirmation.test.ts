import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLedger } from '#lib/ledger/open.ts'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import { after, intended, NOW, sampleEvent, sampleIntent } from '#lib/ledger/testing/samples.ts'

describe.each(testEngines())('confirmations on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  const confirmation = { id: 'of one sign-in', until: after(600_000) }
  const begin = (serial: string, change: object = {}) =>
    [sampleIntent(serial, { confirmation, ...change }), intended(serial)] as const

  test('STEP-05: one is used once, also when what it confirmed came to nothing', async () => {
    const ledger = await openLedger(await engine.newDatabase())
    expect(await ledger.begin(...begin('01'))).toEqual({ kind: 'reserved' })
    await ledger.void('01', after(1000), sampleEvent('certificate.voided', '01'))
    expect(await ledger.begin(...begin('02', { requestKey: 'request of 01' }))).toEqual({
      kind: 'confirmation_used',
    })
    expect(await ledger.certificate('02')).toBeNull()
    expect(await ledger.takeConfirmation(confirmation, NOW)).toBe(false)
    await ledger.close()
  })

  test('what was refused has used nothing', async () => {
    const ledger = await openLedger(await engine.newDatabase())
    const quota = { windowStart: NOW, max: 0 }
    expect(await ledger.begin(...begin('01', { quota }))).toEqual({ kind: 'quota_exceeded' })
    expect(await ledger.begin(...begin('01'))).toEqual({ kind: 'reserved' })
    await ledger.close()
  })

  test('one that is too old anyway is forgotten with the next', async () => {
    const { store, ledger } = await openTestLedger(await engine.newDatabase())
    expect(await ledger.takeConfirmation(confirmation, NOW)).toBe(true)
    const next = { id: 'of the next', until: after(4_800_000) }
    expect(await ledger.takeConfirmation(next, after(600_000 + 3_600_000))).toBe(true)
    const rows = await store.read.selectFrom('confirmation').select('id').execute()
    expect(rows.map(({ id }) => id)).toEqual([next.id])
    await ledger.close()
  })

  test('STEP-05: one is not used again by a request that came in time and waited', async () => {
    const ledger = await openLedger(await engine.newDatabase())
    expect(await ledger.begin(...begin('01'))).toEqual({ kind: 'reserved' })
    const next = { id: 'of the next', until: after(1_200_000) }
    expect(await ledger.takeConfirmation(next, after(660_000))).toBe(true)
    const late = begin('02', { requestKey: 'request of 01', createdAt: after(599_999) })
    expect(await ledger.begin(...late)).toEqual({ kind: 'confirmation_used' })
    expect(await ledger.takeConfirmation(confirmation, after(599_999))).toBe(false)
    await ledger.close()
  })

  // A database in memory is of one process.
  if (!engine.shared) return

  test('STEP-06: of many at once, on two replicas, one wins', async () => {
    const url = await engine.newDatabase()
    const replicas = [await openLedger(url), await openLedger(url)]
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const ledger = replicas[index % 2] ?? replicas[0]
        if (index % 4 < 2) return ledger?.takeConfirmation(confirmation, NOW)
        const begun = await ledger?.begin(...begin(`0${index}`))
        return begun?.kind === 'reserved'
      }),
    )
    expect(results.filter((won) => won === true)).toHaveLength(1)
    for (const ledger of replicas) await ledger.close()
  })
})
