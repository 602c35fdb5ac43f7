import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type AuditEvent, type AuditRecord, type AuditValue, canonicalEvent } from '#lib/audit.ts'
import type { Connection, Statement } from '#lib/ledger/connection.ts'
import { auditUnavailable } from '#lib/ledger/database-errors.ts'
import { prepared, preparedRows } from '#lib/ledger/prepared.ts'
import type { AuditTable, Database, Step, Store } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'
import { together } from '#lib/ledger/together.ts'

/** The hash that stands before the first record. */
export const CHAIN_START = '0'.repeat(64)

/** Hex SHA-256 over the previous hash, as hex, and the canonical event. */
export function chainHash(previousHash: string, sequence: number, event: AuditEvent): string {
  return hash('sha256', previousHash + canonicalEvent(sequence, event), 'hex')
}

/** The end of the audit chain within one transaction. */
export type Chain = {
  readonly append: (...events: readonly AuditEvent[]) => void
  /**
   * Writes the appended records and the head of the chain, after other steps, and commits. PostgreSQL gets all of
   * it in one round trip: after an error it refuses what follows, the commit too.
   */
  readonly save: (others: readonly Step[], commit: Step) => Promise<void>
}

type ChainHead = { readonly sequence: number; readonly hash: string }

/** The audit chain of a store: how its head is locked, and what a transaction that locked it may do. */
export type AuditChain = {
  /** Locks the head; the first statement of a transaction. */
  readonly lock: Statement
  /** Continues the chain in that transaction, from the rows of `lock`. */
  readonly open: (connection: Connection, locked: readonly unknown[]) => Chain
}

/**
 * Compiles the statements of the audit chain. On PostgreSQL the row lock makes transactions of all replicas run
 * one after the other, so that the chain does not fork and what a transaction has read stays true until it
 * commits. On SQLite BEGIN IMMEDIATE has done that.
 */
export function auditChain({ compiler, engine }: Store): AuditChain {
  const lockHead = prepared(() =>
    compiler
      .selectFrom('audit_head')
      .select(['sequence', 'hash'])
      .where('id', '=', 1)
      .$if(engine === 'postgres', (query) => query.forUpdate()),
  )
  const insertAllButLast = rowsInserter(compiler)
  const saveHead = prepared((head: ChainHead) =>
    compiler
      .updateTable('audit_head')
      .set({ sequence: head.sequence, hash: head.hash })
      .where('id', '=', 1),
  )

  const send = engine === 'postgres' ? together : sendOneByOne

  const open: AuditChain['open'] = (connection, rowsOfHead) => {
    const [locked] = rowsOfHead as readonly ChainHead[]
    if (!locked) throw new Error('The head of the audit chain is missing.')
    let head: ChainHead = locked
    const rows: AuditTable[] = []
    return {
      append: (...events) => {
        for (const event of events) {
          const row = rowOf(head, event)
          rows.push(row)
          head = { sequence: row.sequence, hash: row.hash }
        }
      },
      save: async (others, commit) => {
        const last = await insertAllButLast(connection, rows)
        const written = last && [last, () => saveHead(connection, head)].map(asAudit)
        await send(...others, ...(written ?? []), commit)
      },
    }
  }
  return { lock: lockHead.statement, open }
}

/** As many as a batch of the group commit has; a sync plan may have an event for each of thousands of devices. */
const INSERT_ROWS_MAX = 64

/** Inserts rows. Gives the last statement as a step; null when there are no rows. */
function rowsInserter(compiler: Database) {
  const insert = preparedRows(AUDIT_COLUMNS, (rows) => compiler.insertInto('audit').values(rows))
  return async (connection: Connection, rows: readonly AuditTable[]): Promise<Step | null> => {
    let start = 0
    for (; start + INSERT_ROWS_MAX < rows.length; start += INSERT_ROWS_MAX) {
      await asAudit(() => insert(connection, rows.slice(start, start + INSERT_ROWS_MAX)))()
      // The event loop serves others between two statements.
      await setImmediate()
    }
    return rows.length === 0 ? null : () => insert(connection, rows.slice(start))
  }
}

function asAudit(step: Step): () => Promise<void> {
  return async () => {
    try {
      await step()
    } catch (cause) {
      throw auditUnavailable(cause)
    }
  }
}

/** SQLite would commit after an error. */
async function sendOneByOne(...steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step()
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
