import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { unusable } from './faults.ts'
import { settledSchema, statusSchema, stoppedIndex } from './status-schema.ts'
import type { Database, Store } from './tables.ts'
import { WORDS, type Words } from './words.ts'

/**
 * The schema, forward only. All missing steps run in one transaction, and one process at a time:
 * an advisory lock on PostgreSQL, BEGIN IMMEDIATE on SQLite. A step only adds, so that the release
 * before it goes on working on the new schema; a step that cannot says so by `readableFrom`.
 */

type Step = {
  /** The oldest schema number whose program may still work on this one. */
  readonly readableFrom: number
  readonly statements: (words: Words) => readonly string[]
}

const STEPS: readonly Step[] = [
  { readableFrom: 1, statements: first },
  { readableFrom: 1, statements: statusSchema },
  { readableFrom: 1, statements: stoppedIndex },
  { readableFrom: 1, statements: settledSchema },
]

/** Of the row of `meta` that tells one ledger from another: made with the schema, never changed. */
export const IDENTITY = 'identity'

/** Brings the schema up to date, or up to `target`. Gives the schema numbers before and after. */
export function migrate(
  store: Store,
  target = STEPS.length,
): Promise<{ from: number; to: number }> {
  return store.write
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (db) => {
      if (store.engine === 'postgres') await lock(db)
      await sql
        .raw(
          `create table if not exists meta (
            name text primary key,
            value text not null
          ) ${WORDS[store.engine].end}`,
        )
        .execute(db)

      const from = await numberOf(db, 'schema')
      if ((await numberOf(db, 'schema_readable_from')) > STEPS.length) {
        throw unusable('The ledger was changed by a newer Latchkey; this one cannot work with it.')
      }
      for (const step of STEPS.slice(from, target)) {
        for (const statement of step.statements(WORDS[store.engine])) {
          await sql.raw(statement).execute(db)
        }
        await setNumber(db, 'schema_readable_from', step.readableFrom)
      }
      await db
        .insertInto('meta')
        .values({ name: IDENTITY, value: randomUUID() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      const to = Math.max(from, target)
      if (to > from) await setNumber(db, 'schema', to)
      return { from, to }
    })
}

async function lock(db: Database): Promise<void> {
  // Another replica may be at work for long.
  await sql`set local statement_timeout = 0`.execute(db)
  // "Latch" in ASCII. Held until the transaction ends, so it also works behind a pooler.
  await sql`select pg_advisory_xact_lock(${sql.lit(0x4c_61_74_63_68)})`.execute(db)
}

async function numberOf(db: Database, name: string): Promise<number> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst()
  return row === undefined ? 0 : Number(row.value)
}

async function setNumber(db: Database, name: string, value: number): Promise<void> {
  const text = String(value)
  await db
    .insertInto('meta')
    .values({ name, value: text })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
    .execute()
}

function first(words: Words): readonly string[] {
  return [...certificateTables(words), ...auditTables(words), ...keyAndQuotaTables(words)]
}

function certificateTables({ id, integer, small, bytes, key, end }: Words): readonly string[] {
  return [
    `create table certificate (
      id ${id},
      issuer_id ${key} not null,
      serial ${key} not null,
      state text not null check (state in ('pending', 'issued', 'void')),
      profile text not null,
      source text not null,
      owner_tid ${key} not null,
      owner_oid ${key} not null,
      holder_kind text not null,
      holder_oid ${key} not null,
      holder_device_id ${key},
      holder_intune_id ${key},
      display_name text not null,
      subject text not null,
      subject_alt_name text not null,
      request_key ${key} not null,
      key_thumbprint ${key} not null,
      tbs_hash text not null,
      fingerprint text,
      not_before ${integer} not null,
      not_after ${integer} not null,
      created_at ${integer} not null,
      issued_at ${integer},
      revoked_at ${integer},
      revocation_reason ${small},
      revoked_by text,
      revoked_cause text,
      replaces text,
      search text not null,
      check ((state = 'issued') = (issued_at is not null) or state = 'void'),
      check ((revoked_at is null) = (revocation_reason is null)),
      check (state <> 'void' or revoked_at is not null)
    ) ${end}`,
    // The serial comes first: most questions name the serial alone.
    'create unique index certificate_serial on certificate (serial, issuer_id)',
    `create index certificate_owner on certificate (owner_tid, owner_oid, created_at, serial)`,
    'create index certificate_request on certificate (request_key)',
    'create index certificate_key on certificate (key_thumbprint)',
    `create index certificate_pending on certificate (created_at) where state = 'pending'`,
    // Covers the CRL: building it touches the revoked certificates and no others.
    `create index certificate_revoked on certificate
      (issuer_id, not_after, serial, revoked_at, revocation_reason) where revoked_at is not null`,
    `create table certificate_der (
      id ${integer} primary key references certificate (id),
      tbs ${bytes},
      der ${bytes},
      directory_snapshot text not null
    ) ${end}`,
  ]
}

function auditTables({ integer, key, end }: Words): readonly string[] {
  return [
    `create table audit (
      sequence ${integer} primary key,
      kind text not null,
      at ${integer} not null,
      actor text not null,
      serial ${key},
      facts text not null,
      previous_hash text not null,
      hash text not null
    ) ${end}`,
    'create index audit_serial on audit (serial, sequence) where serial is not null',
    `create table audit_head (
      id ${integer} primary key check (id = 1),
      sequence ${integer} not null,
      hash text not null
    ) ${end}`,
    `insert into audit_head (id, sequence, hash) values (1, 0, '${'0'.repeat(64)}')`,
  ]
}

function keyAndQuotaTables({ integer, key, end }: Words): readonly string[] {
  return [
    `create table blocked_key (
      key_thumbprint ${key} primary key,
      blocked_at ${integer} not null,
      blocked_by text not null
    ) ${end}`,
    `create table quota (
      principal ${key} not null,
      window_start ${integer} not null,
      used ${integer} not null,
      primary key (principal, window_start)
    ) ${end}`,
  ]
}
