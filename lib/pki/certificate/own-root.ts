import { LatchkeyError } from '#lib/errors.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import type { ParentUrls } from './ca-certificate.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { algorithmFor, extensionOf, keyIdOf } from './issuer.ts'
import { readDistributionPoints, readInfoAccess } from './read-extensions.ts'

/** A root that our own key ceremony made, above the issuing CA. Read from the certificates of both. */
export type OwnRoot = {
  /** DER Name. */
  readonly name: Uint8Array
  readonly spki: Uint8Array
  readonly subjectKeyId: Uint8Array
  /** The root's own certificate in DER. */
  readonly certificate: Uint8Array
  readonly algorithm: SignatureAlgorithm
  readonly notAfter: Date
  /** Serial of the issuing CA's certificate, hex. A root of a ceremony signs no other certificate. */
  readonly issuingSerial: string
  /** The addresses inside the issuing CA's certificate. Signed, so fixed for its whole validity. */
  readonly urls: ParentUrls
}

/** Gives the addresses that the key ceremony writes into the certificate of an issuing CA, under our status URL. */
export function parentUrlsAt(statusUrl: string): ParentUrls {
  return {
    caIssuers: `${statusUrl}/ca/root.cer`,
    ocsp: `${statusUrl}/ocsp`,
    crl: `${statusUrl}${ROOT_CRL_PATH}`,
  }
}

const ROOT_CRL_PATH = '/crl/root.crl'

/**
 * Gives the root of a chain (issuing CA first, root last) when Latchkey publishes that root's CRL and OCSP,
 * which is when the issuing CA's certificate names the addresses of our key ceremony. Null when the root
 * itself issues, and for an enterprise root, which publishes its own.
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
    // Enterprise CAs write locations that the strict reader refuses, such as LDAP: no root of ours then.
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
