import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { listenToSteps } from '#lib/telemetry.ts'
import type { Store } from './schema/tables.ts'
import { ledgersOn, openTestLedger, testEngines } from './testing/engines.ts'
import { sampleEvent } from './testing/samples.ts'

const [engine] = testEngines().filter(({ name }) => name === 'postgres')
if (!engine) throw new Error('There is no PostgreSQL.')
const ledgers = ledgersOn(engine)

const waiting = sql<{ n: number }>`select count(*)::int as n from pg_locks
  join pg_stat_activity using (pid) where not granted and datname = current_database()`

/** Another replica that has the head of the chain until it is told to let it go. */
async function holdHead(store: Store) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: taken, resolve: take } = Promise.withResolvers<void>()
  const ended = store.write.transaction().execute(async (db) => {
    await sql`select 1 from audit_head for update`.execute(db)
    take()
    await released
  })
  await taken
  return async () => {
    release()
    await ended
  }
}

test('who comes while another replica has the head of the chain goes along with who waits for it', async () => {
  const { ledger, store } = await ledgers.openWithStore()
  const release = await holdHead(store)
  const record = (serial: string) => ledger.audit(sampleEvent('service.started', serial))
  const first = record('01')
  await expect.poll(async () => (await waiting.execute(store.read)).rows[0]?.n).toBeGreaterThan(0)
  const others = [record('02'), record('03')]
  await Promise.all([release(), first, ...others])
  const { rows } = await sql<{
    serials: string
  }>`select string_agg(serial, ' ' order by sequence) as serials
    from audit group by xmin::text`.execute(store.read)
  expect(rows).toEqual([{ serials: '01 02 03' }])
})

test('who comes while another waits in vain for the head is not refused with it', async () => {
  const url = await engine.newDatabase()
  const { store, ledger: other } = await openTestLedger(url)
  const impatient = await ledgers.open(url.replace('options=', 'options=-clock_timeout%3D2s%20'))
  const release = await holdHead(store)
  const record = (serial: string) => impatient.audit(sampleEvent('service.started', serial))
  const first = record('01')
  await expect.poll(async () => (await waiting.execute(store.read)).rows[0]?.n).toBeGreaterThan(0)
  const second = record('02')
  await expect(first).rejects.toMatchObject({ code: 'store_unavailable' })
  await Promise.all([release(), second])
  expect((await other.auditTrail(0, 9)).map(({ event }) => event.serial)).toEqual(['02'])
  await other.close()
})

describe('on SQLite', () => {
  const [file] = testEngines().filter(({ name }) => name === 'sqlite file')
  if (!file) throw new Error('There is no file.')
  const { open } = ledgersOn(file)

  async function commitsOf(work: () => Promise<unknown>): Promise<number> {
    let commits = 0
    const stop = listenToSteps((name) => {
      if (name === 'ledger_commit') commits++
      return () => {}
    })
    await work()
    stop()
    return commits
  }

  test('several that come in one turn of the event loop wait for those of the next, as long as more come', async () => {
    const ledger = await open()
    const record = () => ledger.audit(sampleEvent('service.started', null))
    const inTurns = async (turns: readonly number[]) => {
      const recorded: Promise<unknown>[] = []
      for (const count of turns) {
        recorded.push(...Array.from({ length: count }, record))
        await new Promise(setImmediate)
      }
      await Promise.all(recorded)
    }
    expect(await commitsOf(() => inTurns([2, 1, 3]))).toBe(1)
    // Who is alone waits for nobody, and there is an end to waiting.
    expect(await commitsOf(() => inTurns([1, 1, 1]))).toBeGreaterThan(1)
    expect(await commitsOf(() => inTurns(Array.from({ length: 40 }, () => 2)))).toBeGreaterThan(1)
    expect(await ledger.auditTrail(0, 100)).toHaveLength(89)
  })
})
