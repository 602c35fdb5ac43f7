import { hexByte, toHex } from './bytes.ts'
import { malformedCsr, refusedCsr } from './csr-error.ts'
import { childrenOf, type DerNode, parseDer, readOid, TAG } from './der.ts'
import { COMMON_NAME_MAX, decodeText } from './distinguished-name.ts'
import { isHostile, readBmp, readUtf8 } from './hostile-text.ts'
import { OID } from './oid.ts'

/**
 * Reads the subject of a CSR: nothing, or one RDN with one common name of 1 to 64 characters.
 * Gives null for an empty subject. Throws 'policy_violation' for every other subject, so that no
 * second name can hide behind the first.
 */
export function readCommonName(name: DerNode | undefined): string | null {
  const rdns = childrenOf(name, TAG.sequence)
  const [rdn, second] = rdns
  if (!rdn) return null
  const [attribute, another] = childrenOf(rdn, TAG.set)
  if (second || another) throw subject('The subject has more than one name.')
  const [type, value, ...rest] = childrenOf(attribute, TAG.sequence)
  if (!value || rest.length > 0) throw malformedCsr('an attribute of the subject has not two parts')
  if (readOid(type) !== OID.commonName) throw subject('The subject has a name that is not a CN.')
  const text = readString(value)
  const length = [...text].length
  if (length === 0 || length > COMMON_NAME_MAX) {
    throw subject(`The common name has not 1 to ${COMMON_NAME_MAX} characters.`)
  }
  return text
}

/**
 * The DirectoryString types that current clients write: UTF8String, PrintableString, and
 * BMPString, which Windows takes for a CN with "@" in it. T61String has no fixed meaning.
 */
function readString(value: DerNode): string {
  switch (value.tag) {
    case TAG.utf8String:
      return readUtf8(value.value, 'common name')
    case TAG.bmpString:
      return readBmp(value.value, 'common name')
    case TAG.printableString:
      if (!value.value.every(isPrintable)) {
        throw subject('The common name is a PrintableString with a character that it cannot have.')
      }
      return readUtf8(value.value, 'common name')
    default:
      throw subject('The common name is written in a string type that is not accepted.')
  }
}

/** X.680 section 41.4. */
function isPrintable(octet: number): boolean {
  return PRINTABLE.includes(String.fromCharCode(octet))
}

const PRINTABLE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"

function subject(message: string) {
  return refusedCsr(
    'subject',
    message,
    'Ask with exactly one common name (CN) and nothing else in the subject.',
  )
}

/**
 * Gives a Name in DER as RFC 4514 text, such as `CN=alice,O=Contoso`: for people and for logs,
 * never to compare. Everything that could be taken for syntax is escaped.
 */
export function formatName(name: Uint8Array): string {
  const rdns = childrenOf(parseDer(name), TAG.sequence)
  // RFC 4514 section 2.1: the last RDN comes first.
  return rdns.map(formatRdn).reverse().join(',')
}

function formatRdn(rdn: DerNode): string {
  return childrenOf(rdn, TAG.set).map(formatAttribute).join('+')
}

/** RFC 4514 section 3; a type without a short name is written as its OID and its value in hex. */
function formatAttribute(attribute: DerNode): string {
  const [type, value] = childrenOf(attribute, TAG.sequence)
  const id = readOid(type)
  const short = SHORT_NAMES.get(id)
  if (short === undefined || !value) return `${id}=#${toHex(value?.bytes ?? new Uint8Array())}`
  return `${short}=${escapeValue(decodeText(value))}`
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  [OID.commonName, 'CN'],
  [OID.localityName, 'L'],
  [OID.stateOrProvinceName, 'ST'],
  [OID.organizationName, 'O'],
  [OID.organizationalUnitName, 'OU'],
  [OID.countryName, 'C'],
  [OID.domainComponent, 'DC'],
  [OID.userId, 'UID'],
])

/** RFC 4514 section 2.4. Control characters go out as hex too, so that a name stays on its line. */
function escapeValue(text: string): string {
  const characters = [...text]
  return characters
    .map((character, index) => {
      const isEdge = index === 0 || index === characters.length - 1
      const special = '",+;<>\\='.includes(character)
      if (special || (character === ' ' && isEdge) || (character === '#' && index === 0)) {
        return `\\${character}`
      }
      return isHostile(character) ? escapeOctets(character) : character
    })
    .join('')
}

function escapeOctets(character: string): string {
  return [...new TextEncoder().encode(character)].map((octet) => `\\${hexByte(octet)}`).join('')
}
