import { readOcspRequest } from './ocsp.ts'

/** Of two slashes that may be missing, so many pairs of places are tried. */
const MENDED_MAX = 64

/**
 * The requests that the path of an OCSP GET may stand for (RFC 6960 appendix A.1), most likely
 * first; `encoded` is what follows "/ocsp/" in the raw URL. Empty when it is no base64.
 *
 * Base64 has slashes, sometimes two in a row, and proxies tidy them away. What does not read as a
 * request is therefore read again with a slash put back at each place where one may be missing; the
 * caller knows which of those names an issuer and a certificate.
 */
export function requestsInPath(encoded: string): readonly Uint8Array[] {
  const text = decode(encoded)
  if (text === null) return []
  // The last slash may be of the path or of the base64.
  const texts = text.endsWith('/') ? [text, text.slice(0, -1)] : [text]
  const asIs = texts.map(fromBase64)
  const [whole] = asIs.filter(isRequest)
  if (whole) return [whole]
  const mended = texts.flatMap((one) => [...withSlashesBack(one)]).map(fromBase64)
  const readable = mended.filter(isRequest)
  return readable.length > 0 ? readable : asIs.slice(0, 1)
}

function isRequest(der: Uint8Array): boolean {
  return readOcspRequest(der).ok
}

/** One missing slash at any place, then two; as many as are worth trying. */
function* withSlashesBack(text: string): Generator<string> {
  const places = slashesIn(text)
  const add = (at: number, to: string) => `${to.slice(0, at)}/${to.slice(at)}`
  for (const at of places) yield add(at, text)
  // The later one first, so that the place of the earlier one stays.
  let left = MENDED_MAX
  for (const at of places) {
    for (const before of places) {
      if (before > at || left-- <= 0) break
      yield add(before, add(at, text))
    }
  }
}

/** A request has some hundred signs of base64, so it has few of them. */
const SLASHES_MAX = 32

function slashesIn(text: string): readonly number[] {
  const places: number[] = []
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) {
    places.push(at)
    if (places.length === SLASHES_MAX) break
  }
  return places
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

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
  return BASE64.test(usual) ? usual : null
}

/** Padding may be missing; what is no base64 for other reasons gives no bytes. */
function fromBase64(text: string): Uint8Array {
  try {
    const binary = atob(text.replace(/=+$/, ''))
    const bytes = new Uint8Array(binary.length)
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
    return bytes
  } catch {
    return new Uint8Array()
  }
}
