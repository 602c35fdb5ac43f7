import { TAG } from '#lib/pki/asn1/der.ts'
import { derHeader, hasDerShape } from '#lib/pki/asn1/der-shape.ts'

/**
 * The requests that the path of an OCSP GET may stand for (RFC 6960 appendix A.1), most likely
 * first; `encoded` is what follows "/ocsp/" in the raw URL. Empty when it is no base64. They have
 * the shape of DER where that could be found, and are for readOcspRequest to read.
 *
 * Base64 has slashes, sometimes two in a row, and proxies tidy them away. The length in the header
 * of the request says how many are missing. Where these are one or two, each place where one may be
 * missing is tried; the caller knows which reading names an issuer and a certificate. Whatever the
 * path, that takes no more than to answer an honest one.
 */
export function requestsInPath(encoded: string): readonly Uint8Array[] {
  const text = decode(encoded)
  if (text === null) return []
  const characters = valuesOf(text)
  const whole = toBytes(characters)
  const wanted = charactersWanted(whole)
  if (wanted === null) return [whole]
  // The last slash may be of the path or of the base64.
  const lengths = text.endsWith('/')
    ? [characters.length, characters.length - 1]
    : [characters.length]
  const [fitting] = lengths
    .filter((length) => length === wanted)
    .map((length) => toBytes(characters.subarray(0, length)))
  if (fitting && hasDerShape(fitting)) return [fitting]
  const restored = lengths.flatMap((length) =>
    withSlashesBack(characters.subarray(0, length), wanted),
  )
  return restored.length > 0 ? restored.slice(0, READINGS_MAX) : [fitting ?? whole]
}

/** One certificate by SHA-512. Longer requests are for POST (RFC 6960 appendix A.1). */
const RESTORED_CHARACTERS_MAX = 256
/** The base64 of one request by SHA-256 in 1,600 has slashes in more places, of one by SHA-1 in 12,000. */
const PLACES_MAX = 8
/** A wrong place leaves the shape only within the same part of the request, which seldom has two. */
const READINGS_MAX = 6

/** How many characters of base64, without padding, the request has by its own length; null when it has none. */
function charactersWanted(bytes: Uint8Array): number | null {
  const outer = bytes[0] === TAG.sequence ? derHeader(bytes, 0) : null
  return outer && Math.ceil((outer.end * 4) / 3)
}

const SLASH = 63

/** What has the shape of DER with the missing slashes put back, one or two. */
function withSlashesBack(characters: Uint8Array, wanted: number): readonly Uint8Array[] {
  const missing = wanted - characters.length
  if (missing < 1 || missing > 2 || wanted > RESTORED_CHARACTERS_MAX) return []
  const places = slashesIn(characters)
  if (places.length > PLACES_MAX) return []
  const pairs = places.flatMap((one, index) =>
    missing === 1 ? [[one]] : places.slice(index).map((other) => [one, other]),
  )
  return pairs.map((pair) => toBytes(withSlashesAt(characters, pair))).filter(hasDerShape)
}

/** The places are in order; at each a slash is put before what is there. */
function withSlashesAt(characters: Uint8Array, places: readonly number[]): Uint8Array {
  const made = new Uint8Array(characters.length + places.length).fill(SLASH)
  let from = 0
  places.forEach((place, before) => {
    made.set(characters.subarray(from, place), from + before)
    from = place
  })
  made.set(characters.subarray(from), from + places.length)
  return made
}

/** The first of each run of slashes: another one anywhere in the run makes the same text. */
function slashesIn(characters: Uint8Array): readonly number[] {
  const places: number[] = []
  for (let at = characters.indexOf(SLASH); at !== -1; at = characters.indexOf(SLASH, at + 1)) {
    if (characters[at - 1] !== SLASH) places.push(at)
    if (places.length > PLACES_MAX) break
  }
  return places
}

const BASE64 = /^[A-Za-z0-9+/]+(?:={1,2}\/?)?$/

/** Gives the characters of base64 without their padding, or null. */
function decode(encoded: string): string | null {
  let text = encoded
  try {
    if (encoded.includes('%')) text = decodeURIComponent(encoded)
  } catch {
    return null
  }
  // A request begins with 0x30, so with "M": slashes before it are of the path. A plus sign may
  // have become a space, and some clients use the alphabet of URLs.
  const tidy = text.replace(/^\/+/, '').replaceAll(' ', '+').replaceAll('-', '+')
  const usual = tidy.replaceAll('_', '/')
  return BASE64.test(usual) ? usual.replace(/=.*$/, '') : null
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, ALPHABET.indexOf(String.fromCharCode(code))),
)

/** Six bits for each sign. */
function valuesOf(text: string): Uint8Array {
  const values = new Uint8Array(text.length)
  for (let at = 0; at < values.length; at++) values[at] = VALUES[text.charCodeAt(at)] ?? 0
  return values
}

/** Bits that are left over at the end are not looked at: nothing depends on them. */
function toBytes(characters: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.floor((characters.length * 3) / 4))
  for (let at = 0, from = 0; at < bytes.length; from += 4) {
    const group =
      ((characters[from] ?? 0) << 18) |
      ((characters[from + 1] ?? 0) << 12) |
      ((characters[from + 2] ?? 0) << 6) |
      (characters[from + 3] ?? 0)
    bytes[at++] = group >> 16
    if (at < bytes.length) bytes[at++] = group >> 8
    if (at < bytes.length) bytes[at++] = group
  }
  return bytes
}
