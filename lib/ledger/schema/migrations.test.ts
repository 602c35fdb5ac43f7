import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '#lib/ledger/open.ts'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'
import { migrate } from './migrations.ts'

describe.each(testEngines())('migrations on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test('run once', async () => {
    const store = await openStore(await engine.newDatabase(), { create: true })
    const first = await migrate(store)
    expect(first.from).toBe(0)
    expect(await migrate(store)).toEqual({ from: first.to, to: first.to })
    await store.close()
  })

  test('one that fails leaves nothing, and runs when it can', async () => {
    const store = await openStore(await engine.newDatabase(), { create: true })
    // A table that is in the way of the last table of the first step.
    await sql`create table lease (x text)`.execute(store.write)
    await expect(migrate(store)).rejects.toThrow('lease')
    await sql`drop table lease`.execute(store.write)
    expect((await migrate(store)).from).toBe(0)
    await store.close()
  })

  test('a newer schema is worked on, unless it says that it must not be', async () => {
    const { store, ledger } = await openTestLedger(await engine.newDatabase())
    const set = (name: string, value: string) =>
      store.write.updateTable('meta').set({ value }).where('name', '=', name).execute()
    await set('schema', '99')
    expect(await migrate(store)).toEqual({ from: 99, to: 99 })
    await issueSample(ledger, '01')

    await set('schema_readable_from', '98')
    await set('oldest_release', '7.1.0')
    await expect(migrate(store)).rejects.toMatchObject({
      code: 'store_unavailable',
      message:
        'The ledger was changed by a newer Latchkey; this one cannot work with it. Start 7.1.0 or newer, ' +
        'or restore the backup of before the upgrade.',
    })
    await ledger.close()
  })
})
