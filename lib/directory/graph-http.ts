import { randomUUID } from 'node:crypto'
import { DirectoryTrouble, readJson, retryAfterOf } from './graph-answer.ts'
import { describeRefusal, readRefusal } from './graph-refusal.ts'

/** One call of Graph: how long it may take, how much it may say, and whether to ask it again. */

/** What one piece of work with Graph may cost; all its calls share it. */
export type Budget = {
  readonly requestMs: number
  readonly totalMs: number
  readonly pagesMax: number
  /** Of all answers together, after decompression. */
  readonly octetsMax: number
  /** How often a call that failed is made again. */
  readonly retriesMax: number
  /** `x-ms-throttle-priority`: what Graph throttles last and first. */
  readonly priority: 'high' | 'low'
}

const MEBIBYTE = 1024 * 1024

export const BUDGETS = {
  /** Somebody waits for the answer. */
  question: {
    requestMs: 3_000,
    totalMs: 8_000,
    pagesMax: 20,
    octetsMax: 32 * MEBIBYTE,
    retriesMax: 2,
    priority: 'high',
  },
  /** One object, asked in the background. Nothing is repeated: that would add to the load of a Graph that is down. */
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
  /** All users at risk, at a page a second: their limit is the whole tenant's, so nothing is repeated. */
  risk: {
    requestMs: 20_000,
    totalMs: 300_000,
    pagesMax: 200,
    octetsMax: 64 * MEBIBYTE,
    retriesMax: 0,
    priority: 'low',
  },
} as const satisfies Record<string, Budget>

/** A piece of work that has begun to use up its budget. */
export type Question = {
  readonly signal: AbortSignal
  readonly endsAt: number
  readonly budget: Budget
  octetsLeft: number
}

export type Outcome =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'trouble'; readonly again: boolean; readonly trouble: DirectoryTrouble }

type Call = Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> }

const BACKOFF_MS = 200
const ANSWERS = new Set([200, 201, 404])

export function beginQuestion(budget: Budget, signals: readonly AbortSignal[] = []): Question {
  return {
    signal: AbortSignal.any([...signals, AbortSignal.timeout(budget.totalMs)]),
    endsAt: performance.now() + budget.totalMs,
    budget,
    octetsLeft: budget.octetsMax,
  }
}

/**
 * Never throws: what is no answer is trouble, and says whether asking again may help. Each call has
 * a `client-request-id` of its own, so that a line of our log and Microsoft's support can meet.
 */
export async function fetchOnce(
  fetch: typeof globalThis.fetch,
  url: URL,
  call: Call,
  question: Question,
): Promise<Outcome> {
  const id = randomUUID()
  const headers = { ...call.headers, 'client-request-id': id }
  const signal = AbortSignal.any([question.signal, AbortSignal.timeout(question.budget.requestMs)])
  const what = `${withoutIds(url.pathname)}, client-request-id ${id},`
  try {
    const init = { ...call, headers, signal, redirect: 'manual', cache: 'no-store' } as const
    const response = await fetch(url, init)
    if (ANSWERS.has(response.status)) {
      return { kind: 'answer', body: await readJson(response, question) }
    }
    const { status } = response
    const message = `${what} answered ${status}${describeRefusal(await readRefusal(response))}`
    const retryAfter = retryAfterOf(response.headers.get('retry-after'))
    const trouble = new DirectoryTrouble(message, { status, retryAfter })
    return { kind: 'trouble', again: status === 429 || status >= 500, trouble }
  } catch (error) {
    if (error instanceof DirectoryTrouble) {
      const { status, cause } = error
      const trouble = new DirectoryTrouble(`${what} ${error.message}`, { status, cause })
      return { kind: 'trouble', again: false, trouble }
    }
    const message = signal.aborted ? `${what} took too long` : `${what} failed`
    // What was too slow once is not asked again: that would only add to its load.
    const trouble = new DirectoryTrouble(message, { cause: error })
    return { kind: 'trouble', again: !signal.aborted, trouble }
  }
}

/**
 * Waits as long as Graph asks, or a little with jitter. Throws the trouble when that is longer
 * than `waitMaxMs` or than the question has time.
 */
export async function pause(
  question: Question,
  trouble: DirectoryTrouble,
  attempt: number,
  waitMaxMs: number,
): Promise<void> {
  const backoff = BACKOFF_MS * 2 ** attempt * (0.5 + Math.random() / 2)
  const waitMs = trouble.retryAfter === null ? backoff : trouble.retryAfter * 1000
  if (waitMs > waitMaxMs || performance.now() + waitMs >= question.endsAt) throw trouble
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs)
    question.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** A path for the log: ids in it name people and devices. */
function withoutIds(path: string): string {
  return path.replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi, '{id}')
}
