import { type Selectable, sql } from 'kysely'
import type { AuditEvent } from '#lib/audit.ts'
import { toBytes } from '#lib/ledger/certificates/rows.ts'
import type { CrlTable, Database } from '#lib/ledger/schema/tables.ts'
import type { CrlKey, PublishedCrl } from '#lib/ledger/status-ledger.ts'
import type { Operation } from '#lib/ledger/writing.ts'

/** Published CRLs, the newest of each kind, their numbers, and who may do what only one may do. */

export async function publishedCrl(db: Database, key: CrlKey): Promise<PublishedCrl | null> {
  const row = await db
    .selectFrom('crl')
    .select(['number', 'base_number', 'this_update', 'next_update', 'entries', 'der'])
    .where('issuer_id', '=', key.issuerId)
    .where('scope', '=', key.partition ?? '')
    .where('delta', '=', key.delta ? 1 : 0)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    issuerId: key.issuerId,
    partition: key.partition,
    delta: key.delta,
    number: row.number,
    baseNumber: row.base_number,
    thisUpdate: new Date(row.this_update),
    nextUpdate: new Date(row.next_update),
    entries: row.entries,
    der: toBytes(row.der),
  }
}

export async function publishedCrlNumber(db: Database, key: CrlKey): Promise<number | null> {
  const row = await db
    .selectFrom('crl')
    .select('number')
    .where('issuer_id', '=', key.issuerId)
    .where('scope', '=', key.partition ?? '')
    .where('delta', '=', key.delta ? 1 : 0)
    .executeTakeFirst()
  return row?.number ?? null
}

/** One row for each issuer, which the statement locks: RFC 5280 section 5.2.3. */
export function nextCrlNumber(issuerId: string, atLeast: number): Operation<number> {
  return async ({ db }) => {
    const { number } = await db
      .insertInto('crl_number')
      .values({ issuer_id: issuerId, number: atLeast })
      .onConflict((conflict) =>
        conflict.column('issuer_id').doUpdateSet({
          number: sql`case when crl_number.number < excluded.number
            then excluded.number else crl_number.number + 1 end`,
        }),
      )
      .returning('number')
      .executeTakeFirstOrThrow()
    return number
  }
}

/** A builder that was slow must not take the place of a newer CRL. */
export function publishCrl(crl: PublishedCrl, event: AuditEvent): Operation<boolean> {
  if (event.kind !== 'crl.published') throw new Error(`${event.kind} does not publish a CRL`)
  return async ({ db, append }) => {
    const row = rowOfCrl(crl)
    const { issuer_id, scope, delta, ...content } = row
    const stored = await db
      .insertInto('crl')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['issuer_id', 'scope', 'delta'])
          .doUpdateSet(content)
          .where('crl.number', '<', crl.number),
      )
      .returning('number')
      .executeTakeFirst()
    if (stored === undefined) return false
    await append(event)
    return true
  }
}

/** Clocks of replicas differ by less. */
const SKEW_MS = 60_000

/**
 * For the one who holds it already, and for everyone once it has run out. One that would last longer
 * than this one would is from a clock that was ahead, and has run out too.
 */
export function takeLease(
  name: string,
  holder: string,
  now: Date,
  until: Date,
): Operation<boolean> {
  return async ({ db }) => {
    const taken = await db
      .insertInto('lease')
      .values({ name, holder, until: until.getTime() })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until: until.getTime() })
          .where((eb) =>
            eb.or([
              eb('lease.holder', '=', holder),
              eb('lease.until', '<=', now.getTime()),
              eb('lease.until', '>', until.getTime() + SKEW_MS),
            ]),
          ),
      )
      .returning('name')
      .executeTakeFirst()
    return taken !== undefined
  }
}

function rowOfCrl(crl: PublishedCrl): Selectable<CrlTable> {
  return {
    issuer_id: crl.issuerId,
    scope: crl.partition ?? '',
    delta: crl.delta ? 1 : 0,
    number: crl.number,
    base_number: crl.baseNumber,
    this_update: crl.thisUpdate.getTime(),
    next_update: crl.nextUpdate.getTime(),
    entries: crl.entries,
    der: crl.der,
  }
}
