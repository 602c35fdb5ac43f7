import { portal } from '#lib/auth/portal.ts'

/** The operator's logo. proxy.ts sends it with a policy under which a drawing can do nothing. */
export function GET(): Response {
  const { logo } = portal().brand
  if (logo === null) return new Response(null, { status: 404 })
  return new Response(logo.bytes, {
    headers: { 'Content-Type': logo.type, 'Cache-Control': 'public, max-age=86400' },
  })
}

export const dynamic = 'force-dynamic'
