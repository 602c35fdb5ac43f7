import { randomUUID } from 'node:crypto'
import type { Address } from './exchange.ts'
import { gather } from './gather.ts'
import { DirectoryError, errorOutcome, type Outcome } from './graph-answer.ts'
import { BATCH_MAX, batchBody, batchOutcomes, batchUrlOf, versionOf } from './graph-batch.ts'
import { BATCH_OCTETS_MAX, callOnce, nameOf, pause, type Question } from './graph-http.ts'
import { type GraphClientOptions, openGraphTokens } from './graph-token.ts'

/** Gives the body of an answer, or null for a 404 about the object itself. */
export type Read = (url: Address, headers?: Readonly<Record<string, string>>) => Promise<unknown>

export type Reader = {
  /**
   * Retries where that may help, within the question's budget. Questions of the same turn of the event loop
   * go to Graph in one batch; a single one goes by itself.
   */
  readonly read: Read
  /** Sent once, except when the access token is refused. */
  readonly write: (url: Address, method: 'POST' | 'PATCH', body: string) => Promise<unknown>
}

/** A question whose caller waits. */
type Asked = {
  readonly url: Address
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly resolve: (body: unknown) => void
  readonly reject: (error: unknown) => void
}

type Failed = Extract<Outcome, { kind: 'error' }> & { readonly asked: Asked }

/** Reads and writes as an application with one token, which is renewed in time. */
export function openReader(
  options: GraphClientOptions,
  base: Address,
): (question: Question) => Reader {
  const tokens = openGraphTokens(options)

  /** Sends these questions in one call, and retries those that failed, until each is answered or given up. */
  async function settle(question: Question, together: readonly Asked[], retriesMax: number) {
    let left = together
    let renewed = false
    try {
      for (let attempt = 0; left.length > 0; attempt += 1) {
        const token = await tokens.current()
        const failed = take(left, await send(question, token, left, base))
        // The token may have been revoked early; a second 401 with a new token has another cause.
        const refused = renewed ? [] : failed.filter(({ error }) => error.status === 401)
        const again = attempt < retriesMax ? failed.filter((one) => one.again) : []
        for (const one of failed) {
          if (!refused.includes(one) && !again.includes(one)) one.asked.reject(one.error)
        }
        left = [...refused, ...again].map(({ asked }) => asked)
        if (refused.length > 0) {
          renewed = true
          tokens.forget(token)
        }
        const [longest] = again.toSorted((a, b) => waitOf(b) - waitOf(a))
        if (longest !== undefined) await pause(question, longest.error, attempt)
      }
    } catch (error) {
      for (const { reject } of left) reject(error)
    }
  }

  return (question) => {
    const ask = gather<Asked>((all) => {
      for (const together of callsOf(all, base)) {
        void settle(question, together, question.budget.retriesMax)
      }
    })
    return {
      read: (url, headers = {}) =>
        new Promise((resolve, reject) => {
          ask({ url, method: 'GET', headers, resolve, reject })
        }),
      write: (url, method, body) =>
        new Promise((resolve, reject) => {
          const headers = { 'content-type': 'application/json' }
          void settle(question, [{ url, method, headers, body, resolve, reject }], 0)
        }),
    }
  }
}

/** Groups questions by call: those of one version, up to Graph's limit for a batch. */
function callsOf(all: readonly Asked[], base: Address): readonly (readonly Asked[])[] {
  if (all.length === 1) return [all]
  const versions = Map.groupBy(all, ({ url }) => versionOf(url, base))
  return [...versions.values()].flatMap((same) => {
    const count = Math.ceil(same.length / BATCH_MAX)
    return Array.from({ length: count }, (_, at) =>
      same.slice(at * BATCH_MAX, (at + 1) * BATCH_MAX),
    )
  })
}

/** Passes answers to their callers; gives the questions that failed. */
function take(asked: readonly Asked[], outcomes: readonly Outcome[]): readonly Failed[] {
  return asked.flatMap((one, at) => {
    const outcome = outcomes[at]
    if (outcome === undefined) throw new DirectoryError('there are fewer answers than questions')
    if (outcome.kind === 'error') return [{ ...outcome, asked: one }]
    one.resolve(outcome.body)
    return []
  })
}

function waitOf({ error }: Failed): number {
  return error.retryAfter ?? 0
}

/** Gives the outcome of each question, in order. Never throws. */
async function send(
  question: Question,
  token: string,
  asked: readonly Asked[],
  base: Address,
): Promise<readonly Outcome[]> {
  const [first] = asked
  if (first === undefined) return []
  const id = randomUUID()
  const priority = { 'x-ms-throttle-priority': question.budget.priority }
  const own = { authorization: `Bearer ${token}`, ...priority }
  if (asked.length === 1) {
    const { url, method, body } = first
    const headers = { ...first.headers, ...own }
    const call = { id, method, headers, ...(body !== undefined && { body }) }
    return [await callOnce(url, call, question)]
  }
  const batched = asked.map(({ url, headers }) => ({ url, headers: { ...headers, ...priority } }))
  const url = batchUrlOf(first.url, base)
  const call = {
    id,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...own },
    body: batchBody(batched, url),
  }
  const whole = await callOnce(url, call, question, BATCH_OCTETS_MAX)
  if (whole.kind === 'error') return asked.map(() => whole)
  const names = asked.map((one) => nameOf(one.url, id, ' in a batch'))
  try {
    return batchOutcomes(whole.body, names)
  } catch (error) {
    const why = error instanceof DirectoryError ? error.message : 'a batch cannot be read'
    return names.map((name) => errorOutcome(`${name} ${why}`))
  }
}
