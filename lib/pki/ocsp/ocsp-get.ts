import { TAG } from '#lib/pki/asn1/der.ts'
import { derHeader, hasDerShape } from '#lib/pki/asn1/der-shape.ts'

/**
 * Gives the requests that the path of an OCSP GET may mean (RFC 6960 appendix A.1: the URL-encoded base64
 * of the DER), most likely first, for readOcspRequest. `encoded` is what follows "/ocsp/" in the raw URL.
 * Empty when `encoded` is no base64.
 *
 * Base64 contains slashes, and proxies merge two slashes into one. The length in the request's DER header
 * tells how many characters are missing. For one or two, a slash is inserted at every place where one may
 * have been removed, and results in the shape of DER are kept; the caller takes the one that names an
 * issuer and a certificate. The work is bounded by the constants below, whatever the path.
 */
export function requestsInPath(encoded: string): readonly Uint8Array[] {
  const text = decode(encoded)
  if (text === null) return []
  const characters = valuesOf(text)
  const whole = toBytes(characters)
  const wanted = charactersWanted(whole)
  if (wanted === null) return [whole]
  // A trailing slash is the last character of the base64, or was added to the path.
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

/** Characters of a request for one certificate by SHA-512. RFC 6960 appendix A.1: GET is for up to 255 octets. */
const RESTORED_CHARACTERS_MAX = 256
/** Of requests by SHA-256 one in 1,600 has slashes in more places than this, by SHA-1 one in 12,000. */
const PLACES_MAX = 8
/** A slash at a wrong place keeps the shape of DER only within the same element, which seldom has two slashes. */
const READINGS_MAX = 6

/** How many characters of base64, without padding, the length in the DER header asks for; null without a header. */
function charactersWanted(bytes: Uint8Array): number | null {
  const outer = bytes[0] === TAG.sequence ? derHeader(bytes, 0) : null
  return outer && Math.ceil((outer.end * 4) / 3)
}

const SLASH = 63

/** Inserts the one or two missing slashes at every pair of places; gives those results that have the shape of DER. */
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

/** Inserts a slash before each of the places, which are in ascending order. */
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

/** Gives the start of each run of slashes; inserting one elsewhere in the run gives the same text. */
function slashesIn(characters: Uint8Array): readonly number[] {
  const places: number[] = []
  for (let at = characters.indexOf(SLASH); at !== -1; at = characters.indexOf(SLASH, at + 1)) {
    if (characters[at - 1] !== SLASH) places.push(at)
    if (places.length > PLACES_MAX) break
  }
  return places
}

const BASE64 = /^[A-Za-z0-9+/]+(?:={1,2}\/?)?$/

/** Gives the base64 of a path, percent-decoded and without padding, or null when it is none. */
function decode(encoded: string): string | null {
  let text = encoded
  try {
    if (encoded.includes('%')) text = decodeURIComponent(encoded)
  } catch {
    return null
  }
  // A request begins with 0x30, in base64 with "M", so leading slashes belong to the path. Some programs
  // turn a plus sign into a space, and some clients send base64url (RFC 4648 section 5).
  const tidy = text.replace(/^\/+/, '').replaceAll(' ', '+').replaceAll('-', '+')
  const usual = tidy.replaceAll('_', '/')
  return BASE64.test(usual) ? usual.replace(/=.*$/, '') : null
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, ALPHABET.indexOf(String.fromCharCode(code))),
)

/** Gives the six bits of each character. */
function valuesOf(text: string): Uint8Array {
  const values = new Uint8Array(text.length)
  for (let at = 0; at < values.length; at++) values[at] = VALUES[text.charCodeAt(at)] ?? 0
  return values
}

/** Joins groups of six bits to octets. Pad bits are ignored: clients' base64 need not be canonical here. */
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
