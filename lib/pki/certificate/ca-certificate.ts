import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import {
  booleanTrue,
  context,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from '#lib/pki/asn1/der-write.ts'
import { fitCommonName, writeName } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import {
  brand,
  checkKeyIds,
  checkSerial,
  checkSubjectKeyId,
  checkValidity,
  type Finding,
  findingOf,
  type LintedTbs,
  lintError,
  must,
  readOrFind,
  valueFor,
} from './linted.ts'
import {
  accessDescription,
  authorityKeyId,
  distributionPoint,
  extendedKeyUsage,
  type Issuer,
} from './profile.ts'
import {
  readBasicConstraints,
  readDistributionPoints,
  readExtendedKeyUsage,
  readInfoAccess,
  readKeyUsage,
} from './read-extensions.ts'
import { extension, subjectKeyIdOf, type Tbs, type Validity, writeTbs } from './tbs.ts'

/**
 * What a certificate of the CA itself contains: of a root, an issuing CA or a delegate.
 * Holders' certificates are in profile.ts. Both kinds use the same writer, reader and linter.
 */
export type CaTemplate =
  /** Self-signed. With path length 0 it signs holders' certificates itself, as SCEPman's root does. */
  | {
      readonly kind: 'root'
      readonly subject: Uint8Array
      readonly spki: Uint8Array
      readonly algorithm: SignatureAlgorithm
      /** pathLenConstraint, RFC 5280 section 4.2.1.9: CA certificates that may follow below this one. */
      readonly pathLength: 0 | 1
    }
  | {
      readonly kind: 'issuing-ca'
      readonly subject: Uint8Array
      readonly spki: Uint8Array
      readonly parent: Parent
      readonly urls: ParentUrls
    }
  | {
      readonly kind: DelegateKind
      readonly subject: Uint8Array
      readonly spki: Uint8Array
      readonly parent: Parent
    }

/** Whom the CA lets sign something else than certificates and CRLs in its place, with a key of its own. */
export type DelegateKind = 'ocsp-responder' | 'profile-signer'

/** What of the signing CA goes into a certificate below it. Every Issuer has these members. */
export type Parent = {
  readonly name: Uint8Array
  readonly subjectKeyId: Uint8Array
  readonly algorithm: SignatureAlgorithm
  readonly notBefore: Date
  readonly notAfter: Date
}

/**
 * Where a relying party finds the certificate, OCSP and CRL of the CA that signed a CA certificate.
 * Plain http: RFC 5280 section 8 warns of https here, since the server's certificate may have to be
 * checked by the very same addresses. A self-signed root has none of them.
 */
export type ParentUrls = {
  /** The certificate of the CA above, DER. */
  readonly caIssuers: string
  readonly ocsp: string
  /** The CRL of the CA above. */
  readonly crl: string
}

/**
 * Builds the TBSCertificate of a CA or responder (RFC 5280 section 4.1.2). Every such certificate has a
 * subject key identifier, which section 4.2.1.2 asks of CAs, and all but a self-signed root have an
 * authority key identifier, which section 4.2.1.1 asks of certificates that others signed.
 */
export function buildCaTbs(
  template: CaTemplate,
  serial: string,
  validity: Validity,
): Uint8Array<ArrayBuffer> {
  const { subject, spki } = template
  const self = template.kind === 'root'
  return writeTbs({
    serial,
    algorithm: algorithmOf(template),
    issuer: self ? subject : template.parent.name,
    validity,
    subject,
    spki,
    extensions: [
      ...(self ? [] : [authorityKeyId(template.parent.subjectKeyId)]),
      extension(OID.subjectKeyIdentifier, 'not critical', octetString(subjectKeyIdOf(spki))),
      ...roleExtensions(template),
    ],
  })
}

function algorithmOf(template: CaTemplate): SignatureAlgorithm {
  return template.kind === 'root' ? template.algorithm : template.parent.algorithm
}

/** Gives the TBSCertificate as one that may be signed. Throws LatchkeyError('internal') with every finding. */
export function lintCaTbs(tbs: Uint8Array, template: CaTemplate): LintedTbs {
  const findings = findInCaTbs(tbs, template)
  if (findings.length > 0) throw lintError(findings)
  return brand(tbs, algorithmOf(template))
}

/**
 * Gives the template of a delegate of an issuer. RFC 6960 section 4.2.2.2: the CA that issued the
 * certificates in question signs a responder's certificate directly. `spki` is DER.
 */
export function delegateOf(issuer: Issuer, kind: DelegateKind, spki: Uint8Array): CaTemplate {
  const name = `${DELEGATE_NAMES[kind]} of ${issuer.displayName}`
  return { kind, subject: writeName([['commonName', fitCommonName(name)]]), spki, parent: issuer }
}

const DELEGATE_NAMES = {
  'ocsp-responder': 'OCSP',
  'profile-signer': 'Profiles',
} as const satisfies Record<DelegateKind, string>

/**
 * Builds the CertificationRequestInfo (RFC 2986 section 4.1) by which our CA key asks an enterprise root
 * for a certificate. Its extensionRequest (RFC 2985 section 5.4.2) has the two extensions that checkCa
 * will demand of that certificate.
 */
export function buildCaRequestInfo(subject: Uint8Array, spki: Uint8Array): Uint8Array<ArrayBuffer> {
  const wish = sequence(caConstraints(0), CA_USAGE)
  return sequence(
    integer(0),
    subject,
    spki,
    context(0, sequence(oid(OID.extensionRequest), setOf(wish))),
  )
}

// RFC 5280 section 4.2.1.3: keyCertSign (5) signs certificates, cRLSign (6) CRLs. digitalSignature (0) is
// for OCSP responses that the CA signs itself.
const CA_USAGE = extension(OID.keyUsage, 'critical', namedBits([0, 5, 6]))

/** RFC 5280 section 4.2.1.9: in a CA certificate the extension is present and critical, and cA is TRUE. */
function caConstraints(pathLength: number): Uint8Array {
  return extension(OID.basicConstraints, 'critical', sequence(booleanTrue(), integer(pathLength)))
}

function roleExtensions(template: CaTemplate): readonly Uint8Array[] {
  switch (template.kind) {
    case 'root':
      return [caConstraints(template.pathLength), CA_USAGE]
    case 'issuing-ca':
      return [
        // Path length 0: an issuing CA signs certificates of holders only, never of another CA.
        caConstraints(0),
        CA_USAGE,
        extension(
          OID.authorityInfoAccess,
          'not critical',
          sequence(
            accessDescription('caIssuers', template.urls.caIssuers),
            accessDescription('ocsp', template.urls.ocsp),
          ),
        ),
        distributionPoint(OID.crlDistributionPoints, template.urls.crl),
      ]
    case 'ocsp-responder':
      return [
        extension(OID.basicConstraints, 'critical', sequence()),
        extension(OID.keyUsage, 'critical', namedBits([0])),
        extendedKeyUsage(['ocspSigning']),
        // RFC 6960 section 4.2.2.2.1: id-pkix-ocsp-nocheck is a NULL and should not be critical. Relying
        // parties then do not check the responder's own status, so its certificate is short-lived.
        extension(OID.ocspNoCheck, 'not critical', nullValue()),
      ]
    case 'profile-signer':
      return [
        extension(OID.basicConstraints, 'critical', sequence()),
        extension(OID.keyUsage, 'critical', namedBits([0])),
        // Not codeSigning: where the CA is trusted, that would make programs trusted. An S/MIME signature
        // is what a signed profile is (RFC 8551 section 4.4.4), and without an address it speaks for nobody.
        extendedKeyUsage(['emailProtection']),
      ]
  }
}

/** Gives everything that is wrong with a TBSCertificate of a CA or responder; empty when nothing is. */
export function findInCaTbs(tbs: Uint8Array, template: CaTemplate): readonly Finding[] {
  const read = readOrFind(tbs)
  if ('rule' in read) return [read]
  return [
    ...findingOf('serial', () => checkSerial(read)),
    ...findingOf('names', () => checkNames(read, template)),
    ...findingOf('validity', () => checkValidity(read, parentValidity(template, read))),
    ...findingOf('key_identifiers', () =>
      template.kind === 'root'
        ? checkSubjectKeyId(read)
        : checkKeyIds(read, template.parent.subjectKeyId),
    ),
    ...findingOf('role', () => checkRole(read, template)),
    ...findingOf('locations', () => checkLocations(read, template)),
    ...findingOf('template', () =>
      must(
        equalBytes(tbs, buildCaTbs(template, read.serial, read.validity)),
        'The profile, built again, gives other bytes.',
      ),
    ),
  ]
}

/** RFC 5280 section 6.1.3 (a)(4): a path chains by names. Ours are equal as bytes, which satisfies every reader. */
function checkNames(read: Tbs, template: CaTemplate): string | null {
  const self = template.kind === 'root'
  const [issuer, algorithm] = self
    ? [template.subject, template.algorithm]
    : [template.parent.name, template.parent.algorithm]
  if (!equalBytes(read.issuer, issuer)) return 'The issuer is not byte for byte the subject above.'
  if (!equalBytes(read.algorithm, SIGNATURE_ALGORITHMS[algorithm])) {
    return 'The signature algorithm is not the one of the issuer.'
  }
  return must(equalBytes(read.spki, template.spki), 'The public key is another one.')
}

function parentValidity(template: CaTemplate, read: Tbs): Validity {
  return template.kind === 'root' ? read.validity : template.parent
}

function checkRole(read: Tbs, template: CaTemplate): string | null {
  const { ca, pathLength } = readBasicConstraints(valueFor(read, OID.basicConstraints))
  const usage = readKeyUsage(valueFor(read, OID.keyUsage)).join()
  if (template.kind === 'ocsp-responder' || template.kind === 'profile-signer') {
    const usages = readExtendedKeyUsage(valueFor(read, OID.extendedKeyUsage))
    const wanted = template.kind === 'ocsp-responder' ? OID.ocspSigning : OID.emailProtection
    return must(!ca && usage === '0' && usages.join() === wanted, 'This is not such a delegate.')
  }
  const wanted = template.kind === 'root' ? template.pathLength : 0
  return must(ca && pathLength === wanted && usage === '0,5,6', 'This is not a CA.')
}

const LOCATIONS: readonly string[] = [OID.authorityInfoAccess, OID.crlDistributionPoints]

/**
 * An issuing CA's certificate names our addresses, CRL (RFC 5280 section 4.2.1.13) and authority
 * information access (section 4.2.2.1), in plain http. Roots and OCSP responders name none.
 */
function checkLocations(read: Tbs, template: CaTemplate): string | null {
  if (template.kind !== 'issuing-ca') {
    const has = read.extensions.some(({ id }) => LOCATIONS.includes(id))
    return must(
      !has,
      'A root, and a responder that is not asked about, name no status of their own.',
    )
  }
  const { caIssuers, ocsp, crl } = template.urls
  const named = [
    ...readInfoAccess(valueFor(read, OID.authorityInfoAccess)),
    ...readDistributionPoints(valueFor(read, OID.crlDistributionPoints)).map((url) => ['crl', url]),
  ]
  const wanted = [
    [OID.caIssuers, caIssuers],
    [OID.ocsp, ocsp],
    ['crl', crl],
  ]
  if (named.join() !== wanted.join()) return 'A location of the CA above is not ours.'
  return must(
    [caIssuers, ocsp, crl].every((url) => url.startsWith('http://')),
    'What concerns the CA above is not offered over plain http.',
  )
}
