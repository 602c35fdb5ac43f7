import { LatchkeyError } from '#lib/errors.ts'
import { malformedCsr, readStrictly } from '#lib/pki/asn1/csr-error.ts'
import {
  childrenOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readSmallInteger,
  splitSequence,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { readCommonName, readNames } from '#lib/pki/asn1/name.ts'
import { type PublicKey, readPublicKey } from '#lib/pki/keys/keys.ts'
import type { AltName } from './csr-names.ts'
import {
  badSignature,
  type CsrSignatureAlgorithm,
  checkSignatureForm,
  readSignatureAlgorithm,
} from './csr-signature.ts'
import { readAttributes } from './pkcs9-attributes.ts'

export type GeneralName = AltName

/** A certification request (PKCS#10, RFC 2986) as it was read. No name of it goes into a certificate unchecked. */
export type Csr = {
  readonly der: Uint8Array
  /**
   * CertificationRequestInfo in DER, the part that is signed. The same content has no second DER, so its
   * hash identifies the request; that of `der` does not, since an ECDSA signature can be changed and stay valid.
   */
  readonly info: Uint8Array
  /** Null for an empty subject, and for one that names nobody. */
  readonly commonName: string | null
  /** Every text of the subject. */
  readonly names: readonly string[]
  readonly key: PublicKey
  readonly subjectAltName: readonly GeneralName[]
  /** OIDs; null when the extension is absent. */
  readonly extendedKeyUsages: readonly string[] | null
  /** The validity that is asked for, counted from issuance; null for none. */
  readonly requestedValidityMs: number | null
  readonly signatureAlgorithm: CsrSignatureAlgorithm
  readonly signature: Uint8Array
}

/** Where the names come from elsewhere, as in a renewal, the subject may be any: clients fill in what they like. */
export type SubjectUse = 'asks for its name' | 'names nobody'

/** As many nodes as 16 KiB can hold, so that a request with too many names or attributes is refused by that rule. */
const LIMITS = { bytesMax: 16_384, depthMax: 16, nodesMax: 8_192 }

/**
 * Reads a CSR (RFC 2986 section 4) strictly: DER in canonical form, version 0, at most one common name unless it names nobody, each
 * attribute and extension known and at most once. The form of the signature is checked; the signature is
 * verified elsewhere, by node:crypto. Throws LatchkeyError: 'malformed_csr', 'weak_key', 'bad_signature',
 * 'payload_too_large', or 'policy_violation' with the rule.
 */
export function parseCsr(der: Uint8Array, subject: SubjectUse = 'asks for its name'): Csr {
  if (der.length > LIMITS.bytesMax) {
    throw new LatchkeyError('payload_too_large', 'The request is larger than 16 KiB.')
  }
  return readStrictly(() => {
    checkWholeOctets(der)
    const [infoNode, algorithm, bits, ...rest] = childrenOf(parseDer(der, LIMITS), TAG.sequence)
    if (!infoNode || rest.length > 0) throw malformedCsr('it has not three parts')
    const info = readInfo(infoNode, subject)
    const signature = readOctetAlignedBits(bits)
    const signatureAlgorithm = readSignatureAlgorithm(algorithm, info.key)
    checkSignatureForm(signature, info.key)
    return { der, info: infoNode.bytes, ...info, signatureAlgorithm, signature }
  })
}

/** CertificationRequestInfo, RFC 2986 section 4.1: version 0, subject, public key, attributes. */
function readInfo(node: DerNode, use: SubjectUse) {
  const [version, subject, spki, attributes, ...rest] = childrenOf(node, TAG.sequence)
  if (!spki || rest.length > 0) throw malformedCsr('its information has not four parts')
  if (readSmallInteger(version) !== 0) throw malformedCsr('its version is not 0')
  // The key is checked first: a weak key is the error to report, whatever else is wrong.
  const key = readPublicKey(spki)
  return { ...readSubject(subject, use), key, ...readAttributes(attributes) }
}

function readSubject(node: DerNode | undefined, use: SubjectUse) {
  if (use === 'names nobody') return { commonName: null, names: readNames(node) }
  const commonName = readCommonName(node)
  return { commonName, names: commonName === null ? [] : [commonName] }
}

/** Reports a signature with unused bits as 'bad_signature', before the DER reader calls it malformed. */
function checkWholeOctets(der: Uint8Array): void {
  const signature = splitSequence(der)[2]
  const unused = signature?.value[0] ?? 0
  if (signature?.tag === TAG.bitString && unused > 0 && unused < 8) {
    throw badSignature('The signature is not a whole number of octets.')
  }
}
