import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ledgersOn, testEngines } from './testing/engines.ts'
import { sampleEvent } from './testing/samples.ts'

const [engine] = testEngines().filter(({ name }) => name === 'postgres')
if (!engine) throw new Error('There is no PostgreSQL.')
const ledgers = ledgersOn(engine)

test('who comes while another replica has the head of the chain goes along with who waits for it', async () => {
  const { ledger, store } = await ledgers.openWithStore()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: taken, resolve: take } = Promise.withResolvers<void>()
  const other = store.write.transaction().execute(async (db) => {
    await sql`select 1 from audit_head for update`.execute(db)
    take()
    await released
  })
  await taken
  const record = (serial: string) => ledger.audit(sampleEvent('service.started', serial))
  const first = record('01')
  const waiting = sql<{ n: number }>`select count(*)::int as n from pg_locks
    join pg_stat_activity using (pid) where not granted and datname = current_database()`
  await expect.poll(async () => (await waiting.execute(store.read)).rows[0]?.n).toBeGreaterThan(0)
  const others = [record('02'), record('03')]
  release()
  await Promise.all([other, first, ...others])
  const { rows } = await sql<{
    serials: string
  }>`select string_agg(serial, ' ' order by sequence) as serials
    from audit group by xmin::text`.execute(store.read)
  expect(rows).toEqual([{ serials: '01 02 03' }])
})
