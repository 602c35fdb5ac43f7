import type { AuditEvent } from '#lib/audit.ts'
import { inBackground, isTold, step, tell } from '#lib/telemetry.ts'
import { auditChain } from './audit/chain.ts'
import type { Connection, Statement } from './connection.ts'
import { asUnavailable, unusable } from './database-errors.ts'
import { prepared } from './prepared.ts'
import type { Step, Store } from './schema/tables.ts'
import type { Operation, Touches, Writing } from './writing.ts'

/**
 * Every change goes through one queue. A flush is one transaction with all operations that wait, so that many
 * requests share one fsync; an idle ledger commits at once. When one of them fails, the transaction is rolled
 * back and each is tried again alone, so that it fails without the others; savepoints would cost every batch
 * more than this costs the rare one. No caller gets a result before the commit.
 *
 * On PostgreSQL, operations of a batch that touch nothing in common run side by side, so that the same statement
 * of all of them is sent once (gathered.ts); the head of the audit chain is locked for fewer round trips.
 */

/** A larger batch would lock the head of the chain, and so the other replicas, for too long. */
const BATCH_MAX = 64

export type Writer = {
  /**
   * `touches` names everything that the operation reads and another may write, or the reverse; without it the
   * operation runs beside no other.
   */
  readonly submit: <T>(operation: Operation<T>, touches?: Touches) => Promise<T>
  /** Finishes all submitted operations and accepts no more. */
  readonly close: () => Promise<void>
}

type Outcome = { readonly ok: boolean; readonly settle: () => void }

/** Runs an operation and gives the function that reports its result, called after the commit. */
type Job = {
  readonly touches: Touches | null
  readonly run: (writing: Writing) => Promise<Outcome>
  readonly reject: (error: unknown) => void
}

export function openWriter(store: Store): Writer {
  const beginner = beginnerOf(store)
  const queue: Job[] = []
  const idle: (() => void)[] = []
  let running = false
  let closed = false

  const take = (most: number): readonly Job[] => {
    const batch = queue.splice(0, most)
    tell({ kind: 'queued', count: queue.length })
    return batch
  }
  const drain = async () => {
    const first = Math.min(queue.length, BATCH_MAX)
    await flush(store, beginner, { batch: () => take(BATCH_MAX), first: () => take(first) })
    if (queue.length > 0) return schedule()
    running = false
    for (const done of idle.splice(0)) done()
  }
  const schedule = (before = 1) => {
    running = true
    // The event loop serves others between two flushes; SQLite is synchronous and would not let it.
    setImmediate(inBackground, () => {
      // Several that came in one turn are followed by others in the next, and may all share one commit.
      const isGrowing = queue.length > before && queue.length < BATCH_MAX
      if (isGrowing) schedule(queue.length)
      else void drain()
    })
  }

  return {
    submit: (operation, touches) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(unusable('The ledger is closed.'))
        queue.push({ touches: touches ?? null, ...jobOf(operation, resolve, reject) })
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
): Omit<Job, 'touches'> {
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
  readonly writing: Writing
  /** What was appended to the audit chain; empty when nobody asks. */
  readonly events: readonly AuditEvent[]
  /** Writes what is left, and commits. */
  readonly save: (commit: Step) => Promise<void>
}

type Beginner = {
  readonly first: Statement
  readonly begin: (connection: Connection, rows: readonly unknown[]) => Session
}

function beginnerOf(store: Store): Beginner {
  const { lock, open } = auditChain(store)
  const raiseVersion = prepared(() =>
    store.compiler.updateTable('status_version').set((eb) => ({ version: eb('version', '+', 1) })),
  )
  const begin: Beginner['begin'] = (connection, rows) => {
    const chain = open(connection, rows)
    const events: AuditEvent[] = []
    const append: typeof chain.append = (...appended) => {
      chain.append(...appended)
      if (isTold()) events.push(...appended)
    }
    let changed = false
    const statusChanged = () => {
      changed = true
    }
    return {
      writing: { ...connection, append, statusChanged },
      events,
      // Raised once for the whole batch.
      save: (commit) => chain.save(changed ? [() => raiseVersion(connection, {})] : [], commit),
    }
  }
  return { first: lock, begin }
}

type Waiting = {
  readonly batch: () => readonly Job[]
  /** Those that wait since before the flush. */
  readonly first: () => readonly Job[]
}

/**
 * Takes the batch when its transaction has the head of the chain: who came while another replica had it goes along,
 * but not into the failure of one that could not begin. Never throws: errors are reported by the jobs.
 */
async function flush(store: Store, beginner: Beginner, take: Waiting): Promise<void> {
  let batch: readonly Job[] = []
  const attempt = await tryTogether(store, beginner, () => {
    batch = take.batch()
    return batch
  })
  if (attempt.failed === null) {
    report(attempt)
  } else if (attempt.failed instanceof JobFailed && batch.length > 1) {
    await flushApart(store, beginner, batch)
  } else {
    reportFailure(attempt, attempt.began ? batch : take.first())
  }
}

/** Each job in a transaction of its own. A database on which none can begin is not asked for every job. */
async function flushApart(store: Store, beginner: Beginner, batch: readonly Job[]): Promise<void> {
  for (const [index, job] of batch.entries()) {
    const attempt = await tryTogether(store, beginner, () => [job])
    if (attempt.failed === null) {
      report(attempt)
    } else if (attempt.began) {
      reportFailure(attempt, [job])
    } else {
      reportFailure(attempt, batch.slice(index))
      return
    }
  }
}

type Attempt = {
  readonly outcomes: readonly Outcome[]
  readonly events: readonly AuditEvent[]
  readonly began: boolean
  readonly failed: unknown
}

/** An operation failed, so that nothing was committed. */
class JobFailed extends Error {}

async function tryTogether(
  store: Store,
  { first, begin }: Beginner,
  take: () => readonly Job[],
): Promise<Attempt> {
  const outcomes: Outcome[] = []
  let session: Session | null = null
  const work = async (connection: Connection, rows: readonly unknown[]) => {
    session = begin(connection, rows)
    const batch = take()
    for (const jobs of store.engine === 'sqlite' ? batch.map(alone) : sideBySide(batch)) {
      const { writing }: Session = session
      const done = await Promise.all(jobs.map((job) => job.run(writing)))
      outcomes.push(...done)
      if (done.some(({ ok }) => !ok)) throw new JobFailed()
    }
  }
  try {
    await step('ledger_commit', () =>
      store.transaction(first, work, async (commit) => session?.save(commit)),
    )
    return { outcomes, events: eventsOf(session), began: true, failed: null }
  } catch (failed) {
    return { outcomes, events: [], began: session !== null, failed }
  }
}

function alone(job: Job): readonly Job[] {
  return [job]
}

/** Splits a batch, in its order, into groups that touch nothing in common. */
function sideBySide(batch: readonly Job[]): readonly (readonly Job[])[] {
  const groups: Job[][] = []
  let touched: Set<string> | null = null
  for (const job of batch) {
    const group = groups.at(-1)
    if (group && touched && job.touches && !job.touches.some((one) => touched?.has(one))) {
      group.push(job)
      for (const one of job.touches) touched.add(one)
    } else {
      groups.push([job])
      touched = job.touches && new Set(job.touches)
    }
  }
  return groups
}

/** The compiler does not see that the transaction has set it. */
function eventsOf(session: Session | null): readonly AuditEvent[] {
  return session?.events ?? []
}

function report({ outcomes, events }: Attempt): void {
  for (const outcome of outcomes) outcome.settle()
  for (const event of events) tell({ kind: 'audited', event })
}

function reportFailure({ outcomes, failed }: Attempt, batch: readonly Job[]): void {
  const [only] = outcomes
  if (batch.length === 1 && only?.ok === false) {
    only.settle()
    return
  }
  const failure = asUnavailable(failed)
  for (const job of batch) job.reject(failure)
}
