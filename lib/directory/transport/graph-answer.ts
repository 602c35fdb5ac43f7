import { z } from 'zod'
import { describeRefusal, refusalOf } from './graph-refusal.ts'

/** What can be wrong with an answer of Graph, and how an answer is read without trusting its size. */

const RETRY_AFTER_MAX_SECONDS = 3600

type DirectoryErrorDetails = {
  readonly status?: number | null
  readonly retryAfter?: number | null
  readonly cause?: unknown
}

/** Why the directory cannot be believed just now; becomes the cause of `directory_unavailable`. */
export class DirectoryError extends Error {
  readonly status: number | null
  /** Seconds, as the directory asked for; null when it did not. */
  readonly retryAfter: number | null

  constructor(message: string, details: DirectoryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'DirectoryError'
    this.status = details.status ?? null
    this.retryAfter = details.retryAfter ?? null
  }
}

/** How much the answers of one piece of work may still say. */
type Meter = { octetsLeft: number }

/** An answer to another question than ours: a confused cache on the way, and never to be used. */
export function strayAnswer(): DirectoryError {
  return new DirectoryError('the answer is about another object than the one asked for')
}

/** An answer as it came, alone or within a batch. */
export type Answer = {
  readonly status: number
  readonly header: (name: string) => string | null
  /** JSON, or whatever stood for it. */
  readonly body: unknown
}

export type Outcome =
  /** The body; null for a 404 in which Graph says that the object does not exist. */
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'error'; readonly again: boolean; readonly error: DirectoryError }

/** The statuses of an answer whose body counts. */
export const ANSWERS = new Set([200, 201, 404])

const errorSchema = z.object({ error: z.object({ code: z.string() }) })

/**
 * What an answer means; `what` says in the log to which call. A 404 of anyone else on the way (a
 * proxy, a wrong address) is an error: it must not read as "deleted".
 */
export function outcomeOf(what: string, { status, header, body }: Answer): Outcome {
  if (status === 404) {
    const { data } = errorSchema.safeParse(body)
    if (/notfound$/i.test(data?.error.code ?? '')) return { kind: 'answer', body: null }
    return errorOutcome(`${what} a 404 is not about the object`, { status })
  }
  if (ANSWERS.has(status)) return { kind: 'answer', body }
  const message = `${what} answered ${status}${describeRefusal(refusalOf(body, header))}`
  const retryAfter = retryAfterOf(header('retry-after'))
  return errorOutcome(message, { status, retryAfter }, status === 429 || status >= 500)
}

/** An error as an outcome; `again` says whether asking once more may help. */
export function errorOutcome(
  message: string,
  details: DirectoryErrorDetails = {},
  again = false,
): Outcome {
  return { kind: 'error', again, error: new DirectoryError(message, details) }
}

/** The JSON of a body of at most `octetsMax`. Throws an error for every other one. */
export async function readJson(
  { status, body }: { readonly status: number; readonly body: AsyncIterable<Uint8Array> },
  octetsMax: number,
  meter: Meter,
): Promise<unknown> {
  const text = await readText(body, octetsMax, meter)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DirectoryError('an answer is not JSON', { status, cause })
  }
}

/** Seconds to wait from a Retry-After header (RFC 9110 section 10.2.3), at most an hour; null when there is none. */
function retryAfterOf(header: string | null): number | null {
  if (header === null) return null
  const text = header.trim()
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  if (Number.isNaN(seconds)) return null
  return Math.min(Math.max(seconds, 0), RETRY_AFTER_MAX_SECONDS)
}

/** What the schema makes of an answer. Throws an error that names the fields and nothing of their values. */
export function parseAnswer<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  // Names of the fields only: the values are people's data and this goes to the log.
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`)
  throw new DirectoryError(`an answer cannot be read: ${fields.slice(0, 5).join(', ')}`)
}

async function readText(
  body: AsyncIterable<Uint8Array>,
  octetsMax: number,
  meter: Meter,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  for await (const chunk of body) {
    length += chunk.byteLength
    // Counted after decompression, so that a small answer cannot grow in memory.
    if (length > octetsMax) throw new DirectoryError(`an answer has more than ${octetsMax} bytes`)
    meter.octetsLeft -= chunk.byteLength
    if (meter.octetsLeft < 0) throw new DirectoryError('all answers together are too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
