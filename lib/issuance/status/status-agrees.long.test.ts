import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compare } from '#lib/issuance/testing/status-model/compare.ts'
import { happen, randomEvent } from '#lib/issuance/testing/status-model/events.ts'
import { land } from '#lib/issuance/testing/status-model/flights.ts'
import { openWorld } from '#lib/issuance/testing/status-model/world.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { tries } from '#lib/testing/tries.ts'

/**
 * Runs 2,000 random events at full length: in the directory, by people, to Latchkey itself,
 * some while others are in progress. What each certificate's status must be is computed independently by status-model/promise.ts,
 * without anything that Latchkey stored. No stopped certificate is ever reported as good, a permanent
 * revocation stays, and all channels report the same.
 */

const RUNS = tries({ short: 3, long: 5 })
const EVENTS = 400
const COMPARED_EVERY = 50
const EVERYTHING = ['good', 'hold', 'revoked', 'no answer']

const engines = testEngines().filter(({ name }) => name !== 'sqlite file')

describe.each(engines)('I8: the status of certificates on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test('is what is promised, everywhere, whatever happens', { timeout: 300_000 }, async () => {
    const seen = new Set<string>()
    // When a test fails, shrinking turns as many events as possible into "nothing happens".
    const event = fc.option(randomEvent, { freq: 1_000 })
    const events = fc.array(event, { minLength: EVENTS, maxLength: EVENTS })
    const property = fc.asyncProperty(events, async (some) => {
      const world = await openWorld(await openLedger(await engine.newDatabase()))
      try {
        for (const [index, event] of some.entries()) {
          if (event !== null) await happen(world, event)
          if ((index + 1) % COMPARED_EVERY === 0) await compare(world)
        }
        while (world.flights.length > 0) await land(world)
        await compare(world)
        for (const one of world.seen) seen.add(one)
      } finally {
        await world.close()
      }
    })
    await fc.assert(property, {
      seed: 20_261_122,
      numRuns: RUNS,
      interruptAfterTimeLimit: 240_000,
      markInterruptAsFailure: true,
    })
    for (const one of EVERYTHING) expect(seen).toContain(one)
  })
})
