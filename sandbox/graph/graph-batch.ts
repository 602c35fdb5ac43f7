import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { readBody } from '#sandbox/http.ts'
import { badRequest } from '#sandbox/odata/graph-query.ts'

/**
 * `$batch`: several questions in one call of Graph, as Microsoft documents it (learn.microsoft.com,
 * graph/json-batching). Each has a status and headers of its own, and a well-formed batch has status 200
 * whatever they are.
 */

/** One request of a batch. */
export type BatchedRequest = {
  readonly method: string
  readonly address: URL
  /** Headers by name in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

export type BatchedAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const REQUESTS_MAX = 20

/** Without `dependsOn`, which Latchkey does not use. */
const batchSchema = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        method: z.string().min(1),
        url: z.string().min(1),
        headers: z.record(z.string(), z.string()).default({}),
        body: z.unknown().optional(),
      }),
    )
    .min(1),
})

type Batch = z.infer<typeof batchSchema>

/**
 * Gives the body of the answer. `root` is the base of the URLs within. Throws GraphError 400 for a batch that
 * Graph would refuse.
 */
export async function answerBatch(
  request: IncomingMessage,
  root: string,
  answerOne: (request: BatchedRequest) => Promise<BatchedAnswer>,
): Promise<unknown> {
  const requests = await readBatch(request)
  const asked = requests.map(({ id, method, url, headers, body }) => {
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
    const given: Record<string, string> = Object.fromEntries(lower)
    if (body !== undefined && given['content-type'] === undefined) {
      throw badRequest('A request with a body needs a Content-Type.')
    }
    return { id, method, address: addressOf(url, root), headers: given }
  })
  const responses = await Promise.all(
    asked.map(async ({ id, ...one }) => {
      const { status, headers, body } = await answerOne(one)
      return { id, status, headers: capitalised(headers), body }
    }),
  )
  // Graph guarantees no order. The reverse order makes a caller fail that relies on one.
  return { responses: responses.toReversed() }
}

async function readBatch(request: IncomingMessage): Promise<Batch['requests']> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw badRequest('The body of a batch must be JSON.')
  }
  const { requests } = parsed(await readBody(request))
  if (requests.length > REQUESTS_MAX) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${REQUESTS_MAX}.`)
  }
  const ids = new Set(requests.map(({ id }) => id.toLowerCase()))
  if (ids.size < requests.length) throw badRequest('The ids of a batch must be unique.')
  return requests
}

/** Resolves a URL below the address of the batch, and refuses any other. */
function addressOf(url: string, root: string): URL {
  const address = /^(?:[a-z][\w+.-]*:|\/\/)/i.test(url)
    ? null
    : URL.parse(root + url.replace(/^\//, ''))
  if (address?.href.startsWith(root)) return address
  throw badRequest('The URLs of a batch must be relative.')
}

function parsed(text: string): Batch {
  try {
    return batchSchema.parse(JSON.parse(text))
  } catch {
    throw badRequest('Invalid batch payload format.')
  }
}

/** `Retry-After`: the case in which Graph writes header names within a batch. */
function capitalised(headers: BatchedAnswer['headers']): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => {
    return [name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()), value]
  })
  return { ...Object.fromEntries(entries), 'Content-Type': 'application/json' }
}
