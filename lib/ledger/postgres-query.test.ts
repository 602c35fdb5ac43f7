import pg from 'pg'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Statement } from './connection.ts'
import { openPostgres } from './postgres.ts'
import { ask } from './postgres-query.ts'
import { testEngines } from './testing/engines.ts'

/** A prepared statement on a connection of pg, as the ledger sends it. */

let url = ''
beforeEach(async () => {
  const engine = testEngines().find(({ name }) => name === 'postgres')
  await engine?.start()
  url = (await engine?.newDatabase()) ?? ''
})

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, pipeline: true } as pg.ClientConfig)
  onTestFinished(() => client.end())
  await client.connect()
  return client
}

const ROWS: Statement = { name: 'rows', text: 'select * from given where n >= $1 order by n' }

test('gives rows by their columns, again and again, and none', async () => {
  const client = await connect()
  await client.query('create table given (n bigint, word text, octets bytea)')
  const insert: Statement = { name: 'one', text: 'insert into given values ($1, $2, $3)' }
  expect(await ask(client, insert, [1, 'a', new Uint8Array([0, 255])])).toEqual([])
  await ask(client, insert, [2, null, null])
  const both = [
    { n: 1, word: 'a', octets: Buffer.from([0, 255]) },
    { n: 2, word: null, octets: null },
  ]
  expect(await ask(client, ROWS, [1])).toEqual(both)
  expect(await ask(client, ROWS, [2])).toEqual(both.slice(1))
  expect(await ask(client, ROWS, [3])).toEqual([])
})

test('of several that are sent at once each gets its own answer or error', async () => {
  const client = await connect()
  await client.query('create table given (n bigint)')
  await client.query('insert into given values (1), (9007199254740993)')
  const asked = [9_007_199_254_740_992n, 'x', 1].map((n) => ask(client, ROWS, [n]))
  expect(await Promise.allSettled([...asked, ask(client, ROWS, ['9007199254740994'])])).toEqual([
    { status: 'rejected', reason: new RangeError('A number in the ledger is too large.') },
    { status: 'rejected', reason: expect.objectContaining({ code: '22P02' }) },
    { status: 'rejected', reason: new RangeError('A number in the ledger is too large.') },
    { status: 'fulfilled', value: [] },
  ])
})

test('columns that became others are read as what they are', async () => {
  const first = await connect()
  await first.query('create table given (n bigint, a bigint)')
  await first.query('insert into given values (1, 2)')
  expect(await ask(first, ROWS, [0])).toEqual([{ n: 1, a: 2 }])
  await first.query('alter table given drop column a')
  await first.query(`alter table given add column b text default '3'`)
  expect(await ask(await connect(), ROWS, [0])).toEqual([{ n: 1, b: '3' }])
})

describe('what is read in one turn', () => {
  const WHERE: Statement = { name: 'where', text: 'select pg_backend_pid() as at, $1::bigint as n' }
  const END: Statement = { name: 'end', text: 'select pg_terminate_backend(pg_backend_pid()), $1' }

  function openReader() {
    const store = openPostgres(url, 4)
    onTestFinished(() => store.close())
    return async (...asked: readonly [Statement, string][]) =>
      Promise.allSettled(asked.map(async ([one, value]) => store.reader.run(one, [value])))
  }
  const found = (answers: readonly PromiseSettledResult<readonly unknown[]>[]) =>
    answers.flatMap((one) => (one.status === 'fulfilled' ? (one.value as { at: number }[]) : []))

  test('shares a connection, on which one that is refused is refused alone', async () => {
    const read = openReader()
    const answers = await read([WHERE, '1'], [WHERE, 'x'], [WHERE, '2'])
    const [first, second] = found(answers)
    expect([first, second]).toMatchObject([{ n: 1 }, { n: 2, at: first?.at }])
    expect(answers[1]).toMatchObject({ status: 'rejected', reason: { code: '22P02' } })
    const [next] = found(await read([WHERE, '3']))
    expect(next).toMatchObject({ n: 3 })
    expect(next?.at).not.toBe(first?.at)
  })

  test('is refused together when the connection ends, and the next turn has another', async () => {
    const read = openReader()
    const answers = await read([WHERE, '1'], [END, 'x'], [WHERE, '2'])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(found(await read([WHERE, '3']))).toMatchObject([{ n: 3 }])
  })
})
