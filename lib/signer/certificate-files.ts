import { LatchkeyError } from '#lib/errors.ts'
import { readCertsOnly } from '#lib/pki/certificate/cms.ts'

const FORMS = [
  { label: 'CERTIFICATE', read: (der: Uint8Array) => [der] },
  { label: 'X509 CERTIFICATE', read: (der: Uint8Array) => [der] },
  { label: 'PKCS7', read: readCertsOnly },
  { label: 'CMS', read: readCertsOnly },
] as const

const SEQUENCE = 0x30
const OID_TAG = 0x06

/**
 * Gives the certificates of a file in DER, in its order: PEM with any number of them, one DER certificate, or
 * PKCS#7 in DER or PEM, as enterprise CAs answer. Throws LatchkeyError with a sentence.
 */
export function readCertificates(content: Uint8Array): readonly Uint8Array[] {
  if (content[0] === SEQUENCE) return isPkcs7(content) ? readCertsOnly(content) : [content]
  const text = Buffer.from(content).toString('latin1')
  const found = FORMS.flatMap(({ label, read }) =>
    pemBlocks(text, label).flatMap(({ at, der }) => read(der).map((one) => ({ at, one }))),
  )
  if (found.length === 0) {
    throw new LatchkeyError('malformed_request', 'There is no certificate in this file.')
  }
  return found.sort((a, b) => a.at - b.at).map(({ one }) => one)
}

/** Gives the PEM blocks with a label in their order. Plain search, so the time is linear in the file. */
export function pemBlocks(text: string, label: string): { at: number; der: Uint8Array }[] {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`]
  const blocks: { at: number; der: Uint8Array }[] = []
  for (let at = text.indexOf(begin); at !== -1; at = text.indexOf(begin, at + 1)) {
    const stop = text.indexOf(end, at)
    if (stop === -1) throw new LatchkeyError('malformed_request', 'A PEM block has no end.')
    const der = Buffer.from(text.slice(at + begin.length, stop), 'base64')
    blocks.push({ at, der: new Uint8Array(der) })
  }
  return blocks
}

/** A certificate is a SEQUENCE that begins with a SEQUENCE, a PKCS#7 message one that begins with an OID. */
function isPkcs7(der: Uint8Array): boolean {
  const lengthOctets = (der[1] ?? 0) < 0x80 ? 1 : 1 + ((der[1] ?? 0) & 0x7f)
  return der[1 + lengthOctets] === OID_TAG
}
