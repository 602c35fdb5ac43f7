/**
 * Whether a request that changes something was sent by a page of this portal. Browsers set Origin on such
 * requests; a missing one, "null" and every other origin count as "no". Sec-Fetch-Site, where sent, must
 * agree.
 */
export function isFromPortal(headers: Headers, portalUrl: string): boolean {
  if (headers.get('origin') !== new URL(portalUrl).origin) return false
  const site = headers.get('sec-fetch-site')
  return site === null || site === 'same-origin'
}

/** Whether the request was addressed to this portal, by Host and by what a proxy says of it. */
export function isForPortal(headers: Headers, portalUrl: string): boolean {
  const host = new URL(portalUrl).host
  const forwarded = headers.get('x-forwarded-host')
  const rfc7239 = headers.get('forwarded')?.matchAll(/host="?([^";,\s]*)/gi) ?? []
  if (headers.get('host')?.toLowerCase() !== host) return false
  if (forwarded !== null && forwarded.toLowerCase() !== host) return false
  return [...rfc7239].every(([, value]) => value?.toLowerCase() === host)
}
