/**
 * Comparison of names. Only ASCII letters fold: Unicode folding, normalisation and collation each
 * make some look-alike equal to somebody's user principal name.
 */

/** Says whether two names are equal but for the case of ASCII letters. */
export function sameName(a: string, b: string): boolean {
  return a.length === b.length && foldAscii(a) === foldAscii(b)
}

/** Lower-cases A-Z and nothing else. */
export function foldAscii(text: string): string {
  let folded = ''
  for (const character of text) {
    const isUpper = character >= 'A' && character <= 'Z'
    folded += isUpper ? character.toLowerCase() : character
  }
  return folded
}

/** Gives a GUID in lower case, or null when the text is anything else, be it by one character. */
export function parseGuid(text: string): string | null {
  return text.length === 36 && GUID.test(text) ? text.toLowerCase() : null
}

// Fixed length and no repetition that could backtrack: safe on hostile text.
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
