import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownerNumber, PER_OWNER, TEMPLATE, TENANT_ID } from '#bench/lib/fill.ts'
import { openPostgresFill } from '#bench/lib/fill-postgres.ts'
import { tries } from '#lib/testing/tries.ts'
import type { Ledger } from './ledger.ts'
import { openLedger, openStore } from './open.ts'
import { testEngines } from './testing/engines.ts'
import { issueSample } from './testing/samples.ts'

/**
 * What a large ledger costs on PostgreSQL, counted in pages that are touched, which no neighbour of the test
 * changes. For SQLite plans.test.ts shows that each query has an index.
 */

const LARGE = tries({ short: 100_000, long: 1_000_000 })
const EACH = 50

const [engine] = testEngines().filter(({ name }) => name === 'postgres')
if (!engine) throw new Error('There is no PostgreSQL.')
beforeAll(engine.start)
afterAll(engine.stop)

type Operation = (ledger: Ledger, serial: string, owner: string) => Promise<unknown>

const OPERATIONS: Readonly<Record<string, Operation>> = {
  insert: (ledger, _, oid) =>
    issueSample(ledger, `7${randomBytes(20).toString('hex').slice(1)}`, {
      owner: { tid: TENANT_ID, oid },
      requestKey: randomBytes(32).toString('hex'),
      keyThumbprint: randomBytes(32).toString('base64url'),
    }),
  'status of a serial': (ledger, serial) => ledger.certificate(serial),
  'list of an owner': (ledger, _, oid) => ledger.certificatesOf({ tid: TENANT_ID, oid }, null),
}

test('STO-15: pages touched by a certificate, a status and a list do not grow with the ledger', {
  timeout: 600_000,
}, async () => {
  const url = await engine.newDatabase()
  const first = await openLedger(url)
  await issueSample(first, TEMPLATE)
  await first.close()
  const filling = await openPostgresFill(url)
  const pages = async (size: number, operation: Operation): Promise<number> => {
    const serials = []
    for (let n = 1; n <= EACH; n++) serials.push(await filling.serialAt((n * 7919) % size || 1))
    const before = await pagesSoFar(url)
    const ledger = await openLedger(url, { connections: 1 })
    for (const [n, serial] of serials.entries()) {
      await operation(ledger, serial, ownerNumber((n * 13) % (size / PER_OWNER)))
    }
    // A connection tells what it read when it ends.
    await ledger.close()
    await expect.poll(async () => (await pagesSoFar(url)) > before).toBe(true)
    return (await pagesSoFar(url)) - before
  }
  const seen = new Map<string, number[]>()
  for (const size of [1000, LARGE]) {
    await filling.to(size)
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      seen.set(name, [...(seen.get(name) ?? []), await pages(size, operation)])
    }
  }
  await filling.close()
  for (const [name, [small = 0, large = 0]] of seen) {
    expect(small, name).toBeGreaterThan(EACH)
    expect(large / small, name).toBeLessThan(2)
  }
})

/** Pages of this schema's tables and indexes that were read, from disk or memory. */
async function pagesSoFar(url: string): Promise<number> {
  const store = await openStore(url, { create: false })
  const { rows } = await sql<{ pages: string }>`
    select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)) as pages
    from pg_statio_user_tables where schemaname = current_schema()`.execute(store.read)
  await store.close()
  return Number(rows[0]?.pages)
}
