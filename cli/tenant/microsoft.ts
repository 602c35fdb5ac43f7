import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Refusal, refusalOf } from '#lib/directory/transport/graph-refusal.ts'

/** Calls of Entra and Graph for commands of an operator: each bounded in time, each refusal with its codes. */

/** A refusal by Microsoft. Its message may be read by the operator: it has their sentence, and codes. */
export class MicrosoftError extends Error {
  override readonly name = 'MicrosoftError'
  readonly status: number
  readonly refusal: Refusal
  /** Further codes of `Request_BadRequest`. */
  readonly details: readonly string[]

  constructor(message: string, status: number, refusal: Refusal, details: readonly string[]) {
    super(message)
    this.status = status
    this.refusal = refusal
    this.details = details
  }
}

const CALL_MS = 30_000

/** Gives the parsed JSON of an answer; null for 204. Throws MicrosoftError, or the network's error. */
export async function callMicrosoft(
  url: string,
  init: { method?: string; token?: string; json?: unknown; form?: Record<string, string> } = {},
): Promise<{ body: unknown; date: Date | null }> {
  const { method = 'GET', token, json, form } = init
  const answer = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      'client-request-id': randomUUID(),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(form !== undefined && { body: new URLSearchParams(form) }),
    redirect: 'error',
    signal: AbortSignal.timeout(CALL_MS),
  })
  const body = parse(await answer.text())
  if (!answer.ok) throw errorOf(answer, body)
  const date = answer.headers.get('date')
  return { body, date: date === null ? null : new Date(date) }
}

function errorOf({ status, headers }: Response, body: unknown): MicrosoftError {
  const refusal = refusalOf(body, (name) => headers.get(name))
  const { data } = sentenceSchema.safeParse(body)
  const graph = typeof data?.error === 'object' ? data.error : null
  const sentence = graph?.message ?? data?.error_description?.split(/[\r\n]/)[0]
  const details = graph?.details?.map(({ code }) => code) ?? []
  return new MicrosoftError(sentence ?? `an answer with status ${status}`, status, refusal, details)
}

const sentenceSchema = z.object({
  error: z
    .union([
      z.string(),
      z.object({
        message: z.string().optional(),
        details: z.array(z.object({ code: z.string() })).optional(),
      }),
    ])
    .optional(),
  error_description: z.string().optional(),
})

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
