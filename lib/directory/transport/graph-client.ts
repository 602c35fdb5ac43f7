import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { type Address, addressBelow } from './exchange.ts'
import { DirectoryError, parseAnswer } from './graph-answer.ts'
import { BUDGETS, type Budget, beginQuestion, endQuestion } from './graph-http.ts'
import { LINK_MAX, notTrusted, resumedLink, trustedLink } from './graph-link.ts'
import { openReader, type Read, type Reader } from './graph-reader.ts'
import type { GraphClientOptions } from './graph-token.ts'

/**
 * A client of Microsoft Graph, signed in as an application. Graph is trusted for its statements but not for
 * its links: redirects are not followed, and a link is used only for the same collection, so that the token
 * stays with Graph. Anything but a plain answer is LatchkeyError('directory_unavailable').
 */
export type GraphClient = {
  /** Runs one question. All its calls share its budget (8 seconds by default) and end with it. */
  readonly ask: <T>(question: (calls: GraphCalls) => Promise<T>, budget?: Budget) => Promise<T>
}

export type GraphCalls = {
  /** Gets one object, or null when Graph says that it does not exist. */
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T | null>
  /** Gets all pages of a list; [] when Graph says that the object of the list does not exist. */
  readonly list: <T>(path: string, schema: z.ZodType<T>, turns?: Turns<T>) => Promise<readonly T[]>
  /** Gets all pages of a list that always exists, so that a 404 is an error and not an empty list. */
  readonly collection: <T>(
    path: string,
    schema: z.ZodType<T>,
    turns?: Turns<T>,
  ) => Promise<readonly T[]>
  /**
   * Gets one page of a list that always exists: that of an earlier page's link, or the first. Throws
   * DirectoryTrouble with status 410 for a link to another collection.
   */
  readonly page: <T>(
    path: string,
    link: string | null,
    schema: z.ZodType<T>,
  ) => Promise<GraphPage<T>>
  /**
   * Writes one object of our own, without retries, since a second write could be one too many. Null for 404.
   */
  readonly send: <T>(
    method: 'POST' | 'PATCH',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
  ) => Promise<T | null>
}

export type GraphPage<T> = {
  readonly items: readonly T[]
  /** Link to the next page; null on the last one. */
  readonly nextLink: string | null
  /** Link to the next round, on the last page of a delta query. */
  readonly deltaLink: string | null
}

/** How a list of many pages is read. */
export type Turns<T> = {
  /** Headers of each page's request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Called before each page. */
  readonly before?: () => Promise<void>
  /** Says whether the pages after this one are not needed. */
  readonly until?: (items: readonly T[]) => boolean
}

const link = z.string().max(LINK_MAX).optional()

/** Items are parsed one by one, so that this schema is compiled once and not for every list. */
const pageSchema = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': link,
  '@odata.deltaLink': link,
})

export function openGraphClient(options: GraphClientOptions): GraphClient {
  const { graphUrl } = options
  const base = addressBelow(new URL(graphUrl.endsWith('/') ? graphUrl : `${graphUrl}/`), '')
  const open = openReader(options, base)
  return {
    ask: async (run, budget = BUDGETS.question) => {
      const question = beginQuestion(budget)
      try {
        return await run(callsOf(open(question), base, budget))
      } catch (error) {
        throw unavailable(error)
      } finally {
        endQuestion(question)
      }
    },
  }
}

function callsOf({ read, write }: Reader, base: Address, budget: Budget): GraphCalls {
  const onePage = pageReader(read, base)
  const urlOf = (path: string) => addressBelow(base, path)

  /** Page by page, within the question's budget; null when Graph says that the list does not exist. */
  async function allPages<T>(
    first: Address,
    schema: z.ZodType<T>,
    turns: Turns<T> = {},
  ): Promise<readonly T[] | null> {
    const seen = new Set<string>()
    const items: T[] = []
    for (let url = first; seen.size < budget.pagesMax; ) {
      const isFirst = seen.size === 0
      await turns.before?.()
      const page = await onePage(url, schema, turns.headers)
      // A list that disappears between two pages is not a short list.
      if (page === null && !isFirst) throw new DirectoryError('a page is gone')
      if (page === null) return null
      items.push(...page.items)
      if (page.nextLink === null || turns.until?.(page.items)) return items
      seen.add(url.href)
      url = new URL(page.nextLink)
      if (seen.has(url.href)) throw notTrusted(page.nextLink)
    }
    throw new DirectoryError(`more than ${budget.pagesMax} pages`)
  }

  return {
    get: async (path, schema) => {
      const body = await read(urlOf(path))
      return body === null ? null : parseAnswer(schema, body)
    },
    list: async (path, schema, turns) => {
      return (await allPages(urlOf(path), schema, turns)) ?? []
    },
    collection: async (path, schema, turns) => {
      const found = await allPages(urlOf(path), schema, turns)
      if (found === null) throw new DirectoryError('a collection is not there')
      return found
    },
    page: async (path, link, schema) => {
      const start = urlOf(path)
      const page = await onePage(link === null ? start : resumedLink(link, base, start), schema)
      if (page === null) throw new DirectoryError('a collection is not there', { status: 404 })
      return page
    },
    send: async (method, path, body, schema) => {
      const answer = await write(urlOf(path), method, JSON.stringify(body))
      return answer === null ? null : parseAnswer(schema, answer)
    },
  }
}

/** Gives one page, or null when Graph says that the list does not exist. */
function pageReader(read: Read, base: Address) {
  return async <T>(
    url: Address,
    schema: z.ZodType<T>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<GraphPage<T> | null> => {
    const body = await read(url, headers)
    if (body === null) return null
    const answer = parseAnswer(pageSchema, body)
    const { '@odata.nextLink': nextLink = null, '@odata.deltaLink': deltaLink = null } = answer
    const next = nextLink === null ? null : trustedLink(nextLink, base, url)
    if (deltaLink !== null) trustedLink(deltaLink, base, url)
    if (nextLink !== null && next?.href === url.href) throw notTrusted(nextLink)
    return { items: answer.value.map((item) => parseAnswer(schema, item)), nextLink, deltaLink }
  }
}

/** The error for the caller; what Graph said stays in its cause, for the log. */
function unavailable(cause: unknown): LatchkeyError {
  if (cause instanceof LatchkeyError) return cause
  const asked = cause instanceof DirectoryError ? cause.retryAfter : null
  return new LatchkeyError('directory_unavailable', 'The directory does not answer right now.', {
    remedy: 'Nothing was decided and nothing was issued. Try again in a moment.',
    retryAfterSeconds: Math.max(1, Math.ceil(asked ?? RETRY_AFTER_DEFAULT_SECONDS)),
    cause,
  })
}

const RETRY_AFTER_DEFAULT_SECONDS = 10
