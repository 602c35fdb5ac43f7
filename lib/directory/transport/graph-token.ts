import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { DirectoryError, parseAnswer } from './graph-answer.ts'
import { BUDGETS, beginQuestion, callOnce } from './graph-http.ts'

/** The credentials of our application and the addresses of Graph and Entra. */
export type GraphClientOptions = {
  /** `https://graph.microsoft.com`, without the version. */
  readonly graphUrl: string
  readonly tokenUrl: string
  readonly clientId: string
  /** With an assertion it is never sent, and only what notifications are known by. */
  readonly clientSecret: string
  /** Gives what is sent in place of the secret (RFC 7523 section 2.2), for each token anew. */
  readonly assertion?: (audience: string, now: Date) => string
  readonly now?: () => Date
  /**
   * Called with what Graph refuses while the answer is still usable, for the log. At most once an hour for
   * each sentence.
   */
  readonly report?: (sentence: string, error: unknown) => void
}

/** The access token that all questions share. */
export type GraphTokens = {
  readonly current: () => Promise<string>
  /** Drops a token that Graph refused: the next question gets a new one. */
  readonly forget: (token: string) => void
}

const TOKEN_MARGIN_MS = 5 * 60_000
/** The budget of a token request is not that of a question: all questions that wait for a token share it. */
const TOKEN_BUDGET = { ...BUDGETS.question, totalMs: BUDGETS.question.requestMs }

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

type Token = { readonly text: string; readonly goodUntil: number }

export function openGraphTokens(options: GraphClientOptions): GraphTokens {
  const now = options.now ?? (() => new Date())
  let held: Promise<Token> | null = null
  let latest: Token | null = null

  async function current(): Promise<string> {
    const isNew = held === null
    held ??= fetchToken(options, now)
    const pending = held
    try {
      latest = await pending
      // A new one is used however short it lives, since the next would live no longer.
      if (isNew || latest.goodUntil > now().getTime()) return latest.text
    } catch (error) {
      drop(pending)
      throw error
    }
    drop(pending)
    return current()
  }

  function drop(old: Promise<Token> | null): void {
    if (held === old) held = null
  }

  return {
    current,
    forget: (token) => {
      // Another question may already have got a new token.
      if (latest?.text === token) drop(held)
    },
  }
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

function credentialOf({ assertion, clientSecret, tokenUrl }: GraphClientOptions, now: Date) {
  return assertion === undefined
    ? { client_secret: clientSecret }
    : { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion(tokenUrl, now) }
}

/** RFC 6749 section 4.4. The error never contains the secret, which was in the body of our request. */
async function fetchToken(options: GraphClientOptions, now: () => Date): Promise<Token> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: options.clientId,
    ...credentialOf(options, now()),
    scope: `${options.graphUrl.replace(/\/$/, '')}/.default`,
  })
  const asked = now().getTime()
  const outcome = await callOnce(
    new URL(options.tokenUrl),
    {
      id: randomUUID(),
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    },
    beginQuestion(TOKEN_BUDGET),
  )
  if (outcome.kind === 'error') throw outcome.error
  if (outcome.body === null) throw new DirectoryError('the token endpoint is not there')
  const { access_token: text, expires_in: seconds } = parseAnswer(tokenSchema, outcome.body)
  const lifetimeMs = seconds * 1000
  return { text, goodUntil: asked + Math.max(lifetimeMs - TOKEN_MARGIN_MS, lifetimeMs / 2) }
}
