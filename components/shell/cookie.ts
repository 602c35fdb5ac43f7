const YEAR_S = 31_536_000

/** Stores a reader's choice in a cookie for a year. It is no secret: the server reads it to draw the page. */
export function keepChoice(name: 'theme' | 'language' | 'zone', value: string): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `latchkey-${name}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`
}
