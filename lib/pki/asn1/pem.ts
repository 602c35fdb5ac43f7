import { toBase64Lines } from './base64.ts'

/** Labels of RFC 7468 sections 5, 6, 7 and 11; that of an OCSP response is OpenSSL's. */
export type PemLabel =
  | 'CERTIFICATE'
  | 'CERTIFICATE REQUEST'
  | 'ENCRYPTED PRIVATE KEY'
  | 'OCSP RESPONSE'
  | 'X509 CRL'

/**
 * Gives DER in the textual encoding of RFC 7468 section 2 ("PEM"): 64 characters a line, a newline at
 * the end, no headers and no explanatory text.
 */
export function toPem(label: PemLabel, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${toBase64Lines(der)}\n-----END ${label}-----\n`
}
