import { compareBytes } from '#lib/pki/asn1/bytes.ts'
import { malformedCsr, refusedCsr } from '#lib/pki/asn1/csr-error.ts'
import { childrenOf, contentOf, type DerNode, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { readBmp } from '#lib/pki/asn1/hostile-text.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { NO_EXTENSIONS, type RequestedExtensions, readExtensions } from './csr-extensions.ts'

/** What all attributes of a CSR ask for. */
export type RequestedAttributes = RequestedExtensions & {
  /** The validity that is asked for, counted from issuance; null for none. */
  readonly requestedValidityMs: number | null
}

const ATTRIBUTES_MAX = 16

/** Attributes that certreq, OpenSSL and .NET write by default. Their values are neither read nor stored. */
const IGNORED: ReadonlySet<string> = new Set([
  OID.challengePassword,
  OID.unstructuredName,
  OID.microsoftOsVersion,
  OID.microsoftEnrollmentCsp,
  OID.microsoftRequestClientInfo,
])

/**
 * Reads the attributes of a CSR, RFC 2986 section 4.1: [0] IMPLICIT SET OF Attribute. Each type may stand at
 * most once, except Microsoft's name-value pairs, which clients send in an attribute each. Throws
 * LatchkeyError('policy_violation') for an attribute that is unknown or doubled.
 */
export function readAttributes(node: DerNode | undefined): RequestedAttributes {
  const list = childrenOf(node, 0xa0)
  if (list.length > ATTRIBUTES_MAX) {
    throw refusedCsr('attribute', `The request has more than ${ATTRIBUTES_MAX} attributes.`)
  }
  checkOrder(list)
  const seen = new Set<string>()
  const pairs: NameValuePair[] = []
  let extensions = NO_EXTENSIONS
  for (const attribute of list) {
    const { id, values } = readAttribute(attribute)
    if (id === OID.enrollmentNameValuePair) {
      pairs.push(...values.map(readPair))
      continue
    }
    if (seen.has(id)) {
      throw refusedCsr('duplicate_attribute', `The request has the attribute ${id} twice.`)
    }
    seen.add(id)
    if (id === OID.extensionRequest) extensions = readExtensions(theOnly(values))
    else if (!IGNORED.has(id)) throw unknown(id)
  }
  return { ...extensions, requestedValidityMs: readValidity(pairs) }
}

/** Attribute, RFC 2986 section 4.1: a type and a SET of values. */
function readAttribute(node: DerNode): { id: string; values: readonly DerNode[] } {
  const [id, values, ...rest] = childrenOf(node, TAG.sequence)
  if (rest.length > 0) throw malformedCsr('an attribute with more parts than it should have')
  return { id: readOid(id), values: childrenOf(values, TAG.set) }
}

function theOnly(values: readonly DerNode[]): DerNode {
  const [value, second] = values
  if (!value || second) {
    throw refusedCsr('extension_request', 'The request has not exactly one list of extensions.')
  }
  return value
}

function unknown(id: string) {
  return id === OID.microsoftExtensionRequest
    ? refusedCsr(
        'extension_request',
        'The request has its extensions in an attribute of Microsoft that is not read.',
        'Use the extensionRequest attribute of PKCS#9 (1.2.840.113549.1.9.14).',
      )
    : refusedCsr('attribute', `The request has an attribute (${id}) that is unknown.`)
}

/** X.690 section 11.6: SET OF is sorted. Behind the IMPLICIT tag [0] the DER reader cannot know that it is one. */
function checkOrder(list: readonly DerNode[]): void {
  list.forEach((attribute, index) => {
    const before = list[index - 1]
    if (before && compareBytes(before.bytes, attribute.bytes) > 0) {
      throw malformedCsr('its attributes are not in the order of DER')
    }
  })
}

type NameValuePair = { readonly name: string; readonly value: string }

/** EnrollmentNameValuePair, [MS-WCCE] section 2.2.2.7.10: two BMPStrings. */
function readPair(node: DerNode): NameValuePair {
  const [name, value, ...rest] = childrenOf(node, TAG.sequence)
  if (rest.length > 0) throw malformedCsr('a name-value pair with more parts than two')
  return {
    name: readBmp(contentOf(name, TAG.bmpString), 'attribute').toLowerCase(),
    value: readBmp(contentOf(value, TAG.bmpString), 'attribute'),
  }
}

const DAY_MS = 86_400_000

const PERIODS_MS: ReadonlyMap<string, number> = new Map([
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', DAY_MS],
  ['weeks', 7 * DAY_MS],
  ['months', 30 * DAY_MS],
  ['years', 365 * DAY_MS],
])

/** Longer than the validity of any certificate, and within the range of Date. */
const VALIDITY_MAX_MS = 100 * 365 * DAY_MS

const UNITS_DIGITS_MAX = 6

/**
 * Reads ValidityPeriod and ValidityPeriodUnits ([MS-WCCE] section 2.2.2.7.10): both or neither. Pairs of other
 * names are refused: with the name "SAN" Microsoft's CA takes a subject alternative name from one.
 */
function readValidity(pairs: readonly NameValuePair[]): number | null {
  const foreign = pairs.find(({ name }) => name !== PERIOD && name !== UNITS)
  if (foreign) {
    throw refusedCsr(
      'enrollment_name_value',
      'The request has a Microsoft name-value pair other than the validity period.',
    )
  }
  if (pairs.length === 0) return null
  const period = PERIODS_MS.get(
    pairs.find(({ name }) => name === PERIOD)?.value.toLowerCase() ?? '',
  )
  const units = readDigits(pairs.find(({ name }) => name === UNITS)?.value ?? '')
  if (pairs.length !== 2 || period === undefined || units === 0) {
    throw refusedCsr(
      'requested_validity',
      'The validity that is asked for is not understood.',
      'Give ValidityPeriod (Minutes, Hours, Days, Weeks, Months or Years) and ValidityPeriodUnits.',
    )
  }
  return Math.min(period * units, VALIDITY_MAX_MS)
}

const PERIOD = 'validityperiod'
const UNITS = 'validityperiodunits'

/** Gives a decimal number of up to six digits, or 0 for any other text. */
function readDigits(text: string): number {
  if (text.length > UNITS_DIGITS_MAX) return 0
  return [...text].every((digit) => '0123456789'.includes(digit)) ? Number(text) : 0
}
