import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { childrenOf, parseDer, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { COMMON_NAME_MAX, isUnprintable } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { SIGNATURE_ALGORITHMS } from '#lib/pki/keys/algorithm.ts'
import type { PublicKey } from '#lib/pki/keys/keys.ts'
import { buildTbs } from './certificate.ts'
import {
  brand,
  checkKeyIds,
  checkSerial,
  checkValidity,
  type Finding,
  findingOf,
  type LintedTbs,
  lintError,
  must,
  readOrFind,
  valueFor,
} from './linted.ts'
import { type Issuer, isRsa, type Leaf, usagesOf } from './profile.ts'
import {
  type AltName,
  readAltNames,
  readBasicConstraints,
  readDistributionPoints,
  readExtendedKeyUsage,
  readInfoAccess,
  readKeyUsage,
  readUtf8,
} from './read-extensions.ts'
import type { Extension, Tbs } from './tbs.ts'

/**
 * The linter, run on every holder's TBSCertificate before it is signed. It reads the bytes with the strict reader,
 * which shares no code with the writer, and compares them with RFC 5280 and the profile. The last rule, `template`,
 * catches what the others do not name: the profile is built a second time and must give the same bytes.
 */

/** Gives the TBSCertificate as one that may be signed. Throws LatchkeyError('internal') with every finding. */
export function lintTbs(tbs: Uint8Array, issuer: Issuer, leaf: Leaf, key: PublicKey): LintedTbs {
  const findings = findInTbs(tbs, issuer, leaf, key)
  if (findings.length > 0) throw lintError(findings)
  return brand(tbs, issuer.algorithm)
}

/** Gives everything that is wrong with a holder's TBSCertificate; empty when nothing is. */
export function findInTbs(
  tbs: Uint8Array,
  issuer: Issuer,
  leaf: Leaf,
  key: PublicKey,
): readonly Finding[] {
  const read = readOrFind(tbs)
  if ('rule' in read) return [read]
  const context: LintContext = { read, issuer, leaf, key, tbs }
  return RULES.flatMap(({ name, check }) => findingOf(name, () => check(context)))
}

type LintContext = {
  readonly read: Tbs
  readonly issuer: Issuer
  readonly leaf: Leaf
  readonly key: PublicKey
  readonly tbs: Uint8Array
}

type Rule = { readonly name: string; readonly check: (context: LintContext) => string | null }

const RULES: readonly Rule[] = [
  { name: 'serial', check: ({ read }) => checkSerial(read) },
  {
    name: 'algorithm',
    check: ({ read, issuer }) =>
      must(
        equalBytes(read.algorithm, SIGNATURE_ALGORITHMS[issuer.algorithm]),
        'The signature algorithm is not the one of the issuer.',
      ),
  },
  {
    name: 'issuer_name',
    check: ({ read, issuer }) =>
      must(
        equalBytes(read.issuer, issuer.name),
        'The issuer is not byte for byte the subject of the CA.',
      ),
  },
  { name: 'validity', check: ({ read, issuer }) => checkValidity(read, issuer) },
  { name: 'subject', check: ({ read }) => checkSubject(read.subject) },
  {
    name: 'public_key',
    check: ({ read, key }) =>
      must(equalBytes(read.spki, key.spki), 'The public key is not the one of the request.'),
  },
  { name: 'extension_order', check: ({ read, issuer, leaf }) => checkOrder(read, issuer, leaf) },
  { name: 'criticality', check: ({ read }) => checkCriticality(read.extensions) },
  { name: 'subject_alt_name', check: ({ read, leaf }) => checkAltNames(read, leaf) },
  { name: 'key_identifiers', check: ({ read, issuer }) => checkKeyIds(read, issuer.subjectKeyId) },
  {
    name: 'basic_constraints',
    check: ({ read }) => {
      const value = valueFor(read, OID.basicConstraints)
      const { ca, pathLength } = readBasicConstraints(value)
      return must(!ca && pathLength === null, 'This is not an end entity.')
    },
  },
  {
    name: 'key_usage',
    check: ({ read, key }) => {
      const usage = readKeyUsage(valueFor(read, OID.keyUsage)).join()
      return must(
        usage === (isRsa(key) ? '0,2' : '0'),
        'The key usage is not the one for this key.',
      )
    },
  },
  {
    name: 'extended_key_usage',
    check: ({ read, leaf }) => {
      const usages = readExtendedKeyUsage(valueFor(read, OID.extendedKeyUsage))
      const wanted = usagesOf(leaf).map((usage) => OID[usage])
      return must(usages.join() === wanted.join(), 'The extended key usage is not the allowed one.')
    },
  },
  { name: 'locations', check: ({ read, issuer }) => checkLocations(read, issuer) },
  {
    name: 'template',
    check: ({ read, issuer, leaf, key, tbs }) => {
      const again = buildTbs(issuer, leaf, key, read.serial, read.validity)
      return must(equalBytes(tbs, again), 'The profile, built again, gives other bytes.')
    },
  },
]

/** One RDN with one common name, a UTF8String of at most ub-common-name (RFC 5280 section 4.1.2.6, appendix A.1). */
function checkSubject(subject: Uint8Array): string | null {
  const [rdn, ...moreRdns] = childrenOf(parseDer(subject), TAG.sequence)
  const [attribute, ...moreAttributes] = childrenOf(rdn, TAG.set)
  const [type, value, ...moreParts] = childrenOf(attribute, TAG.sequence)
  if (moreRdns.length + moreAttributes.length + moreParts.length > 0) {
    return 'The subject is more than one common name.'
  }
  if (readOid(type) !== OID.commonName) return 'The subject is not a common name.'
  const characters = [...readUtf8(value)]
  if (characters.length === 0 || characters.length > COMMON_NAME_MAX) {
    return `The common name has not 1 to ${COMMON_NAME_MAX} characters.`
  }
  return must(!characters.some(isUnprintable), 'The common name holds control characters.')
}

/** RFC 5280 sets no order of extensions; ours is that of SCEPman's certificates, and none is missing or extra. */
function checkOrder(read: Tbs, issuer: Issuer, leaf: Leaf): string | null {
  const hasNames =
    leaf.kind === 'user' || (leaf.kind === 'device' ? leaf.uri !== null : leaf.dnsNames.length > 0)
  const wanted = [
    ...(hasNames ? [OID.subjectAltName] : []),
    OID.authorityKeyIdentifier,
    OID.subjectKeyIdentifier,
    OID.basicConstraints,
    OID.keyUsage,
    OID.extendedKeyUsage,
    OID.authorityInfoAccess,
    ...(issuer.urls.crl === null ? [] : [OID.crlDistributionPoints]),
  ]
  const found = read.extensions.map(({ id }) => id)
  return must(found.join() === wanted.join(), 'The extensions are not those of the profile.')
}

/**
 * RFC 5280: keyUsage should be critical (section 4.2.1.3) and basicConstraints may be (4.2.1.9); key
 * identifiers and authority information access must not be (4.2.1.1, 4.2.1.2, 4.2.2.1), and distribution
 * points should not (4.2.1.13). Extended key usage stays non-critical, for older clients.
 */
function checkCriticality(extensions: readonly Extension[]): string | null {
  const mustBe: readonly string[] = [OID.basicConstraints, OID.keyUsage]
  const wrong = extensions.find(({ id, critical }) => critical !== mustBe.includes(id))
  return wrong ? `Extension ${wrong.id} has the wrong criticality.` : null
}

/** RFC 5280 section 4.2.1.6: every name is one that the directory gave, in the order of the profile. */
function checkAltNames(read: Tbs, leaf: Leaf): string | null {
  const extension = read.extensions.find(({ id }) => id === OID.subjectAltName)
  const found = extension ? readAltNames(extension.value) : []
  const wanted = altNamesOf(leaf)
  const same =
    found.length === wanted.length &&
    found.every((name, at) => name.kind === wanted[at]?.kind && name.value === wanted[at]?.value)
  return must(same, 'The subject alternative names are not those of the holder.')
}

function altNamesOf(leaf: Leaf): readonly AltName[] {
  switch (leaf.kind) {
    case 'device':
      return leaf.uri === null ? [] : [{ kind: 'uri', value: leaf.uri }]
    case 'user':
      return [{ kind: 'upn', value: leaf.upn }]
    case 'application':
      return leaf.dnsNames.map((value) => ({ kind: 'dns', value }))
  }
}

/**
 * RFC 5280 sections 4.2.2.1 (CA certificate and OCSP) and 4.2.1.13 (CRL). An https address of the CA certificate is
 * first, as SCEPman's clients expect; all others are plain http, because of the circle that section 8 describes.
 */
function checkLocations(read: Tbs, issuer: Issuer): string | null {
  const found = readInfoAccess(valueFor(read, OID.authorityInfoAccess))
  const methods = [OID.caIssuers, OID.caIssuers, OID.ocsp]
  if (found.map(([method]) => method).join() !== methods.join()) {
    return 'The authority information access is not caIssuers, caIssuers again, then OCSP.'
  }
  const [first = '', second = '', third = ''] = found.map(([, location]) => location)
  if (!first.startsWith('https://')) return 'The CA certificate is not offered over https.'
  if (!second.startsWith('http://')) return 'The CA certificate is not offered over plain http.'
  if (!third.startsWith('http://')) return 'OCSP is not offered over plain http.'
  const { urls } = issuer
  const ours = [urls.caIssuers, urls.caIssuersHttp, urls.ocsp]
  if ([first, second, third].join() !== ours.join()) return 'A location is not ours.'
  if (urls.crl === null) return null
  const points = readDistributionPoints(valueFor(read, OID.crlDistributionPoints))
  return must(points.join() === urls.crl, 'The CRL distribution point is not ours.')
}
