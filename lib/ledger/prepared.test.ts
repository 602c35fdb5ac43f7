import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from './connection.ts'
import { openStore } from './open.ts'
import { prepared, preparedRows } from './prepared.ts'
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

describe('a query over rows', () => {
  const insert = preparedRows(['name', 'value'], (rows) =>
    store.compiler.insertInto('meta').values(rows),
  )

  test('takes them row by row, and is compiled once for each number', async () => {
    const ran: unknown[] = []
    const run: Run = ({ name, text }, values) => {
      ran.push([name, text, values])
      return []
    }
    const [a, b] = [
      { name: 'a', value: '1' },
      { value: '2', name: 'b' },
    ]
    await insert({ run }, [a, b])
    await insert({ run }, [b, a])
    await insert({ run }, [b])
    const two = 'insert into "meta" ("name", "value") values (?, ?), (?, ?)'
    const one = 'insert into "meta" ("name", "value") values (?, ?)'
    const name = expect.stringMatching(/^latchkey_\d+$/)
    expect(ran).toStrictEqual([
      [name, two, ['a', '1', 'b', '2']],
      [name, two, ['b', '2', 'a', '1']],
      [name, one, ['b', '2']],
    ])
    expect(ran[0]).toHaveProperty([0], (ran[1] as string[])[0])
  })

  test('is refused where it has its values in another order', () => {
    const run = () => []
    const turned = preparedRows(['value', 'name'], (rows) =>
      store.compiler.insertInto('meta').values(rows.map(({ name, value }) => ({ name, value }))),
    )
    expect(() => turned({ run }, [{ name: 'a', value: '1' }])).toThrow(/^not row by row: insert/)
  })
})
