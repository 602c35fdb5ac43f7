/**
 * A certificate is stored in two parts, since the first is there before anything is signed:
 * Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 section 4.1).
 */
export type CertificateParts = {
  readonly tbs: Uint8Array
  /** The signature algorithm and the signature. */
  readonly signature: Uint8Array
}

/** Throws for anything that does not begin as a certificate does. */
export function splitCertificate(der: Uint8Array): CertificateParts {
  const start = contentOf(der, 0)
  if (start.end !== der.length) throw new Error('The certificate does not end where it says.')
  const { end } = contentOf(der, start.at)
  return { tbs: der.subarray(start.at, end), signature: der.subarray(end) }
}

export function joinCertificate({ tbs, signature }: CertificateParts): Uint8Array<ArrayBuffer> {
  const length = tbs.length + signature.length
  const head = length < LONG ? [SEQUENCE, length] : [SEQUENCE, ...longLength(length)]
  const der = new Uint8Array(head.length + length)
  der.set(head)
  der.set(tbs, head.length)
  der.set(signature, head.length + tbs.length)
  return der
}

const SEQUENCE = 0x30
/** Lengths from here on are written as the number of their octets, and those octets. */
const LONG = 0x80

function longLength(length: number): readonly number[] {
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [LONG + octets.length, ...octets]
}

/** Where the content of a SEQUENCE begins and ends. */
function contentOf(der: Uint8Array, from: number): { readonly at: number; readonly end: number } {
  const [tag, first = 0] = der.subarray(from, from + 2)
  if (tag !== SEQUENCE) throw new Error('A certificate begins with two sequences.')
  const octets = first < LONG ? 0 : first - LONG
  let length = first < LONG ? first : 0
  for (const octet of der.subarray(from + 2, from + 2 + octets)) length = length * 256 + octet
  const at = from + 2 + octets
  if (at + length > der.length) throw new Error('The certificate ends too early.')
  return { at, end: at + length }
}
