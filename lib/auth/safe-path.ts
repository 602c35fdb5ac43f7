/**
 * Gives a path of this portal to go to after sign-in, or "/" when the text is anything else. Browsers read
 * "//host", "/\host" and control characters inside as other hosts, so only a path that the URL parser leaves
 * unchanged is accepted.
 */
export function safePath(text: string | null | undefined): string {
  if (!text || text.length > MAX_LENGTH || !text.startsWith('/')) return '/'
  if (/[\\\p{Cc}]/u.test(text) || text.startsWith('//')) return '/'
  const url = URL.parse(text, BASE)
  if (!url || url.origin !== BASE) return '/'
  if (url.pathname.startsWith('//') || url.pathname.startsWith('/api/')) return '/'
  return `${url.pathname}${url.search}`
}

const MAX_LENGTH = 2048
const BASE = 'https://portal.invalid'
