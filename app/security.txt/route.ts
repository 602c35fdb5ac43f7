import { portal } from '#lib/auth/portal.ts'
import { LANGUAGES } from '#lib/i18n/languages.ts'

const DAY_MS = 86_400_000
/** RFC 9116 section 2.5.5 recommends less than a year. */
const GOOD_FOR_MS = 90 * DAY_MS

/** Whom to tell of a weakness, at `/.well-known/security.txt` (RFC 9116) by a rule of next.config.js. */
export function GET(): Response {
  const { brand, config } = portal()
  if (brand.securityContact === null) return new Response(null, { status: 404 })
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const lines = [
    `Contact: ${brand.securityContact}`,
    `Expires: ${new Date(today + GOOD_FOR_MS).toISOString()}`,
    `Preferred-Languages: ${Object.keys(LANGUAGES).join(', ')}`,
    `Canonical: ${new URL('/.well-known/security.txt', config.portalUrl)}`,
  ]
  return new Response(`${lines.join('\r\n')}\r\n`, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  })
}

export const dynamic = 'force-dynamic'
