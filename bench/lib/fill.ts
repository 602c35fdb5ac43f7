import { DatabaseSync } from 'node:sqlite'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'

/**
 * Makes a ledger large in little time: SQL copies of one certificate that the ledger itself wrote, each with
 * its own names, numbers, key and owner. Only the hashes of the audit chain are invented, since no
 * measurement reads them.
 */

export const PER_OWNER = 20
export const TENANT_ID = 'tenant'
/** One of this many is revoked. */
export const REVOKED_EVERY = 100

const CHUNK = 20_000
const TBS_OCTETS = 740
export const FIRST_SECOND = 0x44_00_00_00
export const FIRST_AT = Date.UTC(2026, 2, 1)

export type Filled = { readonly database: DatabaseSync; readonly close: () => void }

/** Opens the ledger's file and makes sure that there is a certificate to copy. */
export async function openFill(file: string, ledger: Ledger): Promise<Filled> {
  if ((await ledger.certificate(TEMPLATE)) === null) await issueSample(ledger, TEMPLATE)
  const database = new DatabaseSync(file, { timeout: 10_000 })
  // The ledger is temporary, so a loss of power does not matter.
  database.exec('pragma synchronous = off; pragma cache_size = -1000000')
  return { database, close: () => database.close() }
}

export const TEMPLATE = `43${'0'.repeat(38)}`

/** Adds certificates until there are `rows`, which grows from call to call. */
export function fillTo({ database }: Filled, rows: number): void {
  const id = Number(database.prepare('select max(id) as id from certificate').get()?.id ?? 0)
  // Building an index at the end takes minutes, updating it for each row hours.
  const indexes = database
    .prepare(`select name, sql from sqlite_master where type = 'index' and sql is not null`)
    .all()
  for (const { name } of indexes) database.exec(`drop index ${name}`)
  for (let from = id + 1; from <= rows; from += CHUNK) {
    const to = Math.min(rows, from + CHUNK - 1)
    database.exec('begin immediate')
    for (const statement of copies(database, from, to, rows)) database.exec(statement)
    database.exec('commit')
  }
  for (const { sql } of indexes) database.exec(String(sql))
  database.exec('analyze; pragma wal_checkpoint(truncate)')
}

/** Gives owner `number` of the filled ledger. An owner's certificates are far apart, as in a real ledger. */
export function ownerNumber(number: number): string {
  return `owner-${String(number).padStart(9, '0')}`
}

/** Gives one of the serials, by any number. */
export function serialAt({ database }: Filled, id: number): string {
  return String(database.prepare('select serial from certificate where id = ?').get(id)?.serial)
}

function copies(database: DatabaseSync, from: number, to: number, rows: number): readonly string[] {
  const at = `${FIRST_AT} + n * 100`
  const stopped = (value: string) => `case when n % ${REVOKED_EVERY} = 0 then ${value} end`
  // A multiplier without a common factor assigns neighbouring rows to different owners.
  const owner = `printf('owner-%09d', (n * 7919) % max(1, ${rows} / ${PER_OWNER}))`
  const name = `'PC-' || n`
  const values: Readonly<Record<string, string>> = {
    id: 'n',
    serial: `printf('%08x', ${FIRST_SECOND} + n / 10) || lower(hex(randomblob(16)))`,
    owner_oid: owner,
    holder_oid: owner,
    holder_device_id: `'d' || lower(hex(randomblob(15)))`,
    holder_intune_id: `'e' || lower(hex(randomblob(15)))`,
    display_name: name,
    request_key: 'lower(hex(randomblob(32)))',
    key_thumbprint: 'lower(hex(randomblob(21)))',
    fingerprint: 'lower(hex(randomblob(32)))',
    search_name: `lower(${name})`,
    created_at: at,
    issued_at: `${at} + 50`,
    revoked_at: stopped(at),
    revocation_reason: stopped('4'),
    revoked_by: stopped(`'owner'`),
  }
  // Generated columns are not listed here, so columns of later schemas are copied too.
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('certificate')
    .map(({ name: column }) => String(column))
  const numbers = `with recursive number (n) as
    (values (${from}) union all select n + 1 from number where n < ${to})`
  const selected = columns.map((column) => values[column] ?? `certificate.${column}`)
  const events = [0, 1].map(
    (part) => `insert into audit (sequence, kind, at, actor, serial, facts, previous_hash, hash)
      select (select sequence from audit_head) + row_number() over (order by id), kind, created_at,
        owner_oid, certificate.serial, facts, lower(hex(randomblob(32))), lower(hex(randomblob(32)))
      from certificate, (select kind, facts from audit where serial = '${TEMPLATE}'
        order by sequence limit 1 offset ${part})
      where certificate.id between ${from} and ${to}`,
  )
  const head = `update audit_head set (sequence, hash) =
    (select sequence, hash from audit order by sequence desc limit 1)`
  return [
    `insert into certificate (${columns.join()}) ${numbers}
      select ${selected.join()} from number, certificate where certificate.id = 1`,
    `insert into certificate_tbs (id, tbs, directory_snapshot) ${numbers}
      select n, randomblob(${TBS_OCTETS}), '${SNAPSHOT}' from number`,
    ...events.flatMap((event) => [event, head]),
  ]
}

export const SNAPSHOT = `{"user":{"oid":"${'x'.repeat(36)}"},"devices":[],"pad":"${'x'.repeat(400)}"}`
