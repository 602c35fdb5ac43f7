import 'reflect-metadata'
import {
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509'
import { toHex } from '#lib/pki/asn1/bytes.ts'

/**
 * Certificates and requests as @peculiar/x509 reads them, a reader that shares no code with ours. It is given DER
 * only: its own PEM decoder can be made to run for ever.
 */

export type SecondCertificate = {
  readonly serial: string
  /** DER, hex. */
  readonly subject: string
  readonly issuer: string
  readonly spki: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** OIDs. */
  readonly extensions: readonly string[]
}

/** Reads a certificate. Throws an error for what is none. */
export function secondCertificate(der: Uint8Array): SecondCertificate {
  const read = new X509Certificate(new Uint8Array(der))
  return {
    serial: withoutZeros(read.serialNumber),
    subject: hex(read.subjectName.toArrayBuffer()),
    issuer: hex(read.issuerName.toArrayBuffer()),
    spki: hex(read.publicKey.rawData),
    notBefore: read.notBefore,
    notAfter: read.notAfter,
    extensions: read.extensions.map(({ type }) => type),
  }
}

export type SecondRequest = {
  readonly subject: string
  readonly spki: string
  /** "kind:value"; other kinds are left out. */
  readonly names: readonly string[]
  readonly commonName: string | null
  /** Whether the signature is of the key inside; null for an algorithm that is not known. */
  readonly isSigned: () => Promise<boolean | null>
}

/** Reads a request (PKCS#10). Throws an error for what is none. */
export function secondRequest(der: Uint8Array): SecondRequest {
  const read = new Pkcs10CertificateRequest(new Uint8Array(der))
  const names = read.extensions
    .filter((one) => one instanceof SubjectAlternativeNameExtension)
    .flatMap((one) => one.names.items)
    .flatMap(({ type, value }) => {
      const kind = KINDS[type]
      return kind ? [`${kind}:${value}`] : []
    })
  return {
    subject: hex(read.subjectName.toArrayBuffer()),
    spki: hex(read.publicKey.rawData),
    names,
    commonName: read.subjectName.getField('CN')[0] ?? null,
    isSigned: () => read.verify().catch(() => null),
  }
}

const KINDS: Readonly<Record<string, string>> = { dns: 'dns', url: 'uri', upn: 'upn' }

function hex(octets: ArrayBuffer): string {
  return toHex(new Uint8Array(octets))
}

/** Both readers may or may not write the octet that keeps a serial positive. */
export function withoutZeros(serial: string): string {
  return serial.toLowerCase().replace(/^(?:00)+(?=..)/, '')
}
