import { z } from 'zod'

/** What can be wrong with an answer of Graph, and how an answer is read without trusting its size. */

const BYTES_MAX = 4 * 1024 * 1024
const RETRY_AFTER_MAX_SECONDS = 3600

type TroubleDetails = {
  readonly status?: number | null
  readonly retryAfter?: number | null
  readonly cause?: unknown
}

/** Why the directory cannot be believed just now; becomes the cause of `directory_unavailable`. */
export class DirectoryTrouble extends Error {
  readonly status: number | null
  /** Seconds, as the directory asked for; null when it did not. */
  readonly retryAfter: number | null

  constructor(message: string, details: TroubleDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'DirectoryTrouble'
    this.status = details.status ?? null
    this.retryAfter = details.retryAfter ?? null
  }
}

/** How much the answers of one piece of work may still say. */
type Meter = { octetsLeft: number }

/** An answer to another question than ours: a confused cache on the way, and never to be used. */
export function strayAnswer(): DirectoryTrouble {
  return new DirectoryTrouble('the answer is about another object than the one asked for')
}

const errorSchema = z.object({ error: z.object({ code: z.string() }) })

/**
 * The JSON of an answer, or null for a 404 in which Graph itself says that the object does not exist.
 * A 404 of anyone else on the way (a proxy, a wrong address) is trouble: it must not read as "deleted".
 */
export async function readJson(response: Response, meter: Meter): Promise<unknown> {
  const text = await readText(response, meter)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw new DirectoryTrouble('an answer is not JSON', { status: response.status, cause })
  }
  if (response.status !== 404) return body
  const parsed = errorSchema.safeParse(body)
  if (parsed.success && /notfound$/i.test(parsed.data.error.code)) return null
  throw new DirectoryTrouble('a 404 is not about the object', { status: response.status })
}

/** Seconds to wait from a Retry-After header (RFC 9110 section 10.2.3), at most an hour; null when there is none. */
export function retryAfterOf(header: string | null): number | null {
  if (header === null) return null
  const text = header.trim()
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  if (Number.isNaN(seconds)) return null
  return Math.min(Math.max(seconds, 0), RETRY_AFTER_MAX_SECONDS)
}

/** What the schema makes of an answer. Throws trouble that names the fields and nothing of their values. */
export function parseAnswer<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  // Names of the fields only: the values are people's data and this goes to the log.
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`)
  throw new DirectoryTrouble(`an answer cannot be read: ${fields.slice(0, 5).join(', ')}`)
}

async function readText(response: Response, meter: Meter): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    // Counted after decompression, so that a small answer cannot grow in memory.
    if (length > BYTES_MAX) throw new DirectoryTrouble(`an answer has more than ${BYTES_MAX} bytes`)
    meter.octetsLeft -= chunk.byteLength
    if (meter.octetsLeft < 0) throw new DirectoryTrouble('all answers together are too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
