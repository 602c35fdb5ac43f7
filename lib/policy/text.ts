/**
 * Comparison of names. Only ASCII letters are compared without case. RFC 5280 section 7.1 has relying
 * parties compare names with Unicode folding and normalisation; here that would make some look-alike equal
 * to somebody's user principal name.
 */

/** Says whether two names are equal but for the case of ASCII letters. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldAscii(a) === foldAscii(b))
}

/** Lower-cases A-Z and nothing else. */
export function foldAscii(text: string): string {
  if (!UPPER.test(text)) return text
  let folded = ''
  for (const character of text) {
    const isUpper = character >= 'A' && character <= 'Z'
    folded += isUpper ? character.toLowerCase() : character
  }
  return folded
}

const UPPER = /[A-Z]/

/**
 * Gives a GUID in lower case, or null when the text is anything else. RFC 9562 section 4: 32 hexadecimal
 * digits in either case, with hyphens after 8, 12, 16 and 20 of them; no braces, no space around it.
 */
export function parseGuid(text: string): string | null {
  return text.length === 36 && GUID.test(text) ? text.toLowerCase() : null
}

// The length is fixed and no part can match in two ways, so hostile text costs no backtracking.
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
