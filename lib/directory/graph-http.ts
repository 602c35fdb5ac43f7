import { DirectoryTrouble, readJson, retryAfterOf } from './graph-answer.ts'

/** One call of Graph: how long it may take, how much it may say, and whether to ask it again. */

/** What one piece of work with Graph may cost; all its calls share it. */
export type Budget = {
  readonly requestMs: number
  readonly totalMs: number
  readonly pagesMax: number
  /** Of all answers together, after decompression. */
  readonly octetsMax: number
}

const MEBIBYTE = 1024 * 1024

export const BUDGETS = {
  /** Somebody waits for the answer. */
  question: { requestMs: 3_000, totalMs: 8_000, pagesMax: 20, octetsMax: 32 * MEBIBYTE },
  /** What changed since the last reading. */
  changes: { requestMs: 20_000, totalMs: 60_000, pagesMax: 10_000, octetsMax: 256 * MEBIBYTE },
  /** A whole directory, page by page. */
  everything: { requestMs: 20_000, totalMs: 600_000, pagesMax: 10_000, octetsMax: 512 * MEBIBYTE },
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

/** Never throws: what is no answer is trouble, and says whether asking again may help. */
export async function fetchOnce(
  call: typeof globalThis.fetch,
  url: URL,
  init: RequestInit,
  question: Question,
): Promise<Outcome> {
  const signal = AbortSignal.any([question.signal, AbortSignal.timeout(question.budget.requestMs)])
  try {
    const response = await call(url, { ...init, signal, redirect: 'manual', cache: 'no-store' })
    if (ANSWERS.has(response.status)) {
      return { kind: 'answer', body: await readJson(response, question) }
    }
    await response.body?.cancel()
    const again = response.status === 429 || response.status >= 500
    const retryAfter = retryAfterOf(response.headers.get('retry-after'))
    const message = `${url.pathname} answered ${response.status}`
    const trouble = new DirectoryTrouble(message, { status: response.status, retryAfter })
    return { kind: 'trouble', again, trouble }
  } catch (error) {
    if (error instanceof DirectoryTrouble) return { kind: 'trouble', again: false, trouble: error }
    const message = signal.aborted ? `${url.pathname} took too long` : `${url.pathname} failed`
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
