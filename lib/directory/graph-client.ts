import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { DirectoryTrouble, parseAnswer } from './graph-answer.ts'
import {
  BUDGETS,
  type Budget,
  beginQuestion,
  fetchOnce,
  pause,
  type Question,
} from './graph-http.ts'
import { LINK_MAX, notTrusted, resumedLink, trustedLink } from './graph-link.ts'
import { type GraphClientOptions, openGraphTokens } from './graph-token.ts'

/**
 * Speaks with Microsoft Graph as an application. Graph is trusted for what it says and not for
 * where it sends us: no redirect is followed and no link goes elsewhere than where we asked, so
 * that the token stays with Graph. Whatever is not a plain answer is `directory_unavailable`.
 */
export type GraphClient = {
  /** Runs one question; all its calls share its budget (by default 8 seconds) and end with it. */
  readonly ask: <T>(question: (calls: GraphCalls) => Promise<T>, budget?: Budget) => Promise<T>
}

export type GraphCalls = {
  /** One object, or null when Graph says that there is none. */
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T | null>
  /** All pages of a list; [] when Graph says that what it hangs on does not exist. */
  readonly list: <T>(path: string, schema: z.ZodType<T>, turns?: Turns<T>) => Promise<readonly T[]>
  /** All pages of a list that is always there; were it not, that is trouble and no empty list. */
  readonly collection: <T>(
    path: string,
    schema: z.ZodType<T>,
    turns?: Turns<T>,
  ) => Promise<readonly T[]>
  /**
   * One page of a list that is always there: the one that a link of an earlier page leads to, or
   * the first. Throws trouble with status 410 for a link that is not of this place.
   */
  readonly page: <T>(
    path: string,
    link: string | null,
    schema: z.ZodType<T>,
  ) => Promise<GraphPage<T>>
  /** Writes one object of our own; sent once, since a second time may be one too many. Null for 404. */
  readonly send: <T>(
    method: 'POST' | 'PATCH',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
  ) => Promise<T | null>
}

export type GraphPage<T> = {
  readonly items: readonly T[]
  /** Of the next page; null on the last one. */
  readonly nextLink: string | null
  /** Of the next reading, on the last page of a delta query. */
  readonly deltaLink: string | null
}

/** How a list of many pages is read. */
export type Turns<T> = {
  /** Sent with each page. */
  readonly headers?: Readonly<Record<string, string>>
  /** Called before each page. */
  readonly before?: () => Promise<void>
  /** What follows this page is not wanted any more. */
  readonly until?: (items: readonly T[]) => boolean
}

/** While nothing is read yet, a longer wait is the caller's to make. */
const FIRST_WAIT_MAX_MS = 8_000

const link = z.string().max(LINK_MAX).optional()

/** The items are read one by one, so that this schema is compiled once and not for every list. */
const pageSchema = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': link,
  '@odata.deltaLink': link,
})

type Sending = {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function openGraphClient(options: GraphClientOptions): GraphClient {
  const base = new URL(options.graphUrl.endsWith('/') ? options.graphUrl : `${options.graphUrl}/`)
  const read = reader(options)
  const onePage = pageReader(read, base)

  /** Page by page, up to the question's budget; none when Graph says that the list does not exist. */
  async function* pages<T>(
    question: Question,
    first: URL,
    schema: z.ZodType<T>,
    turns: Turns<T> = {},
  ): AsyncGenerator<readonly T[]> {
    const seen = new Set<string>()
    for (let url = first; seen.size < question.budget.pagesMax; ) {
      const isFirst = seen.size === 0
      await turns.before?.()
      const waitMaxMs = isFirst ? FIRST_WAIT_MAX_MS : question.budget.totalMs
      const page = await onePage(question, url, schema, waitMaxMs, turns.headers)
      // A list that vanishes between two pages is not a short list.
      if (page === null && !isFirst) throw new DirectoryTrouble('a page is gone')
      if (page === null) return
      yield page.items
      if (page.nextLink === null || turns.until?.(page.items)) return
      seen.add(url.href)
      url = new URL(page.nextLink)
      if (seen.has(url.href)) throw notTrusted(page.nextLink)
    }
    throw new DirectoryTrouble(`more than ${question.budget.pagesMax} pages`)
  }

  const callsOf = (question: Question): GraphCalls => ({
    get: async (path, schema) => {
      const body = await read(question, new URL(path, base))
      return body === null ? null : parseAnswer(schema, body)
    },
    list: async (path, schema, turns) => {
      return (await Array.fromAsync(pages(question, new URL(path, base), schema, turns))).flat()
    },
    collection: async (path, schema, turns) => {
      const found = await Array.fromAsync(pages(question, new URL(path, base), schema, turns))
      if (found.length === 0) throw new DirectoryTrouble('a collection is not there')
      return found.flat()
    },
    page: async (path, link, schema) => {
      const start = new URL(path, base)
      const url = link === null ? start : resumedLink(link, base, start)
      const page = await onePage(question, url, schema, FIRST_WAIT_MAX_MS)
      if (page === null) throw new DirectoryTrouble('a collection is not there', { status: 404 })
      return page
    },
    send: async (method, path, body, schema) => {
      const sending = { method, body: JSON.stringify(body) }
      const answer = await read(question, new URL(path, base), sending)
      return answer === null ? null : parseAnswer(schema, answer)
    },
  })

  return {
    ask: async (run, budget = BUDGETS.question) => {
      const ended = new AbortController()
      try {
        return await run(callsOf(beginQuestion(budget, [ended.signal])))
      } catch (error) {
        throw unavailable(error)
      } finally {
        // With a reason, since without one an exception with its stack is made for every question.
        ended.abort('the question has ended')
      }
    },
  }
}

/** Gives one page, or null when Graph says that the list does not exist. */
function pageReader(read: Read, base: URL) {
  return async <T>(
    question: Question,
    url: URL,
    schema: z.ZodType<T>,
    waitMaxMs: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<GraphPage<T> | null> => {
    const body = await read(question, url, { headers }, waitMaxMs)
    if (body === null) return null
    const answer = parseAnswer(pageSchema, body)
    const { '@odata.nextLink': nextLink = null, '@odata.deltaLink': deltaLink = null } = answer
    const next = nextLink === null ? null : trustedLink(nextLink, base, url)
    if (deltaLink !== null) trustedLink(deltaLink, base, url)
    if (nextLink !== null && next?.href === url.href) throw notTrusted(nextLink)
    return { items: answer.value.map((item) => parseAnswer(schema, item)), nextLink, deltaLink }
  }
}

type Read = (
  question: Question,
  url: URL,
  sending?: Sending,
  waitMaxMs?: number,
) => Promise<unknown>

/** Gives the parsed body of a call, or null for 404; renews the token and tries again where that may help. */
function reader(options: GraphClientOptions): Read {
  const call = options.fetch ?? globalThis.fetch
  const tokens = openGraphTokens(options)
  return async (
    question: Question,
    url: URL,
    sending: Sending = {},
    waitMaxMs = FIRST_WAIT_MAX_MS,
  ) => {
    const retries = sending.method === undefined ? question.budget.retriesMax : 0
    let renewed = false
    for (let attempt = 0; ; attempt += 1) {
      const token = await tokens.current()
      const headers = {
        ...sending.headers,
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'x-ms-throttle-priority': question.budget.priority,
        ...(sending.body !== undefined && { 'content-type': 'application/json' }),
      }
      const outcome = await fetchOnce(call, url, { ...sending, headers }, question)
      if (outcome.kind === 'answer') return outcome.body
      if (outcome.trouble.status === 401 && !renewed) {
        // The token may have been revoked before its time; a second 401 means that it is not that.
        renewed = true
        tokens.forget(token)
        continue
      }
      if (!outcome.again || attempt >= retries) throw outcome.trouble
      await pause(question, outcome.trouble, attempt, waitMaxMs)
    }
  }
}

/** How an error reads to who asked; what Graph said stays in its cause, for the log. */
function unavailable(cause: unknown): LatchkeyError {
  if (cause instanceof LatchkeyError) return cause
  const asked = cause instanceof DirectoryTrouble ? cause.retryAfter : null
  return new LatchkeyError('directory_unavailable', 'The directory does not answer right now.', {
    remedy: 'Nothing was decided and nothing was issued. Try again in a moment.',
    retryAfterSeconds: Math.max(1, Math.ceil(asked ?? RETRY_AFTER_DEFAULT_SECONDS)),
    cause,
  })
}

const RETRY_AFTER_DEFAULT_SECONDS = 10
