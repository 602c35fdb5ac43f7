import { toBase64Lines } from './base64.ts'

export type PemLabel =
  | 'CERTIFICATE'
  | 'CERTIFICATE REQUEST'
  | 'ENCRYPTED PRIVATE KEY'
  | 'OCSP RESPONSE'
  | 'X509 CRL'

/** Gives DER as text between lines of dashes, 64 characters a line (RFC 7468 section 2), with a newline at the end. */
export function toPem(label: PemLabel, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${toBase64Lines(der)}\n-----END ${label}-----\n`
}
