import { LatchkeyError } from '#lib/errors.ts'

/** Requests to Entra's sign-in service, for keys and discovery documents by which tokens are verified. */

const TIMEOUT_MS = 5000

/**
 * Gives the answer to a GET with its body, at most so many octets after decompression. Follows no redirect.
 * Throws when there is no answer within five seconds, when the body is too long, and for a status other than
 * 200.
 */
export async function boundedFetch(
  url: string | URL,
  octetsMax: number,
  init: RequestInit = {},
): Promise<Response> {
  const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])]
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    ...init,
    redirect: 'manual',
    signal: AbortSignal.any(signals),
  })
  const what = new URL(url).pathname
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${what} was answered with ${response.status}.`)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    // Leaving the loop closes the connection as well.
    if (length > octetsMax) throw new Error(`${what} is longer than ${octetsMax} octets.`)
    chunks.push(chunk)
  }
  return new Response(Buffer.concat(chunks), { status: 200 })
}

/** The error for who signs in with a token while Entra's sign-in service cannot be read. */
export function signInUnavailable(cause: unknown): LatchkeyError {
  return new LatchkeyError(
    'directory_unavailable',
    'The sign-in service is not answering, so your access token cannot be checked.',
    { remedy: 'Try again in a few seconds.', retryAfterSeconds: 5, cause },
  )
}
