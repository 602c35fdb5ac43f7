import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from './open.ts'
import { prepared } from './prepared.ts'
import type { Store } from './schema/tables.ts'

let store: Store
beforeAll(async () => {
  store = await openStore('sqlite::memory:', { create: true })
})
afterAll(() => store.close())

test('constants stand in the text, so that SQLite plans the statement once', () => {
  const find = prepared(({ name }: { name: string }) =>
    store.compiler
      .selectFrom('meta')
      .select('value')
      .where('name', '=', name)
      .where('value', '<>', "it's")
      .limit(1),
  )
  expect(find.statement.text).toBe(
    `select "value" from "meta" where "name" = ? and "value" <> 'it''s' limit 1`,
  )
})

test('values go where their names are, whatever their order', () => {
  const given: unknown[] = []
  const insert = prepared((row: { value: string; name: string }) =>
    store.compiler.insertInto('meta').values({ name: row.name, value: row.value }),
  )
  const run = (_: unknown, values: readonly unknown[]) => {
    given.push(...values)
    return []
  }
  insert({ run }, { value: 'v', name: 'n' })
  expect(given).toEqual(['n', 'v'])
})
