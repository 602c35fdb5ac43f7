import { portal } from '#lib/auth/portal.ts'

/** The web manifest (W3C), with the operator's name and colour. */
export function GET(): Response {
  const { name, themeColour } = portal().brand
  const icon = (src: string, size: number, purpose: 'any' | 'maskable') => ({
    src: `/icons/${src}`,
    sizes: `${size}x${size}`,
    type: 'image/png',
    purpose,
  })
  const manifest = {
    name,
    short_name: name,
    start_url: '/',
    scope: '/',
    display: 'browser',
    background_color: '#f3f6f6',
    theme_color: themeColour,
    icons: [
      icon('key-192.png', 192, 'any'),
      icon('key-512.png', 512, 'any'),
      icon('key-512.png', 512, 'maskable'),
    ],
  }
  return Response.json(manifest, { headers: { 'Content-Type': 'application/manifest+json' } })
}

/** Configuration is read when somebody asks, never during a build. */
export const dynamic = 'force-dynamic'
