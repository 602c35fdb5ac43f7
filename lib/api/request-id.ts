/** By this header a request keeps its name from a proxy through the portal to the authority's ledger. */
export const REQUEST_ID_HEADER = 'x-request-id'

/**
 * Gives the name that a request already has: `x-request-id`, else the trace of `traceparent` (W3C Trace
 * Context). Null without one in the form of a UUID or of 32 hex digits: the name goes into logs and into the
 * audit chain, where strangers shall write no text of their own.
 */
export function requestIdIn(header: (name: string) => string | null | undefined): string | null {
  const given = header(REQUEST_ID_HEADER)?.toLowerCase() ?? ''
  if (UUID.test(given)) return given
  return TRACEPARENT.exec(header('traceparent') ?? '')?.[1] ?? null
}

const UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
