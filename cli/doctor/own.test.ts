import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAsFarAsPossible } from '#cli/start-check.ts'
import { openStore } from '#lib/ledger/open.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { type Context, runCheck } from './check.ts'
import { OWN_CHECKS } from './own.ts'

/** The ledger on PostgreSQL, seen by users with more and fewer rights. */

const engine = testEngines().find(({ name }) => name === 'postgres')
let url: string

beforeAll(async () => {
  await engine?.start()
  url = (await engine?.newDatabase()) ?? ''
})
afterAll(() => engine?.stop())

async function asked(database: string) {
  const check = OWN_CHECKS.find(({ name }) => name === 'ledger')
  if (check === undefined) throw new Error('There is no such check.')
  const reading = readAsFarAsPossible({ LATCHKEY_DATABASE: database })
  const context: Context = {
    ...{ reading, config: reading.config, env: {}, programs: ['authority'] },
    role: 'all',
    now: () => new Date(),
    graphToken: () => Promise.reject(new Error('not asked')),
  }
  const { findings } = await runCheck(check, context)
  return findings.map(({ says }) => says)
}

test('from an empty database to the rights that issuing needs', async () => {
  expect(await asked(url)).toEqual(['the database has no ledger that its user can see'])
  const store = await openStore(url, { create: true })
  try {
    await migrate(store)
    expect(await asked(url)).toEqual([])
    const user = `doctor_${Date.now()}`
    await sql`create role ${sql.id(user)} login`.execute(store.write)
    const asUser = url.replace('//postgres@', `//${user}@`)
    expect(await asked(asUser)).toEqual(['the database has no ledger that its user can see'])
    const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(
      store.read,
    )
    const schema = sql.id(rows[0]?.schema ?? '')
    await sql`grant usage on schema ${schema} to ${sql.id(user)}`.execute(store.write)
    await sql`grant select on all tables in schema ${schema} to ${sql.id(user)}`.execute(
      store.write,
    )
    const found = await asked(asUser)
    expect(found).toContain('the database user may not insert in certificate')
    expect(found).toContain('the database user may not update in audit_head')
    expect(found.join()).not.toContain('may not select')
    await sql`drop owned by ${sql.id(user)}`.execute(store.write)
    await sql`drop role ${sql.id(user)}`.execute(store.write)
  } finally {
    await store.close()
  }
})

test('a server where nobody is', async () => {
  expect(await asked('postgres://localhost:1/latchkey')).toEqual([
    expect.stringContaining('(ECONNREFUSED): nothing answers at the host and port'),
  ])
})
