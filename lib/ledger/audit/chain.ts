import { hash } from 'node:crypto'
import { type AuditEvent, type AuditRecord, type AuditValue, canonicalEvent } from '#lib/audit.ts'
import { auditUnavailable } from '#lib/ledger/database-errors.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import type { AuditTable, Database, Store } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'

/** The hash that stands before the first record. */
export const CHAIN_START = '0'.repeat(64)

/** Hex SHA-256 over the previous hash, as hex, and the canonical event. */
export function chainHash(previousHash: string, sequence: number, event: AuditEvent): string {
  return hash('sha256', previousHash + canonicalEvent(sequence, event), 'hex')
}

/** The end of the audit chain within one transaction. */
export type Chain = {
  readonly append: (...events: readonly AuditEvent[]) => Promise<void>
  /** Gives the end of the chain, so that it can be restored when an operation is undone. */
  readonly mark: () => ChainHead
  readonly returnTo: (mark: ChainHead) => void
  /** Writes the head of the chain; called last before the commit. */
  readonly save: () => Promise<void>
}

type ChainHead = { readonly sequence: number; readonly hash: string }

/**
 * Compiles the statements of the audit chain and gives a function that locks the head in a transaction. On
 * PostgreSQL the row lock makes transactions of all replicas run one after the other, so that the chain does
 * not fork and what a transaction has read stays true until it commits. On SQLite BEGIN IMMEDIATE has done
 * that.
 */
export function auditChain(store: Store): (db: Database) => Promise<Chain> {
  const db = store.write
  const lockHead = prepared(() =>
    db
      .selectFrom('audit_head')
      .select(['sequence', 'hash'])
      .where('id', '=', 1)
      .$if(store.engine === 'postgres', (query) => query.forUpdate()),
  )
  const insert = prepared((row: AuditTable) =>
    db.insertInto('audit').values({
      sequence: row.sequence,
      kind: row.kind,
      at: row.at,
      actor: row.actor,
      serial: row.serial,
      facts: row.facts,
      previous_hash: row.previous_hash,
      hash: row.hash,
    }),
  )
  const saveHead = prepared((head: ChainHead) =>
    db
      .updateTable('audit_head')
      .set({ sequence: head.sequence, hash: head.hash })
      .where('id', '=', 1),
  )

  return async (transaction) => {
    const { rows } = await lockHead(transaction, {})
    const locked = rows[0]
    if (!locked) throw new Error('The head of the audit chain is missing.')
    let head: ChainHead = locked
    return {
      append: async (...events) => {
        const rows: AuditTable[] = []
        let last = head
        for (const event of events) {
          const row = rowOf(last, event)
          rows.push(row)
          last = { sequence: row.sequence, hash: row.hash }
        }
        try {
          const [only] = rows
          if (only && rows.length === 1) await insert(transaction, only)
          else await insertMany(transaction, rows)
        } catch (error) {
          throw auditUnavailable(error)
        }
        head = last
      },
      mark: () => head,
      returnTo: (mark) => {
        head = mark
      },
      save: async () => {
        if (head !== locked) await saveHead(transaction, head)
      },
    }
  }
}

const INSERT_ROWS_MAX = 500

/** Inserts many records in few statements: a sync plan may have an event for each of thousands of devices. */
async function insertMany(db: Database, rows: readonly AuditTable[]): Promise<void> {
  for (let start = 0; start < rows.length; start += INSERT_ROWS_MAX) {
    const some = rows.slice(start, start + INSERT_ROWS_MAX)
    await db.insertInto('audit').values(some).execute()
  }
}

/** All of a record, as recordOf reads it. */
export const AUDIT_COLUMNS = [
  'sequence',
  'kind',
  'at',
  'actor',
  'serial',
  'facts',
  'previous_hash',
  'hash',
] as const

/** Gives records in order, `limit` at most, from the one after `afterSequence`. */
export async function readTrail(
  db: Database,
  afterSequence: number,
  limit: number,
): Promise<readonly AuditRecord[]> {
  const rows = await db
    .selectFrom('audit')
    .select(AUDIT_COLUMNS)
    .where('sequence', '>', afterSequence)
    .orderBy('sequence')
    .limit(limit)
    .execute()
  return rows.map(recordOf)
}

function rowOf(head: ChainHead, given: AuditEvent): AuditTable {
  // Characters that a UTF-8 column cannot hold must not be hashed, or the record would not verify.
  const event = { ...given, actor: storable(given.actor) }
  const sequence = head.sequence + 1
  return {
    sequence,
    kind: event.kind,
    at: event.at.getTime(),
    actor: event.actor,
    serial: event.serial,
    facts: JSON.stringify(Object.entries(event.facts)),
    previous_hash: head.hash,
    hash: chainHash(head.hash, sequence, event),
  }
}

export function recordOf(row: AuditTable): AuditRecord {
  // The JSON is written by rowOf. If anything else wrote it, the hash does not match.
  const facts = JSON.parse(row.facts) as readonly [string, AuditValue][]
  return {
    sequence: row.sequence,
    event: {
      kind: row.kind,
      at: new Date(row.at),
      actor: row.actor,
      serial: row.serial,
      facts: Object.fromEntries(facts),
    },
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}
