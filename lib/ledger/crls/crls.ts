import { type Selectable, sql } from 'kysely'
import type { AuditEvent } from '#lib/audit.ts'
import { toBytes } from '#lib/ledger/certificates/rows.ts'
import type { CrlTable, Database } from '#lib/ledger/schema/tables.ts'
import type { CrlKey, PublishedCrl } from '#lib/ledger/status-ledger.ts'
import type { Operation } from '#lib/ledger/writing.ts'

/** The newest published CRL of each kind, CRL numbers, and leases for work that only one replica does. */

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

/**
 * One row for each issuer, which the statement locks, so that no number is given twice (RFC 5280 section
 * 5.2.3).
 */
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

/** A slow builder must not replace a newer CRL. */
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
    append(event)
    return true
  }
}

/** Clocks of replicas differ by less than this. */
const SKEW_MS = 60_000

/**
 * Gives the lease to its present holder, and to anyone after it ran out. A lease that would last longer than
 * a new one was written by a clock running ahead, and counts as run out.
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
