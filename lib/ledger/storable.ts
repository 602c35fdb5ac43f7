/** Text as both engines keep it: no lone surrogates, and no NUL, which PostgreSQL refuses. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}')
}
