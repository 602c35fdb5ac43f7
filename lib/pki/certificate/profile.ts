import {
  context,
  contextPrimitive,
  ia5String,
  namedBits,
  octetString,
  oid,
  sequence,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { fitCommonName, writeName } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import type { PublicKey } from '#lib/pki/keys/keys.ts'
import { oncePer } from '#lib/pki/once-per.ts'
import { extension, subjectKeyIdOf } from './tbs.ts'

/**
 * The certificate profile: what a holder's certificate contains. Nothing comes from the CSR but
 * the public key; names come from the directory, everything else from here.
 */

/** The addresses that a holder's certificate names. */
export type IssuerUrls = {
  /** https; stands first in the authority information access, where SCEPman's clients read our address. */
  readonly caIssuers: string
  /** The same over plain http: who still lacks the chain may not trust our TLS (RFC 5280 section 8). */
  readonly caIssuersHttp: string
  /** Plain http: checking the status over TLS would need the status of a TLS certificate first. */
  readonly ocsp: string
  /** Address of the CRL partition to which the new certificate belongs, or null for no distribution point. */
  readonly crl: string | null
}

/** A CA that issues, as its certificate says. Made by readIssuer. */
export type Issuer = {
  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  readonly id: string
  /** DER Name. */
  readonly name: Uint8Array
  readonly displayName: string
  /** Serial of the CA's own certificate, hex. */
  readonly serial: string
  readonly certificate: Uint8Array
  /** Issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  readonly spki: Uint8Array
  readonly subjectKeyId: Uint8Array
  readonly algorithm: SignatureAlgorithm
  readonly notBefore: Date
  readonly notAfter: Date
  readonly urls: IssuerUrls
}

export type Usage = 'clientAuth' | 'serverAuth'

/** Whom a certificate names and for what use. Texts are in the directory's spelling, not the CSR's. */
export type Leaf =
  | { readonly kind: 'device'; readonly commonName: string; readonly uri: string | null }
  | { readonly kind: 'user'; readonly commonName: string; readonly upn: string }
  | {
      readonly kind: 'application'
      readonly commonName: string
      readonly dnsNames: readonly string[]
      readonly extendedKeyUsages: readonly Usage[]
    }

/**
 * Gives the subject, a Name in DER with one common name. RFC 5280 section 4.1.2.6: UTF8String; appendix
 * A.1: at most 64 characters, to which fitCommonName cuts a longer name.
 */
export function subjectOf(leaf: Leaf): Uint8Array<ArrayBuffer> {
  return writeName([['commonName', fitCommonName(leaf.commonName)]])
}

/** Gives the extensions in the order of the profile, which is that of SCEPman's certificates. */
export function leafExtensions(issuer: Issuer, leaf: Leaf, key: PublicKey): readonly Uint8Array[] {
  const altNames = altNamesOf(leaf)
  const { keyId, locations } = ofIssuer(issuer)
  return [
    ...(altNames.length > 0 ? [plain(OID.subjectAltName, sequence(...altNames))] : []),
    keyId,
    subjectKeyId(key),
    END_ENTITY,
    KEY_USAGES[isRsa(key) ? 'rsa' : 'ec'],
    usageExtension(usagesOf(leaf)),
    ...locations,
  ]
}

const usageExtension = oncePer(extendedKeyUsage)

/** What is the same in all certificates of an issuer, written once. */
const ofIssuer = oncePer(({ subjectKeyId, urls }: Issuer) => {
  const access = authorityInfoAccess(urls)
  const { crl } = urls
  const locations =
    crl === null ? [access] : [access, distributionPoint(OID.crlDistributionPoints, crl)]
  return { keyId: authorityKeyId(subjectKeyId), locations }
})

const subjectKeyId = oncePer(({ spki }: PublicKey) =>
  plain(OID.subjectKeyIdentifier, octetString(subjectKeyIdOf(spki))),
)

// RFC 5280 section 4.2.1.9: cA is FALSE by default, so the value of an end entity is an empty SEQUENCE
// (X.690 section 11.5). Critical, which the RFC leaves open, so that no reader skips it.
const END_ENTITY = extension(OID.basicConstraints, 'critical', sequence())

// RFC 5280 section 4.2.1.3: should be critical. digitalSignature (0) is for TLS client authentication;
// keyEncipherment (2) is for RSA key transport, and RFC 8813 section 3 forbids it for EC keys.
const KEY_USAGES = {
  rsa: extension(OID.keyUsage, 'critical', namedBits([0, 2])),
  ec: extension(OID.keyUsage, 'critical', namedBits([0])),
}

/**
 * AuthorityKeyIdentifier, RFC 5280 section 4.2.1.1: must not be critical. keyIdentifier alone, without issuer
 * and serial, so that certificates stay valid when the CA gets a new certificate for the same key.
 */
export function authorityKeyId(keyId: Uint8Array): Uint8Array<ArrayBuffer> {
  return plain(OID.authorityKeyIdentifier, sequence(contextPrimitive(0, keyId)))
}

/**
 * cRLDistributionPoints (RFC 5280 section 4.2.1.13) or freshestCRL (4.2.1.15 and 5.2.6), which have the same
 * syntax: one point with one URI as its fullName, without reasons or cRLIssuer. Not critical.
 */
export function distributionPoint(id: string, url: string): Uint8Array<ArrayBuffer> {
  const fullName = context(0, context(0, ia5String(url, URI)))
  return plain(id, sequence(sequence(fullName)))
}

/** AccessDescription, RFC 5280 section 4.2.2.1: a method and one URI where the issuer's certificate or OCSP is. */
export function accessDescription(method: 'caIssuers' | 'ocsp', url: string): Uint8Array {
  return sequence(oid(OID[method]), ia5String(url, URI))
}

/** ExtKeyUsageSyntax, RFC 5280 section 4.2.1.12: at least one purpose, in the given order. Not critical. */
export function extendedKeyUsage(
  usages: readonly (Usage | 'ocspSigning' | 'emailProtection')[],
): Uint8Array<ArrayBuffer> {
  return plain(OID.extendedKeyUsage, sequence(...usages.map((usage) => oid(OID[usage]))))
}

export function isRsa(key: PublicKey): boolean {
  return key.type.startsWith('rsa-')
}

/** Gives the purposes of a certificate: persons and devices get client authentication and nothing else. */
export function usagesOf(leaf: Leaf): readonly Usage[] {
  return leaf.kind === 'application' ? leaf.extendedKeyUsages : CLIENT_AUTH
}

const CLIENT_AUTH: readonly Usage[] = ['clientAuth']

/** Tags of GeneralName, RFC 5280 section 4.2.1.6: dNSName is [2] and URI [6], both IMPLICIT IA5String. */
const DNS = 0x82
const URI = 0x86

/**
 * GeneralNames, RFC 5280 section 4.2.1.6. A user principal name is an otherName ([0]) of Microsoft's type,
 * whose value is [0] EXPLICIT UTF8String; the extension is not critical since the subject is not empty.
 */
function altNamesOf(leaf: Leaf): readonly Uint8Array[] {
  switch (leaf.kind) {
    case 'device':
      return leaf.uri === null ? [] : [ia5String(leaf.uri, URI)]
    case 'user':
      return [context(0, oid(OID.userPrincipalName), context(0, utf8String(leaf.upn)))]
    case 'application':
      return leaf.dnsNames.map((name) => ia5String(name, DNS))
  }
}

/**
 * AuthorityInfoAccessSyntax, RFC 5280 section 4.2.2.1: must not be critical. One description for each
 * address, in the order in which clients try them.
 */
function authorityInfoAccess(urls: IssuerUrls): Uint8Array {
  return plain(
    OID.authorityInfoAccess,
    sequence(
      accessDescription('caIssuers', urls.caIssuers),
      accessDescription('caIssuers', urls.caIssuersHttp),
      accessDescription('ocsp', urls.ocsp),
    ),
  )
}

function plain(id: string, value: Uint8Array): Uint8Array<ArrayBuffer> {
  return extension(id, 'not critical', value)
}
