import pg from 'pg'
import { FIRST_AT, FIRST_SECOND, PER_OWNER, REVOKED_EVERY, SNAPSHOT, TEMPLATE } from './fill.ts'

/** The same as fill.ts in a schema of PostgreSQL. */

/** One certificate in so many has its TBS and its audit events, which no measurement reads: most of the disk. */
const WHOLE_EVERY = 10

type PostgresFill = {
  /** Adds certificates until there are `rows`, which grows from call to call. */
  readonly to: (rows: number) => Promise<void>
  /** Gives one of the serials, by any number. */
  readonly serialAt: (id: number) => Promise<string>
  readonly bytes: () => Promise<number>
  readonly close: () => Promise<void>
}

/** There is a certificate to copy already. */
export async function openPostgresFill(url: string): Promise<PostgresFill> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const run = async (text: string) => (await client.query(text)).rows as Record<string, string>[]
  // The ledger is temporary, so a loss of power does not matter here. What is measured has its own connections.
  // Every row is made of one that the ledger wrote, so no key between tables is checked again.
  await run(`set synchronous_commit = off; set maintenance_work_mem = '1GB';
    set max_parallel_maintenance_workers = 1; set session_replication_role = replica`)
  return {
    to: (rows) => fillTo(run, rows),
    serialAt: async (id) => {
      const [row] = await run(`select serial from certificate where id = ${id}`)
      return row?.serial ?? ''
    },
    bytes: async () => {
      const [row] = await run('select pg_database_size(current_database()) as size')
      return Number(row?.size)
    },
    close: () => client.end(),
  }
}

type Run = (text: string) => Promise<readonly Record<string, string>[]>

/** How the server has to run: what a transaction writes into a table that it emptied is not logged. */
export const FILL_SETTINGS = ['wal_level=minimal', 'max_wal_senders=0', 'autovacuum=off']

/**
 * All rows anew, in one transaction, since a table that was emptied in it needs no log (14.4.7 of PostgreSQL's
 * manual); and every index at the end, which takes minutes where updating it for each row takes hours.
 */
async function fillTo(run: Run, rows: number): Promise<void> {
  const indexes = await run(`select indexname as name, indexdef as definition from pg_indexes
    where schemaname = current_schema() and tablename in ('certificate', 'audit')
      and indexname not in (select conname from pg_constraint)`)
  const columns = await run(`select column_name as name from information_schema.columns
    where table_schema = current_schema() and table_name = 'certificate' and is_generated = 'NEVER'`)
  await run(`begin;
    create temporary table sample on commit drop as select * from certificate where serial = '${TEMPLATE}';
    create temporary table events on commit drop as
      select kind, facts, row_number() over (order by sequence) as part from audit where serial = '${TEMPLATE}';
    truncate certificate, certificate_tbs, audit`)
  for (const { name } of indexes) await run(`drop index ${name}`)
  const names = columns.map(({ name = '' }) => name)
  for (const text of copies(names, rows)) await run(text)
  for (const { definition = '' } of indexes) await run(definition)
  await run('commit')
  await run(`select setval(pg_get_serial_sequence('certificate', 'id'), ${rows})`)
  await run('vacuum analyze certificate')
  await run('analyze')
  await run('checkpoint')
}

function copies(columns: readonly string[], rows: number): readonly string[] {
  const at = `${FIRST_AT} + n * 100`
  const stopped = (value: string) => `case when n % ${REVOKED_EVERY} = 0 then ${value} end`
  // A multiplier without a common factor assigns neighbouring rows to different owners.
  const owner = `'owner-' || lpad(((n * 7919) % greatest(1, ${rows} / ${PER_OWNER}))::text, 9, '0')`
  const hash = (salt: string) => `md5('${salt}' || n)`
  const values: Readonly<Record<string, string>> = {
    id: 'n',
    serial: `to_hex(${FIRST_SECOND} + n / 10) || ${hash('serial')}`,
    owner_oid: owner,
    holder_oid: owner,
    holder_device_id: `'d' || ${hash('device')}`,
    holder_intune_id: `'e' || ${hash('intune')}`,
    display_name: `'PC-' || n`,
    request_key: `${hash('a')} || ${hash('b')}`,
    key_thumbprint: `${hash('c')} || 'abcdefghij'`,
    fingerprint: `${hash('d')} || ${hash('e')}`,
    search_name: `'pc-' || n`,
    created_at: at,
    issued_at: `${at} + 50`,
    revoked_at: stopped(at),
    revocation_reason: stopped('4'),
    revoked_by: stopped(`'owner'`),
  }
  const numbers = `generate_series(1::bigint, ${rows}) as number (n)`
  // The first is the one that the others are copies of.
  const selected = columns.map((column) => {
    const value = values[column]
    return value ? `case when n = 1 then sample.${column} else ${value} end` : `sample.${column}`
  })
  return [
    `insert into certificate (${columns.join()}) overriding system value
      select ${selected.join()} from ${numbers}, sample`,
    `insert into certificate_tbs (id, tbs, directory_snapshot)
      select n, decode(repeat(md5(n::text), 46), 'hex'), '${SNAPSHOT}' from ${numbers} where n % ${WHOLE_EVERY} = 0`,
    `insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash)
      select sequence, kind, ${at}, ${owner}, case when n = 1 then '${TEMPLATE}' else ${values.serial} end, facts,
        ${hash('f')} || ${hash('g')}, ${hash('h')} || ${hash('i')}
      from (select sequence, 1 + (sequence - 1) / 2 * ${WHOLE_EVERY} as n, 1 + (sequence - 1) % 2 as part
        from generate_series(1::bigint, 2 * ceil(${rows} / ${WHOLE_EVERY}.0)::bigint) as sequence) numbers
        join events using (part)`,
    `update audit_head set (sequence, hash) = (select sequence, hash from audit order by sequence desc limit 1)`,
  ]
}
