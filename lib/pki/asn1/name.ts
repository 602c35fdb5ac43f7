import { malformedCsr, refusedCsr } from './csr-error.ts'
import { childrenOf, type DerNode, readOid, TAG } from './der.ts'
import { COMMON_NAME_MAX } from './distinguished-name.ts'
import { readBmp, readUtf8 } from './hostile-text.ts'
import { OID } from './oid.ts'

/**
 * Reads the subject of a CSR, an RDNSequence (RFC 5280 section 4.1.2.4): empty, or one RDN with one
 * common name of 1 to 64 characters (ub-common-name, appendix A.1). Gives null for an empty subject.
 * Throws LatchkeyError('policy_violation') for every other subject: with two names in it, this reader
 * and another program could disagree on which one is meant.
 */
export function readCommonName(name: DerNode | undefined): string | null {
  const rdns = childrenOf(name, TAG.sequence)
  const [rdn, second] = rdns
  if (!rdn) return null
  const [attribute, another] = childrenOf(rdn, TAG.set)
  if (second || another) throw subject('The subject has more than one name.')
  const [type, value, ...rest] = childrenOf(attribute, TAG.sequence)
  if (!value || rest.length > 0) throw notTwoParts()
  if (readOid(type) !== OID.commonName) throw subject('The subject has a name that is not a CN.')
  const text = readString(value, 'common name')
  const length = [...text].length
  if (length === 0 || length > COMMON_NAME_MAX) {
    throw subject(`The common name has not 1 to ${COMMON_NAME_MAX} characters.`)
  }
  return text
}

/**
 * Reads every text of a subject that names nobody, as in a renewal: any number of names, of any kinds, and IA5String
 * besides, for domain components and e-mail addresses. Throws LatchkeyError('policy_violation') for a text that is
 * not certain to mean the same to everybody.
 */
export function readNames(name: DerNode | undefined): readonly string[] {
  const attributes = childrenOf(name, TAG.sequence).flatMap((rdn) => childrenOf(rdn, TAG.set))
  return attributes.map((attribute) => {
    const [type, value, ...rest] = childrenOf(attribute, TAG.sequence)
    if (!value || rest.length > 0) throw notTwoParts()
    readOid(type)
    return value.tag === TAG.ia5String
      ? readUtf8(value.value, 'subject')
      : readString(value, 'subject')
  })
}

/**
 * Reads a DirectoryString (RFC 5280 section 4.1.2.4) of the types that current clients write:
 * UTF8String, PrintableString, and BMPString, which Windows uses for a CN with "@" in it. T61String
 * (TeletexString) is refused: its character set differs from program to program.
 */
function readString(value: DerNode, what: 'common name' | 'subject'): string {
  switch (value.tag) {
    case TAG.utf8String:
      return readUtf8(value.value, what)
    case TAG.bmpString:
      return readBmp(value.value, what)
    case TAG.printableString:
      if (!value.value.every(isPrintable)) {
        throw subject(`The ${what} is a PrintableString with a character that it cannot have.`)
      }
      return readUtf8(value.value, what)
    default:
      throw subject(
        `The ${what} is written in a string type that is not accepted.`,
        'Write it as UTF8String: with OpenSSL, by string_mask = utf8only in its configuration.',
      )
  }
}

/** PrintableString, X.680 section 41.4: no "@", "*", "&" or "_". */
function isPrintable(octet: number): boolean {
  return PRINTABLE.includes(String.fromCharCode(octet))
}

const PRINTABLE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"

function notTwoParts() {
  return malformedCsr('an attribute of the subject has not two parts')
}

const ONE_NAME = 'Ask with exactly one common name (CN) and nothing else in the subject.'

function subject(message: string, remedy = ONE_NAME) {
  return refusedCsr('subject', message, remedy)
}
