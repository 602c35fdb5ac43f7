import { setTimeout as delay } from 'node:timers/promises'
import { step } from '#lib/telemetry.ts'
import { type Address, exchange, type Sent } from './exchange.ts'
import {
  ANSWERS,
  DirectoryError,
  errorOutcome,
  type Outcome,
  outcomeOf,
  readJson,
} from './graph-answer.ts'
import { readRefusal } from './graph-refusal.ts'

/** One call of Graph: its time limit, the size of its answer, and whether to retry it. */

/** The limits of one piece of work with Graph, shared by all its calls. */
export type Budget = {
  readonly requestMs: number
  readonly totalMs: number
  readonly pagesMax: number
  /** Octets of all answers together, after decompression. */
  readonly octetsMax: number
  /** How often a call that failed is made again. */
  readonly retriesMax: number
  /** `x-ms-throttle-priority`: what Graph throttles last and first. */
  readonly priority: 'high' | 'low'
}

const MEBIBYTE = 1024 * 1024

export const BUDGETS = {
  /** A person or device waits for the answer. */
  question: {
    requestMs: 3_000,
    totalMs: 8_000,
    pagesMax: 20,
    octetsMax: 32 * MEBIBYTE,
    retriesMax: 2,
    priority: 'high',
  },
  /** One object, looked up in the background. No retries, which would add to the load of a failing Graph. */
  lookUp: {
    requestMs: 5_000,
    totalMs: 10_000,
    pagesMax: 20,
    octetsMax: 16 * MEBIBYTE,
    retriesMax: 0,
    priority: 'low',
  },
  /** One page of the directory sync. */
  page: {
    requestMs: 20_000,
    totalMs: 60_000,
    pagesMax: 1,
    octetsMax: 8 * MEBIBYTE,
    retriesMax: 2,
    priority: 'low',
  },
  /**
   * All users at risk, a page a second: their limit is shared by the whole tenant, so there are no retries.
   */
  risk: {
    requestMs: 20_000,
    totalMs: 300_000,
    pagesMax: 200,
    octetsMax: 64 * MEBIBYTE,
    retriesMax: 0,
    priority: 'low',
  },
} as const satisfies Record<string, Budget>

/** A piece of work with what is left of its budget. */
export type Question = {
  readonly endsAt: number
  readonly budget: Budget
  octetsLeft: number
  hasEnded: boolean
  /** Ends each call and pause that nobody waits for any more. */
  readonly endings: Set<() => void>
}

export type Call = Sent & {
  /** A new id for each call, by which a line of our log and Microsoft's support refer to it. */
  readonly id: string
}

const BACKOFF_MS = 200
/** For a longer Retry-After the call fails, and its caller decides when to try again. */
const WAIT_MAX_MS = 8_000
/** Octets of one answer. */
const OCTETS_MAX = 4 * MEBIBYTE
/** Octets of all answers in one batch: enough for twenty of Intune's longest pages. */
export const BATCH_OCTETS_MAX = 16 * MEBIBYTE

export function beginQuestion(budget: Budget): Question {
  const endsAt = performance.now() + budget.totalMs
  return { endsAt, budget, octetsLeft: budget.octetsMax, hasEnded: false, endings: new Set() }
}

/** Ends what is still under way, and what would begin afterwards. */
export function endQuestion(question: Question): void {
  question.hasEnded = true
  for (const end of question.endings) end()
}

/** Makes one call. Never throws: anything but an answer is an outcome that says whether a retry may help. */
export function callOnce(
  url: Address,
  call: Call,
  question: Question,
  octetsMax = OCTETS_MAX,
): Promise<Outcome> {
  const work = () => makeCall(url, call, question, octetsMax)
  return step('graph_call', work, ({ kind }) => kind === 'error')
}

async function makeCall(
  url: Address,
  call: Call,
  question: Question,
  octetsMax: number,
): Promise<Outcome> {
  const headers = { ...call.headers, 'client-request-id': call.id }
  const what = () => nameOf(url, call.id)
  const { signal, clear } = deadlineOf(question)
  try {
    const received = await exchange(url, { ...call, headers }, signal)
    const { status } = received
    const body = ANSWERS.has(status)
      ? await readJson(received, octetsMax, question)
      : await readRefusal(received.body)
    const header = (name: string) => received.headers[name]?.toString() ?? null
    return outcomeOf(what, { status, header, body })
  } catch (error) {
    if (error instanceof DirectoryError) {
      const { status, cause } = error
      return errorOutcome(`${what()} ${error.message}`, { status, cause })
    }
    const message = `${what()} ${signal.aborted ? 'took too long' : 'failed'}`
    // A call that timed out is not retried: that would only add to the load.
    return errorOutcome(message, { cause: error }, !signal.aborted)
  } finally {
    clear()
  }
}

/**
 * The deadline of one call: its own limit, its question's, or the end of its question. Cleared by hand, since
 * AbortSignal.timeout would create an exception with a stack trace long after each call.
 */
function deadlineOf(question: Question) {
  const { endsAt, budget } = question
  const { signal, end, forget } = endingOf(question)
  const timer = setTimeout(end, Math.min(budget.requestMs, endsAt - performance.now()))
  const clear = () => {
    clearTimeout(timer)
    forget()
  }
  return { signal, clear }
}

/** Gives a signal that comes when the question ends. */
function endingOf({ endings, hasEnded }: Question) {
  const over = new AbortController()
  // With a reason: without one Node creates an exception with a stack trace.
  const end = () => over.abort('it is not waited for any more')
  endings.add(end)
  if (hasEnded) end()
  return { signal: over.signal, end, forget: () => endings.delete(end) }
}

/**
 * Waits as long as Graph asks, or a short time with jitter. Throws the error when that is too long, or longer
 * than the question has left.
 */
export async function pause(
  question: Question,
  error: DirectoryError,
  attempt: number,
): Promise<void> {
  const backoff = BACKOFF_MS * 2 ** attempt * (0.5 + Math.random() / 2)
  const waitMs = error.retryAfter === null ? backoff : error.retryAfter * 1000
  if (waitMs > WAIT_MAX_MS || performance.now() + waitMs >= question.endsAt) throw error
  const { signal, forget } = endingOf(question)
  try {
    await delay(waitMs, null, { signal })
  } catch {
    throw error
  } finally {
    forget()
  }
}

/** Names a call for the log without the ids in its path, which identify people and devices. */
export function nameOf({ pathname }: Pick<Address, 'pathname'>, id: string, how = ''): string {
  const path = pathname.replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi, '{id}')
  return `${path}${how}, client-request-id ${id},`
}
