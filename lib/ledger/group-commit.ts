import { CompiledQuery } from 'kysely'
import { auditChain, type Chain } from './audit/chain.ts'
import { asUnavailable, unusable } from './database-errors.ts'
import { prepared } from './prepared.ts'
import type { Database, Store } from './schema/tables.ts'
import type { Operation, Writing } from './writing.ts'

/**
 * Every change goes through one queue. A flush is one transaction with all operations that wait, so that many
 * requests share one fsync; an idle ledger commits at once. Each operation has a savepoint of its own: one
 * that fails is undone without the others. No caller gets a result before the commit.
 */

/** A larger batch would lock the head of the chain, and so the other replicas, for too long. */
const BATCH_MAX = 64

const SAVEPOINT = CompiledQuery.raw('savepoint operation')
const RELEASE = CompiledQuery.raw('release savepoint operation')
const UNDO = CompiledQuery.raw('rollback to savepoint operation')

export type Writer = {
  readonly submit: <T>(operation: Operation<T>) => Promise<T>
  /** Finishes all submitted operations and accepts no more. */
  readonly close: () => Promise<void>
}

type Outcome = { readonly ok: boolean; readonly settle: () => void }

/** Runs an operation and gives the function that reports its result, called after the commit. */
type Job = {
  readonly run: (writing: Writing) => Promise<Outcome>
  readonly reject: (error: unknown) => void
}

export function openWriter(store: Store): Writer {
  const begin = beginner(store)
  const queue: Job[] = []
  const idle: (() => void)[] = []
  let running = false
  let closed = false

  const drain = async () => {
    await flush(store.write, begin, queue.splice(0, BATCH_MAX))
    if (queue.length > 0) return schedule()
    running = false
    for (const done of idle.splice(0)) done()
  }
  const schedule = () => {
    running = true
    // The event loop serves others between two flushes; SQLite is synchronous and would not let it.
    setImmediate(() => void drain())
  }

  return {
    submit: (operation) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(unusable('The ledger is closed.'))
        queue.push(jobOf(operation, resolve, reject))
        if (!running) schedule()
      }),
    close: async () => {
      closed = true
      if (running) await new Promise<void>((resolve) => idle.push(resolve))
    },
  }
}

function jobOf<T>(
  operation: Operation<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Job {
  return {
    reject,
    run: async (writing) => {
      try {
        const value = await operation(writing)
        return { ok: true, settle: () => resolve(value) }
      } catch (error) {
        const failure = asUnavailable(error)
        return { ok: false, settle: () => reject(failure) }
      }
    },
  }
}

type Session = {
  readonly chain: Chain
  readonly writing: Writing
  /** Called last before the commit. */
  readonly save: () => Promise<void>
}

function beginner(store: Store): (db: Database) => Promise<Session> {
  const lockChain = auditChain(store)
  const raiseVersion = prepared(() =>
    store.write.updateTable('status_version').set((eb) => ({ version: eb('version', '+', 1) })),
  )
  return async (db) => {
    const chain = await lockChain(db)
    let changed = false
    const statusChanged = () => {
      changed = true
    }
    return {
      chain,
      writing: { db, append: chain.append, statusChanged },
      save: async () => {
        // Raised once for the whole batch; needlessly so when the only operation was undone.
        if (changed) await raiseVersion(db, {})
        await chain.save()
      },
    }
  }
}

/** Never throws: errors are reported by the jobs. */
async function flush(
  db: Database,
  begin: (db: Database) => Promise<Session>,
  batch: readonly Job[],
): Promise<void> {
  const outcomes: Outcome[] = []
  try {
    await db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (transaction) => {
        const session = await begin(transaction)
        for (const job of batch) {
          outcomes.push(await runApart(session, job, batch.length > 1))
        }
        // A job that is alone in its transaction has no savepoint; when it fails, the transaction is rolled
        // back.
        if (batch.length === 1 && outcomes[0]?.ok === false) throw new Error('undo')
        await session.save()
      })
  } catch (error) {
    const [only] = outcomes
    if (batch.length === 1 && only?.ok === false) return only.settle()
    const failure = asUnavailable(error)
    for (const job of batch) job.reject(failure)
    return
  }
  for (const outcome of outcomes) outcome.settle()
}

async function runApart(
  { chain, writing }: Session,
  job: Job,
  withSavepoint: boolean,
): Promise<Outcome> {
  if (!withSavepoint) return job.run(writing)

  const { db } = writing
  const mark = chain.mark()
  await db.executeQuery(SAVEPOINT)
  const outcome = await job.run(writing)
  if (!outcome.ok) {
    await db.executeQuery(UNDO)
    chain.returnTo(mark)
  }
  await db.executeQuery(RELEASE)
  return outcome
}
