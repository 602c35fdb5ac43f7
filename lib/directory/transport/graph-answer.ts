import type { Readable } from 'node:stream'
import { z } from 'zod'
import { retryAfterSeconds } from '#lib/retry-after.ts'
import { describeRefusal, refusalOf } from './graph-refusal.ts'

/** What can be wrong with an answer of Graph, and reading an answer of limited size. */

const RETRY_AFTER_MAX_SECONDS = 3600

type DirectoryErrorDetails = {
  readonly status?: number | null
  readonly retryAfter?: number | null
  readonly cause?: unknown
}

/**
 * Why the directory cannot be trusted just now; becomes the cause of LatchkeyError('directory_unavailable').
 */
export class DirectoryError extends Error {
  readonly status: number | null
  /** Seconds of Graph's Retry-After; null without one. */
  readonly retryAfter: number | null

  constructor(message: string, details: DirectoryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'DirectoryError'
    this.status = details.status ?? null
    this.retryAfter = details.retryAfter ?? null
  }
}

/** How many octets the answers of one piece of work may still have. */
type Meter = { octetsLeft: number }

/** Makes the error for an answer to another question, as from a broken cache in between; it is never used. */
export function strayAnswer(): DirectoryError {
  return new DirectoryError('the answer is about another object than the one asked for')
}

/** An answer as received, alone or within a batch. */
export type Answer = {
  readonly status: number
  readonly header: (name: string) => string | null
  /** Parsed JSON, or what came in its place. */
  readonly body: unknown
}

export type Outcome =
  /** The body; null for a 404 by which Graph says that the object does not exist. */
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'error'; readonly again: boolean; readonly error: DirectoryError }

/** Statuses of answers whose body is used. */
export const ANSWERS = new Set([200, 201, 404])

const errorSchema = z.object({ error: z.object({ code: z.string() }) })

/**
 * Gives what an answer means; `what` names the call for the log. A 404 that is not Graph's own (from a proxy,
 * of a wrong address) is an error: it must not count as "deleted".
 */
export function outcomeOf(what: () => string, { status, header, body }: Answer): Outcome {
  if (status === 404) {
    const { data } = errorSchema.safeParse(body)
    if (/notfound$/i.test(data?.error.code ?? '')) return { kind: 'answer', body: null }
    return errorOutcome(`${what()} a 404 is not about the object`, { status })
  }
  if (ANSWERS.has(status)) {
    if (body !== null) return { kind: 'answer', body }
    // null is the word for an object that does not exist, which a body must not say.
    return errorOutcome(`${what()} answered ${status} with null`, { status })
  }
  const message = `${what()} answered ${status}${describeRefusal(refusalOf(body, header))}`
  const retryAfter = retryAfterOf(header('retry-after'))
  return errorOutcome(message, { status, retryAfter }, status === 429 || status >= 500)
}

/** Makes the outcome of an error; `again` says whether a retry may help. */
export function errorOutcome(
  message: string,
  details: DirectoryErrorDetails = {},
  again = false,
): Outcome {
  return { kind: 'error', again, error: new DirectoryError(message, details) }
}

/** Gives the JSON of a body of at most `octetsMax`. Throws DirectoryTrouble for any other body. */
export async function readJson(
  { status, body }: { readonly status: number; readonly body: Readable },
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

/** Seconds of a Retry-After header, at most an hour; null when there is none. */
function retryAfterOf(header: string | null): number | null {
  const seconds = retryAfterSeconds(header)
  return seconds === null ? null : Math.min(seconds, RETRY_AFTER_MAX_SECONDS)
}

/**
 * Gives what the schema parses from an answer. Throws DirectoryTrouble with names of fields, never with their
 * values.
 */
export function parseAnswer<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  // Names of fields only: the values are personal data and the message is logged.
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`)
  throw new DirectoryError(`an answer cannot be read: ${fields.slice(0, 5).join(', ')}`)
}

async function readText(body: Readable, octetsMax: number, meter: Meter): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (error: Error) => {
    reject(error)
    body.destroy()
  }
  // By events: an iterator over the stream costs more than everything else here.
  body.on('data', (chunk: Buffer) => {
    length += chunk.byteLength
    meter.octetsLeft -= chunk.byteLength
    // Counted after decompression, so that a small answer cannot expand in memory.
    if (length > octetsMax) stop(new DirectoryError(`an answer has more than ${octetsMax} bytes`))
    else if (meter.octetsLeft < 0) stop(new DirectoryError('all answers together are too long'))
    else chunks.push(chunk)
  })
  let ended = false
  body.on('error', reject).on('end', () => {
    ended = true
    resolve()
  })
  // An error is made only where it is one: it takes longer than to read the answer.
  body.on('close', () => {
    if (!ended) reject(new Error('an answer is cut off'))
  })
  await promise
  const [only = EMPTY, ...more] = chunks
  return utf8.decode(more.length === 0 ? only : Buffer.concat(chunks))
}

const EMPTY = new Uint8Array()
const utf8 = new TextDecoder('utf-8', { fatal: true })
