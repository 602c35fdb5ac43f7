/**
 * Gives text as both engines can store it: without lone surrogates and without NUL, which PostgreSQL refuses.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}')
}
