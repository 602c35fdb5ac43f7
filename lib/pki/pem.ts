import { toBase64 } from './base64.ts'

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'ENCRYPTED PRIVATE KEY' | 'X509 CRL'

/** Gives DER as text between lines of dashes, 64 signs a line (RFC 7468 section 2), with a newline at the end. */
export function toPem(label: PemLabel, der: Uint8Array): string {
  const base64 = toBase64(der)
  const lines: string[] = []
  for (let at = 0; at < base64.length; at += 64) lines.push(base64.slice(at, at + 64))
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
