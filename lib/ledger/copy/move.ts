import { sql } from 'kysely'
import { asSentence } from '#lib/ledger/as-sentence.ts'
import { unusable } from '#lib/ledger/database-errors.ts'
import { openPostgres } from '#lib/ledger/postgres.ts'
import { hasSchema, MOVED, migrate, readableSchema } from '#lib/ledger/schema/migrations.ts'
import type { Database, Store } from '#lib/ledger/schema/tables.ts'
import { auditHeadOf, holdsRecord, identityOf } from '#lib/ledger/traces.ts'
import { copyLedger } from './copy.ts'
import type { LedgerProof } from './proof.ts'
import { openAlone } from './sqlite-copies.ts'

export type Moved = {
  /** Null when an earlier run had moved it, and was stopped before it could say so in the file. */
  readonly proof: LedgerProof | null
  readonly sequence: number
  readonly headHash: string
}

/**
 * Moves the ledger of a file into an empty PostgreSQL database: all of it in one transaction, read back and
 * compared before the commit; and then says in the file that it has moved, so that no authority starts on it again.
 * A run that was stopped left nothing, or only has to say so. Throws LatchkeyError('store_unavailable') with a
 * sentence.
 */
export async function moveLedger(file: string, url: string, now: Date): Promise<Moved> {
  const source = openAlone(file)
  try {
    await migrate(source)
    const head = await auditHeadOf(source.read)
    const proof = await withPostgres(url, async (target) =>
      (await isTheSame(source.read, target)) ? null : fill(source.read, target),
    )
    await source.write
      .insertInto('meta')
      .values({ name: MOVED, value: now.toISOString() })
      .execute()
    return { proof, sequence: head.sequence, headHash: head.hash }
  } finally {
    await source.close()
  }
}

/**
 * Copies a ledger into an empty PostgreSQL database, in one transaction. `from` must see one state. Throws as
 * moveLedger does.
 */
export function fillPostgres(from: Database, url: string): Promise<LedgerProof> {
  return withPostgres(url, (target) => fill(from, target))
}

/** Throws a sentence when there is a ledger in a PostgreSQL database, or when it cannot be reached. */
export function requireEmptyPostgres(url: string): Promise<void> {
  return withPostgres(url, async (target) => {
    if (await hasSchema(target)) await requireEmpty(target.read)
  })
}

async function withPostgres<T>(url: string, work: (target: Store) => Promise<T>): Promise<T> {
  const target = openPostgres(url, 1)
  try {
    await target.checkDurability()
    return await work(target)
  } catch (error) {
    throw asSentence(error)
  } finally {
    await target.close()
  }
}

/** The target has gone on with this very ledger, or is about to. */
async function isTheSame(source: Database, target: Store): Promise<boolean> {
  if (!(await hasSchema(target))) return false
  await readableSchema(target.read)
  return (
    (await identityOf(target.read)) === (await identityOf(source)) &&
    (await holdsRecord(target.read, await auditHeadOf(source)))
  )
}

async function fill(from: Database, target: Store): Promise<LedgerProof> {
  const { to } = await migrate(target)
  const schema = await readableSchema(from)
  if (schema !== to) {
    throw unusable(
      `The ledger has schema ${schema} and the database ${to}: a newer release changed one of them. Use that release.`,
    )
  }
  return target.write.transaction().execute(async (db) => {
    await sql`set local statement_timeout = 0`.execute(db)
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(db)
    // An authority that starts meanwhile waits here.
    await sql`lock table audit_head in access exclusive mode`.execute(db)
    await requireEmpty(db)
    return copyLedger(from, db, 'postgres')
  })
}

async function requireEmpty(db: Database): Promise<void> {
  const { sequence } = await auditHeadOf(db)
  const one = await db.selectFrom('certificate').select('id').limit(1).executeTakeFirst()
  if (sequence === 0 && !one) return
  throw unusable(
    `There is a ledger in this database already, with ${sequence} audit records. Nothing is ever ` +
      'overwritten: take an empty database, or an empty schema of it.',
  )
}
