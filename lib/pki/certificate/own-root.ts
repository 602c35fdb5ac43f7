import { LatchkeyError } from '#lib/errors.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import type { ParentUrls } from './ca-certificate.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { algorithmFor, extensionOf, keyIdOf } from './issuer.ts'
import { readDistributionPoints, readInfoAccess } from './read-extensions.ts'

/** A root of our own ceremony above the CA that issues, as their two certificates say. */
export type OwnRoot = {
  /** DER Name. */
  readonly name: Uint8Array
  readonly spki: Uint8Array
  readonly subjectKeyId: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
  readonly algorithm: SignatureAlgorithm
  readonly notAfter: Date
  /** Serial of the issuing CA's certificate, hex: the only one that such a root ever signed. */
  readonly issuingSerial: string
  /** What the issuing CA's certificate names, for as long as it lives. */
  readonly urls: ParentUrls
}

/** The addresses that a ceremony writes into the certificate of an issuing CA. */
export function parentUrlsAt(statusUrl: string): ParentUrls {
  return {
    caIssuers: `${statusUrl}/ca/root.cer`,
    ocsp: `${statusUrl}/ocsp`,
    crl: `${statusUrl}${ROOT_CRL_PATH}`,
  }
}

const ROOT_CRL_PATH = '/crl/root.crl'

/**
 * Gives the root of a chain (issuing CA first, root last) when its status is ours to tell: when the
 * issuing CA's certificate names the addresses of our own ceremony. Null when the root itself
 * issues, and for an enterprise root, whose CRL and OCSP are its own matter.
 */
export function ownRootOf(chain: readonly Uint8Array[]): OwnRoot | null {
  const [issuing, root, ...more] = chain
  if (!issuing || !root || more.length > 0) return null
  const { serial, urls } = readIssuing(readCertificate(issuing))
  if (urls === null) return null
  const certificate = readCertificate(root)
  return {
    name: certificate.subject,
    spki: certificate.spki,
    subjectKeyId: keyIdOf(certificate),
    certificate: root,
    algorithm: algorithmFor(certificate.spki),
    notAfter: certificate.validity.notAfter,
    issuingSerial: serial,
    urls,
  }
}

function readIssuing(certificate: Certificate) {
  const { serial } = certificate
  try {
    return { serial, urls: ownUrlsIn(certificate) }
  } catch (error) {
    // An enterprise CA writes locations that our strict reader does not know, LDAP among them.
    if (error instanceof LatchkeyError) return { serial, urls: null }
    throw error
  }
}

function ownUrlsIn(certificate: Certificate): ParentUrls | null {
  const access = extensionOf(certificate, OID.authorityInfoAccess)
  const points = extensionOf(certificate, OID.crlDistributionPoints)
  if (!access || !points) return null
  const [crl, ...others] = readDistributionPoints(points)
  if (!crl?.endsWith(ROOT_CRL_PATH) || others.length > 0) return null
  const urls = parentUrlsAt(crl.slice(0, -ROOT_CRL_PATH.length))
  const named = readInfoAccess(access).join()
  return named === [OID.caIssuers, urls.caIssuers, OID.ocsp, urls.ocsp].join() ? urls : null
}
