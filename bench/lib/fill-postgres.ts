import pg from 'pg'
import { FIRST_AT, FIRST_SECOND, PER_OWNER, REVOKED_EVERY, SNAPSHOT, TEMPLATE } from './fill.ts'

/** The same as fill.ts in a schema of PostgreSQL. */

const CHUNK = 100_000
/** One certificate in so many has its TBS, which no measurement reads: half of the disk. */
const TBS_EVERY = 10

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
  await run('set synchronous_commit = off; set maintenance_work_mem = 524288')
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

async function fillTo(run: Run, rows: number): Promise<void> {
  const [last] = await run('select max(id) as id from certificate')
  const first = Number(last?.id ?? 0) + 1
  // Building an index at the end takes minutes, updating it for each row hours.
  const indexes = await run(`select indexname as name, indexdef as definition from pg_indexes
    where schemaname = current_schema() and tablename in ('certificate', 'audit')
      and indexname not in (select conname from pg_constraint)`)
  for (const { name } of indexes) await run(`drop index ${name}`)
  const columns = await run(`select column_name as name from information_schema.columns
    where table_schema = current_schema() and table_name = 'certificate' and is_generated = 'NEVER'`)
  const names = columns.map(({ name = '' }) => name)
  for (let from = first; from <= rows; from += CHUNK) {
    const to = Math.min(rows, from + CHUNK - 1)
    await run(`begin; ${copies(names, from, to, rows).join('; ')}; commit`)
  }
  await run(`select setval(pg_get_serial_sequence('certificate', 'id'), ${rows})`)
  for (const { definition = '' } of indexes) await run(definition)
  await run('vacuum analyze')
  await run('checkpoint')
}

function copies(columns: readonly string[], from: number, to: number, rows: number) {
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
  const numbers = `generate_series(${from}::bigint, ${to}) as number (n)`
  const selected = columns.map((column) => values[column] ?? `c.${column}`)
  const events = [0, 1].map(
    (part) => `insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash)
      select (select sequence from audit_head) + row_number() over (order by c.id), e.kind, c.created_at,
        c.owner_oid, c.serial, e.facts, md5(c.serial) || md5(c.owner_oid), md5(c.request_key) || md5(c.serial)
      from certificate c, (select kind, facts from audit where serial = '${TEMPLATE}'
        order by sequence limit 1 offset ${part}) e
      where c.id between ${from} and ${to}`,
  )
  const head = `update audit_head set (sequence, hash) =
    (select sequence, hash from audit order by sequence desc limit 1)`
  return [
    `insert into certificate (${columns.join()}) overriding system value
      select ${selected.join()} from ${numbers}, certificate c where c.id = 1`,
    `insert into certificate_tbs (id, tbs, directory_snapshot)
      select n, decode(repeat(md5(n::text), 46), 'hex'), '${SNAPSHOT}' from ${numbers} where n % ${TBS_EVERY} = 0`,
    ...events.flatMap((event) => [event, head]),
  ]
}
