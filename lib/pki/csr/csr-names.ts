import { malformedCsr, refusedCsr } from '#lib/pki/asn1/csr-error.ts'
import { childrenOf, type DerNode, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { readUtf8, readVisibleAscii } from '#lib/pki/asn1/hostile-text.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/** A subject alternative name that a CSR may ask for. Policy decides whether the certificate has it. */
export type AltName = { readonly kind: 'upn' | 'uri' | 'dns'; readonly value: string }

/** More names than any client asks for; bounds the work. */
const NAMES_MAX = 8

/**
 * Reads subjectAltName, RFC 5280 section 4.2.1.6: at least one name, and every name of it. A name that the
 * reader skipped might be used by other code later, so an unsupported type refuses the whole request.
 * Throws LatchkeyError('policy_violation') with the rule.
 */
export function readAltNames(value: DerNode): readonly AltName[] {
  const names = childrenOf(value, TAG.sequence)
  if (names.length === 0) {
    throw refusedCsr('san_count', 'The subject alternative name is there but empty.')
  }
  if (names.length > NAMES_MAX) {
    throw refusedCsr('san_count', `The request has more than ${NAMES_MAX} alternative names.`)
  }
  return names.map(readAltName)
}

// GeneralName, RFC 5280 section 4.2.1.6: dNSName [2], uniformResourceIdentifier [6], otherName [0].
const DNS = 0x82
const URI = 0x86
const OTHER_NAME = 0xa0

/** The other types of GeneralName, all refused: each of them can name somebody else than the requester. */
const REFUSED_TYPES: ReadonlyMap<number, string> = new Map([
  [0x81, 'an e-mail address'],
  [0xa3, 'an X.400 address'],
  [0xa4, 'a directory name'],
  [0xa5, 'an EDI party name'],
  [0x87, 'an IP address'],
  [0x88, 'a registered id'],
])

function readAltName(name: DerNode): AltName {
  switch (name.tag) {
    case OTHER_NAME:
      return { kind: 'upn', value: readUpn(name) }
    case DNS:
      return { kind: 'dns', value: readIa5(name, 'DNS name') }
    case URI:
      return { kind: 'uri', value: readUri(name) }
    default: {
      const type = REFUSED_TYPES.get(name.tag)
      if (type === undefined) throw malformedCsr('an alternative name of an unknown type')
      throw refusedCsr('san_type', `The request has ${type} as alternative name.`, ALLOWED)
    }
  }
}

const ALLOWED = 'Keep only the device URI, or only your own user principal name.'

/** The value may be empty: SCEPman's renewal script sends an empty one, and renewal takes no name from a CSR. */
function readUpn(name: DerNode): string {
  const [type, wrapper, ...rest] = name.children
  if (readOid(type) !== OID.userPrincipalName) {
    throw refusedCsr('san_type', 'The request has an other name that is no UPN.', ALLOWED)
  }
  const [text, second] = wrapper?.children ?? []
  // RFC 5280 section 4.2.1.6: the value of otherName is [0] EXPLICIT. Microsoft's type for a user principal
  // name makes it one UTF8String.
  const isOneText = wrapper?.tag === 0xa0 && text?.tag === TAG.utf8String && !second
  if (!isOneText || rest.length > 0) {
    throw refusedCsr(
      'upn_encoding',
      'The user principal name is not written as exactly one UTF8String.',
    )
  }
  return readUtf8(text.value, 'user principal name')
}

/** Microsoft's URI for a security identifier (KB5014754): domain controllers map the certificate to that account. */
const SID_URI = 'tag:microsoft.com,2022-09-14:sid:'

function readUri(name: DerNode): string {
  const uri = readIa5(name, 'URI')
  if (uri.slice(0, SID_URI.length).toLowerCase() === SID_URI) throw sidRefused()
  return uri
}

function readIa5(name: DerNode, what: string): string {
  if (name.value.length === 0) throw refusedCsr('san_type', `The request has an empty ${what}.`)
  return readVisibleAscii(name.value, what)
}

/** Makes the error for a CSR with a security identifier, code 'policy_violation', rule `sid`. */
export function sidRefused() {
  return refusedCsr(
    'sid',
    'The request names a security identifier (SID).',
    'Leave the SID out; it is never taken from a request.',
  )
}
