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
import { extension, subjectKeyIdOf } from './tbs.ts'

/**
 * The certificate profile: what a holder's certificate contains. Nothing comes from the CSR but
 * the public key; names come from the directory, everything else from here.
 */

export type IssuerUrls = {
  /** https; stands first in the authority information access, where SCEPman's clients read our address. */
  readonly caIssuers: string
  /** The same over plain http, for who builds a chain before there is one to trust (RFC 5280 section 8). */
  readonly caIssuersHttp: string
  /** Plain http: a relying party cannot check a TLS certificate by asking over TLS. */
  readonly ocsp: string
  /** The distribution point of the certificate that is being made, or null for none. */
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

/** Whom a certificate names and for what. Texts stand as the directory spells them. */
export type Leaf =
  | { readonly kind: 'device'; readonly commonName: string; readonly uri: string | null }
  | { readonly kind: 'user'; readonly commonName: string; readonly upn: string }
  | {
      readonly kind: 'application'
      readonly commonName: string
      readonly dnsNames: readonly string[]
      readonly extendedKeyUsages: readonly Usage[]
    }

/** The subject: one common name. RFC 5280 appendix A.1 allows 64 characters; see fitCommonName. */
export function subjectOf(leaf: Leaf): Uint8Array<ArrayBuffer> {
  return writeName([['commonName', fitCommonName(leaf.commonName)]])
}

/** The extensions in the order of the profile, which is that of SCEPman's certificates. */
export function leafExtensions(issuer: Issuer, leaf: Leaf, key: PublicKey): readonly Uint8Array[] {
  const altNames = altNamesOf(leaf)
  const { urls } = issuer
  return [
    ...(altNames.length > 0 ? [plain(OID.subjectAltName, sequence(...altNames))] : []),
    authorityKeyId(issuer.subjectKeyId),
    plain(OID.subjectKeyIdentifier, octetString(subjectKeyIdOf(key.spki))),
    END_ENTITY,
    KEY_USAGES[isRsa(key) ? 'rsa' : 'ec'],
    extendedKeyUsage(usagesOf(leaf)),
    authorityInfoAccess(urls),
    ...(urls.crl === null ? [] : [distributionPoint(OID.crlDistributionPoints, urls.crl)]),
  ]
}

// RFC 5280 section 4.2.1.9: cA DEFAULT FALSE, so an end entity's basic constraints are empty.
const END_ENTITY = extension(OID.basicConstraints, 'critical', sequence())

// RFC 5280 section 4.2.1.3: digitalSignature (0); keyEncipherment (2) is for RSA key transport.
const KEY_USAGES = {
  rsa: extension(OID.keyUsage, 'critical', namedBits([0, 2])),
  ec: extension(OID.keyUsage, 'critical', namedBits([0])),
}

/** RFC 5280 section 4.2.1.1: the key identifier alone, so that a renewed CA keeps its children. */
export function authorityKeyId(keyId: Uint8Array): Uint8Array<ArrayBuffer> {
  return plain(OID.authorityKeyIdentifier, sequence(contextPrimitive(0, keyId)))
}

/** CRL distribution point or freshest CRL: one place, by its full name. */
export function distributionPoint(id: string, url: string): Uint8Array<ArrayBuffer> {
  const fullName = context(0, context(0, ia5String(url, URI)))
  return plain(id, sequence(sequence(fullName)))
}

/** RFC 5280 section 4.2.2.1: one way to what concerns the issuer, at an address. */
export function accessDescription(method: 'caIssuers' | 'ocsp', url: string): Uint8Array {
  return sequence(oid(OID[method]), ia5String(url, URI))
}

export function extendedKeyUsage(
  usages: readonly (Usage | 'ocspSigning')[],
): Uint8Array<ArrayBuffer> {
  return plain(OID.extendedKeyUsage, sequence(...usages.map((usage) => oid(OID[usage]))))
}

export function isRsa(key: PublicKey): boolean {
  return key.type.startsWith('rsa-')
}

export function usagesOf(leaf: Leaf): readonly Usage[] {
  return leaf.kind === 'application' ? leaf.extendedKeyUsages : ['clientAuth']
}

/** Tags of GeneralName, RFC 5280 section 4.2.1.6. */
const DNS = 0x82
const URI = 0x86

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

/** RFC 5280 section 4.2.2.1: one description for each address, in the order in which they are tried. */
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
