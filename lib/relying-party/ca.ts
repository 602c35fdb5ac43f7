import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { SIGNATURE_ALGORITHMS } from '#lib/pki/keys/algorithm.ts'

/** What a relying party knows of the CA: its name and its public key, each in DER. */
export type Ca = { readonly name: Uint8Array; readonly spki: Uint8Array }

/**
 * Gives both from the CA's certificate, which the caller trusts. Throws LatchkeyError('malformed_request').
 */
export function caOf(certificate: Uint8Array): Ca {
  const { subject, spki } = readCertificate(certificate)
  return { name: subject, spki }
}

export type Signed = {
  readonly tbs: Uint8Array
  /** AlgorithmIdentifier. */
  readonly algorithm: Uint8Array
  readonly signature: Uint8Array
}

/** Whether this key made this signature. Algorithms other than ours count as no signature. */
export function isSignedBy(key: KeyObject, { tbs, algorithm, signature }: Signed): boolean {
  const [name] =
    Object.entries(SIGNATURE_ALGORITHMS).find(([, known]) => equalBytes(known, algorithm)) ?? []
  return name !== undefined && verify(name.slice(-6), tbs, { key, dsaEncoding: 'der' }, signature)
}

export function keyOf(ca: Ca): KeyObject {
  return createPublicKey({ key: Buffer.from(ca.spki), format: 'der', type: 'spki' })
}

/**
 * RFC 6960 section 4.2.2.2: the CA signs OCSP responses itself, or a responder that it certified for that
 * purpose.
 */
export function responderKey(ca: Ca, certificate: Uint8Array | null, now: Date): KeyObject | null {
  const caKey = keyOf(ca)
  if (certificate === null) return caKey
  const responder = new X509Certificate(certificate)
  const isDelegated = responder.keyUsage?.includes(OID.ocspSigning) === true
  const isInTime = responder.validFromDate <= now && now <= responder.validToDate
  return isDelegated && isInTime && responder.verify(caKey) ? responder.publicKey : null
}
