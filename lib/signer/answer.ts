import { type KeyObject, X509Certificate } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readOid } from '#lib/pki/asn1/der.ts'
import { displayNameOf } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { type Certificate, readCertificate } from '#lib/pki/certificate/certificate.ts'
import { checkCa, extensionOf } from '#lib/pki/certificate/issuer.ts'
import {
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
} from '#lib/pki/certificate/read-extensions.ts'
import { isKeyOf } from './file.ts'

/** A longer chain would be a loop or a mistake. */
const CHAIN_MAX = 6

const WEAK: readonly string[] = [OID.sha1WithRsa, OID.ecdsaWithSha1, '1.2.840.113549.1.1.4']

/**
 * Checks the certificates by which an enterprise root answered our CSR, and gives the chain, our CA first,
 * root last. `certificates` may have more than the chain, in any order. Throws LatchkeyError with a sentence
 * for the operator.
 */
export function acceptAnswer(
  certificates: readonly Uint8Array[],
  key: KeyObject,
  now: Date,
): readonly Uint8Array[] {
  const all = certificates.map(readCertificate)
  const own = all.find(({ spki }) => isOurKey(key, spki))
  if (!own) throw unfit('No certificate in the answer is for the key of our request.')
  checkUsages(own)
  if (equalBytes(own.issuer, own.subject)) {
    throw unfit('The answer is self-signed; it must be signed by the enterprise CA.')
  }

  const chain = [own]
  for (let below = own; !equalBytes(below.issuer, below.subject); ) {
    const above = parentOf(below, all)
    chain.push(above)
    if (chain.length > CHAIN_MAX) throw unfit('The chain of the answer is too long.')
    below = above
  }
  chain.forEach((certificate, depth) => {
    checkLink(certificate, depth, now)
  })
  return chain.map(({ der }) => der)
}

function isOurKey(key: KeyObject, spki: Uint8Array): boolean {
  try {
    return isKeyOf(key, spki)
  } catch {
    // Other certificates in the file may have a kind of key that OpenSSL does not know.
    return false
  }
}

/** Finds the certificate in the file that signed this one, by its signature and not by its name alone. */
function parentOf(certificate: Certificate, all: readonly Certificate[]): Certificate {
  const signed = new X509Certificate(certificate.der)
  const parent = all.find(
    ({ der, subject }) =>
      equalBytes(subject, certificate.issuer) && signed.verify(new X509Certificate(der).publicKey),
  )
  if (parent) return parent
  const name = displayNameOf(certificate.issuer)
  throw unfit(`The answer does not hold the certificate of ${name}; add it, up to the root.`)
}

/**
 * RFC 5280 sections 6.1.3 and 6.1.4: CA, key usage, path length and dates; and a signature algorithm that is
 * still accepted.
 */
function checkLink(certificate: Certificate, depth: number, now: Date): void {
  const name = displayNameOf(certificate.subject)
  if (depth === 0) checkCa(certificate)
  else checkParent(certificate, name)
  const { notBefore, notAfter } = certificate.validity
  if (now < notBefore || now > notAfter) {
    throw unfit(`The certificate of ${name} is not valid now.`)
  }
  const constraints = extensionOf(certificate, OID.basicConstraints)
  const { pathLength } = constraints ? readBasicConstraints(constraints) : { pathLength: null }
  // `depth` CAs are between the certificate at this depth and a holder's certificate.
  if (pathLength !== null && pathLength < depth) {
    throw unfit(`The certificate of ${name} allows only ${pathLength} CAs below it.`)
  }
  const root = equalBytes(certificate.issuer, certificate.subject)
  if (root && !new X509Certificate(certificate.der).verify(publicKeyOf(certificate))) {
    throw unfit(`The certificate of ${name} is not signed by itself.`)
  }
  // A root is trusted as configured: its own signature proves nothing and may use an old algorithm.
  if (!root && WEAK.includes(readOid(parseDer(certificate.algorithm).children[0]))) {
    throw unfit(`The certificate of ${name} is signed with SHA-1 or MD5.`)
  }
}

/** RFC 5280 section 6.1.4 (k) and (n). Roots without key usage are common; they may sign everything. */
function checkParent(certificate: Certificate, name: string): void {
  const constraints = extensionOf(certificate, OID.basicConstraints)
  const usage = extensionOf(certificate, OID.keyUsage)
  const isCa = constraints !== null && readBasicConstraints(constraints).ca
  if (!isCa || (usage && !readKeyUsage(usage).includes(KEY_CERT_SIGN))) {
    throw unfit(`The certificate of ${name} is not one of a CA.`)
  }
}

const KEY_CERT_SIGN = 5

/**
 * An enterprise CA may restrict the purposes of ours; without clientAuth no relying party would accept our
 * certificates.
 */
function checkUsages(certificate: Certificate): void {
  const value = extensionOf(certificate, OID.extendedKeyUsage)
  if (!value) return
  const usages = readExtendedKeyUsage(value)
  if (!usages.includes(OID.clientAuth) && !usages.includes(OID.anyExtendedKeyUsage)) {
    throw unfit('The answer restricts our CA to uses other than client authentication.')
  }
}

function publicKeyOf({ der }: Certificate): KeyObject {
  return new X509Certificate(der).publicKey
}

function unfit(message: string): LatchkeyError {
  return new LatchkeyError('policy_violation', message)
}
