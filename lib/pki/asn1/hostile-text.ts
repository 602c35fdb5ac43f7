import { refusedCsr } from './csr-error.ts'

/**
 * Checks of text in a CSR. Control characters cut strings and forge log lines; bidirectional marks and
 * invisible characters make one name look like another. No name in a request needs them, so a request
 * with one is refused: cleaning the text would change who is named.
 */

/** First and last code point of each refused range. */
const REFUSED: readonly (readonly [number, number])[] = [
  [0x00, 0x1f], // C0, NUL among them
  [0x7f, 0xa0], // DEL, C1, no-break space
  [0xad, 0xad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian selectors and vowel separator
  [0x200b, 0x200f], // zero width, direction marks
  [0x2028, 0x202f], // line and paragraph separators, embeddings, overrides, narrow no-break space
  [0x2060, 0x206f], // word joiner, isolates, deprecated format characters
  [0x3164, 0x3164], // Hangul filler
  [0xd800, 0xdfff], // lone surrogates; pairs are read as one code point
  [0xfdd0, 0xfdef], // noncharacters
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // half-width Hangul filler
  [0xfff0, 0xffff], // specials, replacement character, noncharacters
  [0xe0000, 0xe0fff], // tags and selectors
]

const FORMAT = /\p{Format}/u

/** Says whether a text has a control character, an invisible one, a lone surrogate or a noncharacter. */
export function isHostile(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code > 0x1f && code < 0x7f) continue
    // The last two code points of every plane are noncharacters.
    if ((code & 0xfffe) === 0xfffe) return true
    if (REFUSED.some(([first, last]) => code >= first && code <= last)) return true
    // Rarer format characters, such as those that join musical or shorthand signs.
    if (FORMAT.test(character)) return true
  }
  return false
}

/**
 * Decodes UTF-8 strictly (RFC 3629 section 3: no overlong forms, no surrogates). Throws
 * LatchkeyError('policy_violation'), rule `hostile_text`; `what` names the field in the message.
 */
export function readUtf8(octets: Uint8Array, what: string): string {
  return checkText(decodeUtf8(octets), what)
}

/**
 * Decodes visible ASCII (21 to 7E), which is what URIs and DNS names may have in an IA5String (RFC 5280
 * section 4.2.1.6). Throws as readUtf8 does.
 */
export function readVisibleAscii(octets: Uint8Array, what: string): string {
  let text = ''
  for (const octet of octets) {
    if (octet < 0x21 || octet > 0x7e) throw hostile(what)
    text += String.fromCharCode(octet)
  }
  return text
}

/** Decodes a BMPString: pairs of octets, no surrogates. Throws as readUtf8 does. */
export function readBmp(octets: Uint8Array, what: string): string {
  if (octets.length % 2 !== 0) throw hostile(what)
  let text = ''
  for (let at = 0; at < octets.length; at += 2) {
    const unit = ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)
    if (unit >= 0xd800 && unit <= 0xdfff) throw hostile(what)
    text += String.fromCharCode(unit)
  }
  return checkText(text, what)
}

function checkText(text: string | null, what: string): string {
  if (text === null || isHostile(text)) throw hostile(what)
  return text
}

// ignoreBOM keeps a byte order mark in the text, where it is seen and refused.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(octets: Uint8Array): string | null {
  try {
    return utf8.decode(octets)
  } catch {
    // The decoder throws a TypeError for octets that are not UTF-8; null stands for that here.
    return null
  }
}

function hostile(what: string) {
  return refusedCsr(
    'hostile_text',
    `The ${what} has a character that is invisible, a control character or not valid text.`,
    `Type the ${what} by hand in place of copying it.`,
  )
}
