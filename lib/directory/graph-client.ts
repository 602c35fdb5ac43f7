import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { DirectoryTrouble, notTrusted, parseAnswer } from './graph-answer.ts'
import {
  BUDGETS,
  type Budget,
  beginQuestion,
  fetchOnce,
  pause,
  type Question,
} from './graph-http.ts'
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
  readonly list: <T>(path: string, schema: z.ZodType<T>) => Promise<readonly T[]>
  /** All pages of a list that is always there; were it not, that is trouble and no empty list. */
  readonly collection: <T>(path: string, schema: z.ZodType<T>) => Promise<readonly T[]>
  /**
   * What changed since the link of an earlier answer, or everything when that is null, in Graph's
   * order. Throws trouble with status 410 for a link that is not of this place.
   */
  readonly changes: <T>(
    path: string,
    link: string | null,
    schema: z.ZodType<T>,
  ) => Promise<Changes<T>>
  /** Writes one object of our own; sent once, since a second time may be one too many. Null for 404. */
  readonly send: <T>(
    method: 'POST' | 'PATCH',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
  ) => Promise<T | null>
}

export type Changes<T> = { readonly items: readonly T[]; readonly link: string }

const RETRIES_MAX = 2
/** Graph's largest page; it may ignore the wish. */
const PAGE_SIZE = 999
/** A link is kept and sent again, so it has an end. */
const LINK_MAX = 32 * 1024
/** While nothing is read yet, a longer wait is the caller's to make. */
const FIRST_WAIT_MAX_MS = 8_000

const link = z.string().max(LINK_MAX).optional()

/** The items are read one by one, so that this schema is compiled once and not for every list. */
const pageSchema = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': link,
  '@odata.deltaLink': link,
})

type Page<T> = { readonly value: readonly T[]; readonly deltaLink: string | null }
type Sending = { readonly method?: string; readonly body?: string; readonly prefer?: string }

export function openGraphClient(options: GraphClientOptions): GraphClient {
  const base = new URL(options.graphUrl.endsWith('/') ? options.graphUrl : `${options.graphUrl}/`)
  const read = reader(options)

  /** Page by page, up to the question's budget; none when Graph says that the list does not exist. */
  async function* pages<T>(
    question: Question,
    first: URL,
    schema: z.ZodType<T>,
    prefer?: string,
  ): AsyncGenerator<Page<T>> {
    const sending = prefer === undefined ? {} : { prefer }
    const seen = new Set<string>()
    for (let url = first; seen.size < question.budget.pagesMax; ) {
      const isFirst = seen.size === 0
      const waitMaxMs = isFirst ? FIRST_WAIT_MAX_MS : question.budget.totalMs
      const body = await read(question, url, sending, waitMaxMs)
      // A list that vanishes between two pages is not a short list.
      if (body === null && !isFirst) throw new DirectoryTrouble('a page is gone')
      if (body === null) return
      const answer = parseAnswer(pageSchema, body)
      const value = answer.value.map((item) => parseAnswer(schema, item))
      yield { value, deltaLink: answer['@odata.deltaLink'] ?? null }
      const next = answer['@odata.nextLink']
      if (next === undefined) return
      seen.add(url.href)
      url = trustedLink(next, base, url)
      if (seen.has(url.href)) throw notTrusted(next)
    }
    throw new DirectoryTrouble(`more than ${question.budget.pagesMax} pages`)
  }

  const callsOf = (question: Question): GraphCalls => ({
    get: async (path, schema) => {
      const body = await read(question, new URL(path, base))
      return body === null ? null : parseAnswer(schema, body)
    },
    list: async (path, schema) => {
      const found = await Array.fromAsync(pages(question, new URL(path, base), schema))
      return found.flatMap((page) => page.value)
    },
    collection: async (path, schema) => {
      const found = await Array.fromAsync(pages(question, new URL(path, base), schema))
      if (found.length === 0) throw new DirectoryTrouble('a collection is not there')
      return found.flatMap((page) => page.value)
    },
    changes: async (path, link, schema) => {
      const start = new URL(path, base)
      const first = link === null ? start : resumed(link, base, start)
      const prefer = `odata.maxpagesize=${PAGE_SIZE}`
      const found = await Array.fromAsync(pages(question, first, schema, prefer))
      const last = found.at(-1)?.deltaLink ?? null
      // Without it the next reading would not know what it has missed.
      if (last === null) throw new DirectoryTrouble('changes end without a link', { status: 404 })
      trustedLink(last, base, start)
      return { items: found.flatMap((page) => page.value), link: last }
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
    const { prefer, ...init } = sending
    const retries = init.method === undefined ? RETRIES_MAX : 0
    let renewed = false
    for (let attempt = 0; ; attempt += 1) {
      const token = await tokens.current()
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(prefer !== undefined && { prefer }),
        ...(init.body !== undefined && { 'content-type': 'application/json' }),
      }
      const outcome = await fetchOnce(call, url, { ...init, headers }, question)
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

/** A link that was kept, perhaps under another configuration: then it counts as forgotten. */
function resumed(link: string, base: URL, start: URL): URL {
  try {
    return trustedLink(link, base, start)
  } catch (cause) {
    throw new DirectoryTrouble('the link of the last reading is of another place', {
      status: 410,
      cause,
    })
  }
}

/** Same scheme, host, port, version and collection as before, and no name or password in it. */
function trustedLink(link: string, base: URL, from: URL): URL {
  const next = URL.parse(link)
  const root = base.pathname
  const collection = from.pathname.slice(root.length).split('/').slice(0, 2).join('/')
  const safe =
    next !== null &&
    next.origin === base.origin &&
    next.username === '' &&
    next.password === '' &&
    (next.pathname === `${root}${collection}` || next.pathname.startsWith(`${root}${collection}/`))
  if (!safe) throw notTrusted(link)
  return next
}

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
