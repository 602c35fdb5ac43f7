import { malformedCsr, refusedCsr } from '#lib/pki/asn1/csr-error.ts'
import { childrenOf, contentOf, type DerNode, parseDer, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { type AltName, readAltNames, sidRefused } from './csr-names.ts'

/** What the extensions of a CSR ask for, of that which a certificate can have. */
export type RequestedExtensions = {
  readonly subjectAltName: readonly AltName[]
  /** OIDs as they stand; null when the extension is absent. */
  readonly extendedKeyUsages: readonly string[] | null
}

export const NO_EXTENSIONS: RequestedExtensions = { subjectAltName: [], extendedKeyUsages: null }

/**
 * Reads the value of extensionRequest (RFC 2985 section 5.4.2), an Extensions list of RFC 5280 section 4.1.
 * Each extension stands there at most once and none is unknown. Nothing of the list is ever copied into a
 * certificate. Throws LatchkeyError('policy_violation') with the rule, or 'malformed_request' where the DER
 * is wrong.
 */
export function readExtensions(value: DerNode): RequestedExtensions {
  const list = childrenOf(value, TAG.sequence)
  if (list.length === 0) {
    throw refusedCsr('extension_request', 'The request has a list of extensions that is empty.')
  }
  const seen = new Set<string>()
  let wanted = NO_EXTENSIONS
  for (const node of list) {
    const { id, octets } = readExtension(node)
    if (seen.has(id)) {
      throw refusedCsr('duplicate_extension', `The request has the extension ${id} twice.`)
    }
    seen.add(id)
    const refusal = REFUSED_EXTENSIONS.get(id)
    if (refusal) throw refusal()
    const read = READERS.get(id)
    if (!read)
      throw refusedCsr('extension', `The request has an extension (${id}) that is unknown.`)
    if (octets.length === 0) {
      throw refusedCsr('extension', `The request has an extension (${id}) without a value.`)
    }
    wanted = { ...wanted, ...read(parseDer(octets, VALUE_LIMITS)) }
  }
  return wanted
}

/** As many nodes as the largest SAN of a request has, so that too many names are refused by a message of their own. */
const VALUE_LIMITS = { bytesMax: 16_384, depthMax: 16, nodesMax: 8_192 }

/** Extension, RFC 5280 section 4.1. `critical` is DEFAULT FALSE, so FALSE is not encoded (X.690 section 11.5). */
function readExtension(node: DerNode): { id: string; octets: Uint8Array } {
  const [id, ...rest] = childrenOf(node, TAG.sequence)
  const hasFlag = rest[0]?.tag === TAG.boolean
  if (hasFlag && rest[0]?.value[0] === 0) throw malformedCsr('a default value that is written out')
  const [value, ...more] = hasFlag ? rest.slice(1) : rest
  if (more.length > 0) throw malformedCsr('an extension with more parts than it should have')
  return { id: readOid(id), octets: contentOf(value, TAG.octetString) }
}

type Reader = (value: DerNode) => Partial<RequestedExtensions>

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [OID.subjectAltName, (value) => ({ subjectAltName: readAltNames(value) })],
  [OID.extendedKeyUsage, (value) => ({ extendedKeyUsages: readExtendedKeyUsage(value) })],
  [OID.keyUsage, checkKeyUsage],
  [OID.basicConstraints, checkBasicConstraints],
  [OID.subjectKeyIdentifier, ignored(TAG.octetString)],
  [OID.authorityKeyIdentifier, ignored(TAG.sequence)],
  [OID.authorityInfoAccess, ignored(TAG.sequence)],
  [OID.crlDistributionPoints, ignored(TAG.sequence)],
  [OID.netscapeComment, ignored(TAG.ia5String)],
])

const REFUSED_EXTENSIONS: ReadonlyMap<string, () => Error> = new Map([
  [OID.sidExtension, sidRefused],
  [
    OID.microsoftApplicationPolicies,
    () => refusedCsr('application_policies', 'The request has Microsoft application policies.'),
  ],
  [OID.microsoftTemplateName, templateRefused],
  [OID.microsoftTemplate, templateRefused],
])

function templateRefused() {
  return refusedCsr('certificate_template', 'The request names a Microsoft certificate template.')
}

function readExtendedKeyUsage(value: DerNode): readonly string[] {
  const usages = childrenOf(value, TAG.sequence).map(readOid)
  if (usages.length === 0 || new Set(usages).size !== usages.length) {
    throw refusedCsr('extended_key_usage', 'The extended key usage is empty or names a use twice.')
  }
  return usages
}

/**
 * digitalSignature (0) to keyAgreement (4) may be asked for; the profile decides. keyCertSign (5) and cRLSign
 * (6) are a CA's, and the bits behind them have no meaning here.
 */
const LAST_ALLOWED_USAGE = 4

/** KeyUsage, RFC 5280 section 4.2.1.3, a named bit list: the last bit that is encoded is set (X.690 section 11.2.2). */
function checkKeyUsage(value: DerNode): Partial<RequestedExtensions> {
  const [unused = 0, ...octets] = contentOf(value, TAG.bitString)
  const last = octets.length * 8 - unused - 1
  const isSet = (bit: number) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0
  if (last >= 0 && !isSet(last)) throw malformedCsr('a key usage with bits that should be left out')
  if (last < 0 || last > LAST_ALLOWED_USAGE) {
    throw refusedCsr(
      'key_usage',
      'The request asks for a key usage that is not given, such as signing certificates.',
      'Ask for digital signature and key encipherment, or leave the extension out.',
    )
  }
  return {}
}

/** BasicConstraints, RFC 5280 section 4.2.1.9: an empty SEQUENCE for an end entity, since cA is DEFAULT FALSE. */
function checkBasicConstraints(value: DerNode): Partial<RequestedExtensions> {
  const [first] = childrenOf(value, TAG.sequence)
  if (first?.tag === TAG.boolean && first.value[0] === 0) {
    throw malformedCsr('a default value that is written out')
  }
  if (first) {
    throw refusedCsr('basic_constraints', 'The request asks for a certification authority.')
  }
  return {}
}

/**
 * Makes the reader of an extension that tools copy from an old certificate, such as `openssl x509
 * -x509toreq -copy_extensions copyall`. It checks the type of the value and uses nothing of it: key
 * identifiers, distribution points and information access (RFC 5280 sections 4.2.1.1, 4.2.1.2, 4.2.1.13 and
 * 4.2.2.1) are the issuer's to choose, and Netscape's comment is in no certificate of ours.
 */
function ignored(tag: number): Reader {
  return (value) => {
    if (value.tag !== tag) throw malformedCsr('an extension with a value of another type')
    return {}
  }
}
