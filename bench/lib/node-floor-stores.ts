import { createHash } from 'node:crypto'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Seen } from './node-floor-graph.ts'

/**
 * The least that two durable commits with a chained audit record cost: a table of certificates, one of records,
 * and one of the objects of the directory that the second commit stores.
 */

export type Row = {
  readonly serial: string
  readonly tbs: Buffer
  signature: Buffer
  /** As the directory had them after the signature. */
  seen: readonly Seen[]
}
export type Commit = (rows: readonly Row[]) => Promise<void>

/** What waits is committed together, as the ledger does. */
export function grouped(commit: Commit): (row: Row) => Promise<void> {
  let waiting: { row: Row; resolve: () => void; reject: (error: unknown) => void }[] = []
  let running = false
  const flush = async () => {
    const batch = waiting
    waiting = []
    try {
      await commit(batch.map(({ row }) => row))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    if (waiting.length > 0) setImmediate(() => void flush())
    else running = false
  }
  return (row) =>
    new Promise((resolve, reject) => {
      waiting.push({ row, resolve, reject })
      if (!running) setImmediate(() => void flush())
      running = true
    })
}

let head = ''
let sequence = 0

function chained({ serial, tbs }: Row, kind: string): [number, string, string] {
  const facts = JSON.stringify([kind, serial, createHash('sha256').update(tbs).digest('hex')])
  head = createHash('sha256')
    .update(head + facts)
    .digest('hex')
  return [++sequence, facts, head]
}

const TABLES = (bytes: string) => `
  create table certificate (serial text primary key, tbs ${bytes} not null, signature ${bytes});
  create table object (id text primary key, state text not null);
  create table audit (sequence integer primary key, facts text not null, hash text not null)`

const STORE_OBJECTS = 'insert into object (id, state) values '
const AGAIN = ' on conflict (id) do update set state = excluded.state'

export function openSqlite(folder: string): { begin: Commit; complete: Commit } {
  const db = new DatabaseSync(path.join(folder, 'floor.db'))
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000')
  db.exec(TABLES('blob'))
  const insert = db.prepare('insert into certificate (serial, tbs) values (?, ?)')
  const update = db.prepare('update certificate set signature = ? where serial = ?')
  const store = db.prepare(`${STORE_OBJECTS}(?, ?)${AGAIN}`)
  const audit = db.prepare('insert into audit values (?, ?, ?)')
  const [start, end] = [db.prepare('begin immediate'), db.prepare('commit')]
  const transaction =
    (write: (row: Row) => unknown, kind: string) => async (rows: readonly Row[]) => {
      start.run()
      for (const row of rows) {
        write(row)
        audit.run(...chained(row, kind))
      }
      end.run()
    }
  return {
    begin: transaction(({ serial, tbs }) => insert.run(serial, tbs), 'intended'),
    complete: transaction(({ serial, signature, seen }) => {
      update.run(signature, serial)
      for (const { id, state } of seen) store.run(id, state)
    }, 'issued'),
  }
}

export async function openPostgres(url: string): Promise<{ begin: Commit; complete: Commit }> {
  const client = new pg.Client({ connectionString: url, pipeline: true } as pg.ClientConfig)
  await client.connect()
  await client.query(TABLES('bytea'))
  const many = (
    name: string,
    text: string,
    columns: number,
    rows: readonly (readonly unknown[])[],
    after = '',
  ) => {
    const places = rows.map(
      (_, row) => `(${Array.from({ length: columns }, (_, at) => `$${row * columns + at + 1}`)})`,
    )
    const values = rows.flat()
    return client.query({
      name: `${name}${rows.length}`,
      text: text + places.join(', ') + after,
      values,
    })
  }
  const audit = (rows: readonly Row[], kind: string) =>
    many(
      'audit',
      'insert into audit values ',
      3,
      rows.map((row) => chained(row, kind)),
    )
  // All of it is sent at once.
  const transaction =
    (write: (rows: readonly Row[]) => unknown, kind: string) => async (rows: readonly Row[]) => {
      await Promise.all([
        client.query('begin'),
        write(rows),
        audit(rows, kind),
        client.query('commit'),
      ])
    }
  // One statement stores an object once.
  const store = (rows: readonly Row[]) => {
    const seen = new Map(rows.flatMap((row) => row.seen).map(({ id, state }) => [id, state]))
    return many('object', STORE_OBJECTS, 2, [...seen], AGAIN)
  }
  const update = 'update certificate set signature = $1 where serial = $2'
  return {
    begin: transaction(
      (rows) =>
        many(
          'insert',
          'insert into certificate (serial, tbs) values ',
          2,
          rows.map(({ serial, tbs }) => [serial, tbs]),
        ),
      'intended',
    ),
    complete: transaction(
      (rows) =>
        Promise.all([
          ...rows.map(({ serial, signature }) =>
            client.query({ name: 'update', text: update, values: [signature, serial] }),
          ),
          store(rows),
        ]),
      'issued',
    ),
  }
}
