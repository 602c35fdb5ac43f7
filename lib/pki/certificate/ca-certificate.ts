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
} from './lint.ts'
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
 * What is not a holder's certificate: a root, an issuing CA, a delegated OCSP responder. Built and
 * linted as those are, by the same writer and reader.
 */
export type CaTemplate =
  /** Signs itself and, as SCEPman's does, its holders' certificates. */
  | {
      readonly kind: 'root'
      readonly subject: Uint8Array
      readonly spki: Uint8Array
      readonly algorithm: SignatureAlgorithm
      /** How many CAs may stand below it: 0 for a root that issues. */
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
      readonly kind: 'ocsp-responder'
      readonly subject: Uint8Array
      readonly spki: Uint8Array
      readonly parent: Parent
    }

/** The CA that signs; an Issuer is one. */
export type Parent = {
  readonly name: Uint8Array
  readonly subjectKeyId: Uint8Array
  readonly algorithm: SignatureAlgorithm
  readonly notBefore: Date
  readonly notAfter: Date
}

/**
 * Where a relying party finds what concerns the CA above, all by plain http: it cannot check a TLS
 * certificate by asking over TLS (RFC 5280 section 8). A root that signs itself names none of it.
 */
export type ParentUrls = {
  /** The certificate of the CA above, DER. */
  readonly caIssuers: string
  readonly ocsp: string
  /** The CRL of the CA above. */
  readonly crl: string
}

export function buildCaTbs(
  template: CaTemplate,
  serial: string,
  validity: Validity,
): Uint8Array<ArrayBuffer> {
  const { subject, spki } = template
  const self = template.kind === 'root'
  return writeTbs({
    serial,
    algorithm: self ? template.algorithm : template.parent.algorithm,
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

/** Gives the TBSCertificate as one that may be signed. Throws LatchkeyError('internal') naming every finding. */
export function lintCaTbs(tbs: Uint8Array, template: CaTemplate): LintedTbs {
  const findings = findInCaTbs(tbs, template)
  if (findings.length > 0) throw lintError(findings)
  return brand(tbs)
}

/** A delegated responder of an issuer, named after it (RFC 6960 section 4.2.2.2). */
export function responderOf(issuer: Issuer, spki: Uint8Array): CaTemplate {
  const subject = writeName([['commonName', fitCommonName(`OCSP of ${issuer.displayName}`)]])
  return { kind: 'ocsp-responder', subject, spki, parent: issuer }
}

/**
 * CertificationRequestInfo (RFC 2986) of a CA key for an enterprise root. It asks for what
 * checkCa will want to see in the answer.
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

// keyCertSign (5), cRLSign (6), and digitalSignature (0), since a CA without responder signs OCSP.
const CA_USAGE = extension(OID.keyUsage, 'critical', namedBits([0, 5, 6]))

function caConstraints(pathLength: number): Uint8Array {
  return extension(OID.basicConstraints, 'critical', sequence(booleanTrue(), integer(pathLength)))
}

function roleExtensions(template: CaTemplate): readonly Uint8Array[] {
  switch (template.kind) {
    case 'root':
      return [caConstraints(template.pathLength), CA_USAGE]
    case 'issuing-ca':
      return [
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
        // RFC 6960 section 4.2.2.2.1: a relying party need not ask about the responder itself; its
        // certificate is short-lived instead.
        extension(OID.ocspNoCheck, 'not critical', nullValue()),
      ]
  }
}

/** Everything that is wrong with such a TBSCertificate; empty when nothing is. */
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
  if (template.kind === 'ocsp-responder') {
    const usages = readExtendedKeyUsage(valueFor(read, OID.extendedKeyUsage))
    return must(
      !ca && usage === '0' && usages.join() === OID.ocspSigning,
      'This is not an OCSP responder.',
    )
  }
  const wanted = template.kind === 'root' ? template.pathLength : 0
  return must(ca && pathLength === wanted && usage === '0,5,6', 'This is not a CA.')
}

const LOCATIONS: readonly string[] = [OID.authorityInfoAccess, OID.crlDistributionPoints]

/** RFC 5280 sections 4.2.1.13 and 4.2.2.1: whoever is below another says where to ask about itself. */
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
