import { sha256 } from '@noble/hashes/sha2.js'
import { LatchkeyError } from '#lib/errors.ts'
import { toHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readOid } from '#lib/pki/asn1/der.ts'
import { displayNameOf } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import type { Issuer, IssuerUrls } from './profile.ts'
import { readBasicConstraints, readKeyUsage, readSubjectKeyId } from './read-extensions.ts'
import { subjectKeyIdOf } from './tbs.ts'

/**
 * Reads a CA as an issuer from its chain in DER, issuing CA first, root last. Throws
 * LatchkeyError('internal') when the first certificate is not one of a CA that may sign certificates and
 * CRLs, and 'malformed_request' when it cannot be read.
 */
export function readIssuer(chain: readonly Uint8Array[], urls: IssuerUrls): Issuer {
  const [der] = chain
  if (!der) throw unfit('The CA has no certificate.')
  const certificate = readCertificate(der)
  checkCa(certificate)
  const { spki, subject, serial, validity } = certificate
  return {
    id: toHex(sha256(spki)),
    name: subject,
    displayName: displayNameOf(subject),
    serial,
    certificate: der,
    chain,
    spki,
    subjectKeyId: keyIdOf(certificate),
    algorithm: algorithmFor(spki),
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    urls,
  }
}

/**
 * Throws LatchkeyError('internal') unless the certificate has cA TRUE (RFC 5280 section 4.2.1.9) and both
 * keyCertSign and cRLSign (section 4.2.1.3): without them relying parties refuse what it signs.
 */
export function checkCa(certificate: Certificate): void {
  const name = displayNameOf(certificate.subject)
  const constraints = extensionOf(certificate, OID.basicConstraints)
  if (!constraints || !readBasicConstraints(constraints).ca) {
    throw unfit(
      `The certificate of ${name} is not one of a CA (basicConstraints CA:TRUE is missing).`,
    )
  }
  const usage = extensionOf(certificate, OID.keyUsage)
  const bits = usage ? readKeyUsage(usage) : []
  // keyCertSign is 5, cRLSign is 6.
  if (!bits.includes(5) || !bits.includes(6)) {
    throw unfit(`The CA certificate of ${name} does not allow keyCertSign and cRLSign.`)
  }
}

/**
 * Gives the subject key identifier of a CA, which RFC 5280 section 4.2.1.1 has certificates below repeat as
 * authority key identifier. Section 4.2.1.2 demands it of every CA; for one without, it is computed.
 */
export function keyIdOf(certificate: Certificate): Uint8Array {
  const value = extensionOf(certificate, OID.subjectKeyIdentifier)
  return value ? readSubjectKeyId(value) : subjectKeyIdOf(certificate.spki)
}

/** Gives the content of an extension's extnValue in DER, or null when the certificate does not have it. */
export function extensionOf(certificate: Certificate, id: string): Uint8Array | null {
  return certificate.extensions.find((one) => one.id === id)?.value ?? null
}

const CURVE_ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  [OID.p256]: 'ecdsa-sha256',
  [OID.p384]: 'ecdsa-sha384',
  [OID.p521]: 'ecdsa-sha512',
}

/**
 * Gives the algorithm that a CA key signs with: for a curve the hash of the same strength (RFC 5480 section
 * 4), since Key Vault allows no other; for RSA SHA-256. Throws LatchkeyError('internal') for another key.
 */
export function algorithmFor(spki: Uint8Array): SignatureAlgorithm {
  const [type, parameters] = parseDer(spki).children[0]?.children ?? []
  if (readOid(type) === OID.rsaEncryption) return 'rsa-sha256'
  const algorithm =
    readOid(type) === OID.ecPublicKey ? CURVE_ALGORITHMS[readOid(parameters)] : undefined
  if (!algorithm) throw unfit('A CA key is RSA, P-256, P-384 or P-521.')
  return algorithm
}

function unfit(message: string): LatchkeyError {
  return new LatchkeyError('internal', message)
}
