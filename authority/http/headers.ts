import type { IncomingMessage } from 'node:http'

/**
 * Gives every value of a header, in order. Node keeps only the first Authorization and Host header of a
 * request; a proxy before us may have read the last.
 */
export function headerValues(request: IncomingMessage, name: string): readonly string[] {
  const { rawHeaders } = request
  const values: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i]
    if (candidate?.length === name.length && candidate.toLowerCase() === name) {
      values.push(rawHeaders[i + 1] ?? '')
    }
  }
  return values
}

/**
 * Headers of every answer for browsers. No answer is a page: no script, no frame, no referrer, no guessing of
 * types. There is no CORS header, so no other site may read an answer.
 */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** A year, as browsers recommend. Not for localhost: it would force https on every port there. */
export const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000' } as const
