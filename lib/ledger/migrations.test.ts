import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from './migrations.ts'
import { openStore } from './open.ts'
import { ledgerOn } from './sql.ts'
import { openTestLedger, testEngines } from './testing/engines.ts'
import { issueSample, NOW } from './testing/samples.ts'

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
    // In the way of the last table of the first step.
    await sql`create table quota (x text)`.execute(store.write)
    await expect(migrate(store)).rejects.toThrow('quota')
    await sql`drop table quota`.execute(store.write)
    expect((await migrate(store)).from).toBe(0)
    await store.close()
  })

  test('certificates of the first schema get all that the second computes', async () => {
    const url = await engine.newDatabase()
    const store = await openStore(url, { create: true })
    expect(await migrate(store, 1)).toEqual({ from: 0, to: 1 })
    await sql`insert into certificate (issuer_id, serial, state, profile, source, owner_tid,
      owner_oid, holder_kind, holder_oid, display_name, subject, subject_alt_name, request_key,
      key_thumbprint, tbs_hash, not_before, not_after, created_at, issued_at, search)
      values ('a', '01', 'issued', 'user', 'api', 't', 'ada', 'user', 'ada', 'Ada', 'CN=Ada',
      'UPN:ada@x', 'r', 'k', 'h', 0, ${Number.MAX_SAFE_INTEGER}, ${Date.UTC(2025, 11, 31)}, 1,
      ${'01\nada\ncn=ada\nupn:ada@x'})`.execute(store.write)
    expect((await migrate(store)).from).toBe(1)

    const ledger = ledgerOn(store)
    const query = { validity: 'any', profile: null, now: NOW, after: null, limit: 9 } as const
    for (const text of ['ada', 'ada@x', '01']) {
      expect(await ledger.search({ ...query, text })).toMatchObject([{ partition: '2025-12' }])
    }
    expect(await ledger.boundObjects(NOW, null, 9)).toEqual([{ kind: 'user', id: 'ada' }])
    await ledger.close()
  })

  test('objects from before the third schema wait for a sweep, which reads everything', async () => {
    const store = await openStore(await engine.newDatabase(), { create: true })
    await migrate(store, 2)
    await sql`insert into directory_object (kind, id, present, retired, read_at)
      values ('user', 'ada', 1, 0, 1)`.execute(store.write)
    await sql`update directory_state set cursors = '{"users":"u"}'`.execute(store.write)
    expect(await migrate(store)).toMatchObject({ from: 2 })
    // The release before this one goes on storing objects.
    await sql`insert into directory_object (kind, id, present, retired, read_at)
      values ('user', 'eve', 1, 0, 1)`.execute(store.write)

    const ledger = ledgerOn(store)
    expect((await ledger.snapshot()).cursors).toEqual({})
    expect(await ledger.unsettledObjects()).toEqual([
      { kind: 'user', id: 'ada' },
      { kind: 'user', id: 'eve' },
    ])
    await ledger.close()
  })

  test('a newer schema is worked on, unless it says that it must not be', async () => {
    const { store, ledger } = await openTestLedger(await engine.newDatabase())
    const set = (name: string, value: string) =>
      store.write.updateTable('meta').set({ value }).where('name', '=', name).execute()
    await set('schema', '99')
    expect(await migrate(store)).toEqual({ from: 99, to: 99 })
    await issueSample(ledger, '01')

    await set('schema_readable_from', '98')
    await expect(migrate(store)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'The ledger was changed by a newer Latchkey; this one cannot work with it.',
    })
    await ledger.close()
  })
})
