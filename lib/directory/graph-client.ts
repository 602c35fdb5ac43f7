import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { DirectoryTrouble, notTrusted, readJson, retryAfterOf } from './graph-answer.ts'

/**
 * Reads Microsoft Graph as an application. Graph is trusted for what it says and not for where it
 * sends us: no redirect is followed and no link goes elsewhere than where we asked, so that the
 * token stays with Graph. Whatever is not a plain answer is `directory_unavailable`.
 */
export type GraphClient = {
  /** Runs one question; all its calls share 8 seconds and end with it. */
  readonly ask: <T>(question: (calls: GraphCalls) => Promise<T>) => Promise<T>
}

export type GraphCalls = {
  /** One object, or null when Graph says that there is none. */
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T | null>
  /** All pages of a list; [] when Graph says that what it hangs on does not exist. */
  readonly list: <T>(path: string, schema: z.ZodType<T>) => Promise<readonly T[]>
}

export type GraphClientOptions = {
  /** `https://graph.microsoft.com`, without the version. */
  readonly graphUrl: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly fetch?: typeof globalThis.fetch
  readonly now?: () => Date
}

const REQUEST_MS = 3_000
const QUESTION_MS = 8_000
const RETRIES_MAX = 2
const BACKOFF_MS = 200
const PAGES_MAX = 20
const TOKEN_MARGIN_MS = 5 * 60_000
const RETRY_AFTER_DEFAULT_SECONDS = 10

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

type Question = { readonly signal: AbortSignal; readonly endsAt: number }
type Token = { readonly text: string; readonly goodUntil: number }

export function openGraphClient(options: GraphClientOptions): GraphClient {
  const call = options.fetch ?? globalThis.fetch
  const now = options.now ?? (() => new Date())
  const base = new URL(options.graphUrl.endsWith('/') ? options.graphUrl : `${options.graphUrl}/`)
  let token: Promise<Token> | null = null

  async function accessToken(): Promise<string> {
    token ??= fetchToken(call, options, now)
    const pending = token
    try {
      const held = await pending
      if (held.goodUntil > now().getTime()) return held.text
    } catch (error) {
      forget(pending)
      throw error
    }
    forget(pending)
    return accessToken()
  }

  function forget(old: Promise<Token> | null): void {
    if (token === old) token = null
  }

  /** The parsed body, or null for 404. */
  async function read(question: Question, url: URL): Promise<unknown> {
    let renewed = false
    for (let attempt = 0; ; attempt += 1) {
      const used = await accessToken()
      const headers = { authorization: `Bearer ${used}`, accept: 'application/json' }
      const outcome = await fetchOnce(call, url, { headers }, question)
      if (outcome.kind === 'answer') return outcome.body
      if (outcome.trouble.status === 401 && !renewed) {
        // The token may have been revoked before its time; a second 401 means that it is not that.
        renewed = true
        forget(token)
        continue
      }
      if (!outcome.again || attempt >= RETRIES_MAX) throw outcome.trouble
      await pause(question, outcome.trouble, attempt)
    }
  }

  async function list<T>(question: Question, path: string, schema: z.ZodType<T>) {
    const page = z.object({ value: z.array(schema), '@odata.nextLink': z.string().optional() })
    const items: T[] = []
    let url = new URL(path, base)
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const body = await read(question, url)
      // A list that vanishes between two pages is not a short list.
      if (body === null && pages > 0) throw new DirectoryTrouble('a page is gone')
      if (body === null) return []
      const { value, '@odata.nextLink': next } = parse(page, body)
      items.push(...value)
      if (next === undefined) return items
      url = nextUrl(next, base, url)
    }
    throw new DirectoryTrouble(`more than ${PAGES_MAX} pages`)
  }

  return {
    ask: async (run) => {
      const ended = new AbortController()
      const question = {
        signal: AbortSignal.any([ended.signal, AbortSignal.timeout(QUESTION_MS)]),
        endsAt: performance.now() + QUESTION_MS,
      }
      try {
        return await run({
          get: async (path, schema) => {
            const body = await read(question, new URL(path, base))
            return body === null ? null : parse(schema, body)
          },
          list: (path, schema) => list(question, path, schema),
        })
      } catch (error) {
        throw unavailable(error)
      } finally {
        ended.abort()
      }
    },
  }
}

/** RFC 6749 section 4.4. The lower-level error never holds the secret: it was in the body that we sent. */
async function fetchToken(
  call: typeof globalThis.fetch,
  options: GraphClientOptions,
  now: () => Date,
): Promise<Token> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: options.clientId,
    client_secret: options.clientSecret,
    scope: `${options.graphUrl.replace(/\/$/, '')}/.default`,
  })
  // Not of one question: whoever comes while it runs waits for the same token.
  const question = {
    signal: AbortSignal.timeout(REQUEST_MS),
    endsAt: performance.now() + REQUEST_MS,
  }
  const asked = now().getTime()
  const outcome = await fetchOnce(
    call,
    new URL(options.tokenUrl),
    { method: 'POST', body },
    question,
  )
  if (outcome.kind === 'trouble') throw outcome.trouble
  if (outcome.body === null) throw new DirectoryTrouble('the token endpoint is not there')
  const { access_token: text, expires_in: seconds } = parse(tokenSchema, outcome.body)
  const lifetimeMs = seconds * 1000
  return { text, goodUntil: asked + Math.max(lifetimeMs - TOKEN_MARGIN_MS, lifetimeMs / 2) }
}

type Outcome =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'trouble'; readonly again: boolean; readonly trouble: DirectoryTrouble }

async function fetchOnce(
  call: typeof globalThis.fetch,
  url: URL,
  init: RequestInit,
  question: Question,
): Promise<Outcome> {
  const signal = AbortSignal.any([question.signal, AbortSignal.timeout(REQUEST_MS)])
  try {
    const response = await call(url, { ...init, signal, redirect: 'manual', cache: 'no-store' })
    if (response.status === 200 || response.status === 404) {
      return { kind: 'answer', body: await readJson(response) }
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

/** Waits as long as Graph asks, or a little with jitter; throws when the question has less time than that. */
async function pause(question: Question, trouble: DirectoryTrouble, attempt: number) {
  const backoff = BACKOFF_MS * 2 ** attempt * (0.5 + Math.random() / 2)
  const waitMs = trouble.retryAfter === null ? backoff : trouble.retryAfter * 1000
  if (performance.now() + waitMs >= question.endsAt) throw trouble
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs)
    question.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Same scheme, host, port and version as before, and no name or password in it. */
function nextUrl(link: string, base: URL, from: URL): URL {
  const next = URL.parse(link)
  const root = base.pathname
  const collection = from.pathname.slice(root.length).split('/').slice(0, 2).join('/')
  const safe =
    next !== null &&
    next.origin === base.origin &&
    next.username === '' &&
    next.password === '' &&
    (next.pathname === `${root}${collection}` ||
      next.pathname.startsWith(`${root}${collection}/`)) &&
    next.href !== from.href
  if (!safe) throw notTrusted(link)
  return next
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  // Names of the fields only: the values are people's data and this goes to the log.
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`)
  throw new DirectoryTrouble(`an answer cannot be read: ${fields.slice(0, 5).join(', ')}`)
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
