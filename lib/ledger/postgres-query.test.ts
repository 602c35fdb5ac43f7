import pg from 'pg'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Statement } from './connection.ts'
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
