import { LatchkeyError } from '#lib/errors.ts'
import { malformedCsr, refusedCsr } from '#lib/pki/asn1/csr-error.ts'
import {
  childrenOf,
  type DerNode,
  parseDer,
  readOid,
  readPositiveInteger,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { CURVES, toBigInt } from '#lib/pki/keys/ec-point.ts'
import { KEY_TYPES, type PublicKey } from '#lib/pki/keys/keys.ts'

/** How a CSR is signed: RSASSA-PKCS1-v1_5, RSASSA-PSS (RFC 8017 section 8) or ECDSA (FIPS 186-5 section 6). */
export type CsrSignatureAlgorithm = {
  readonly name: 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
}

const ALGORITHMS: ReadonlyMap<string, CsrSignatureAlgorithm> = new Map([
  [OID.ecdsaWithSha256, { name: 'ecdsa', hash: 'sha256' }],
  [OID.ecdsaWithSha384, { name: 'ecdsa', hash: 'sha384' }],
  [OID.ecdsaWithSha512, { name: 'ecdsa', hash: 'sha512' }],
  [OID.sha256WithRsa, { name: 'rsa-pkcs1', hash: 'sha256' }],
  [OID.sha384WithRsa, { name: 'rsa-pkcs1', hash: 'sha384' }],
  [OID.sha512WithRsa, { name: 'rsa-pkcs1', hash: 'sha512' }],
])

/**
 * Reads signatureAlgorithm of a CSR (RFC 2986 section 4.2). Throws LatchkeyError: 'policy_violation' for an
 * algorithm that is weak (SHA-1, MD5) or unknown, 'bad_signature' for one of another kind than the key, and
 * 'malformed_csr' for wrong parameters.
 */
export function readSignatureAlgorithm(
  node: DerNode | undefined,
  key: PublicKey,
): CsrSignatureAlgorithm {
  const [identifier, parameters, ...rest] = childrenOf(node, TAG.sequence)
  if (rest.length > 0) throw malformedCsr('a signature algorithm with more than one parameter')
  const id = readOid(identifier)
  const algorithm = id === OID.rsassaPss ? readPss(parameters) : ALGORITHMS.get(id)
  if (!algorithm) throw weakAlgorithm()
  const isEcdsa = algorithm.name === 'ecdsa'
  // RFC 5758 section 3.2: ECDSA has no parameters. RFC 4055 section 5: RSA has NULL, and readers accept none.
  const isPlain = !parameters || (parameters.tag === TAG.null && !isEcdsa)
  if (algorithm.name !== 'rsa-pss' && !isPlain) {
    throw malformedCsr('a signature algorithm with parameters that it does not have')
  }
  if (isEcdsa !== (KEY_TYPES[key.type].kind === 'ec')) {
    throw badSignature('The signature algorithm does not belong to this kind of key.')
  }
  return algorithm
}

const HASHES: ReadonlyMap<string, { hash: CsrSignatureAlgorithm['hash']; size: number }> = new Map([
  [OID.sha256, { hash: 'sha256', size: 32 }],
  [OID.sha384, { hash: 'sha384', size: 48 }],
  [OID.sha512, { hash: 'sha512', size: 64 }],
])

/**
 * RSASSA-PSS-params, RFC 4055 section 3.1. The defaults mean SHA-1, so hash, mask and salt length must all
 * be given. The mask uses the same hash, as the section recommends, and the salt is at least as long as it.
 */
function readPss(parameters: DerNode | undefined): CsrSignatureAlgorithm {
  const [hashNode, maskNode, saltNode, ...rest] = childrenOf(parameters, TAG.sequence)
  if (hashNode?.tag !== 0xa0 || maskNode?.tag !== 0xa1 || saltNode?.tag !== 0xa2) {
    throw weakAlgorithm()
  }
  // trailerField has one value only, which is its default and so left out (X.690 section 11.5).
  if (rest.length > 0) throw malformedCsr('a default value that is written out')
  const hash = readHash(theOnly(hashNode))
  const [mask, maskHash, ...more] = childrenOf(theOnly(maskNode), TAG.sequence)
  const salt = readSmallInteger(theOnly(saltNode))
  const isConsistent =
    readOid(mask) === OID.mgf1 && more.length === 0 && readHash(maskHash).hash === hash.hash
  if (!isConsistent || salt < hash.size) throw weakAlgorithm()
  return { name: 'rsa-pss', hash: hash.hash }
}

function readHash(node: DerNode | undefined) {
  const [identifier, parameters, ...rest] = childrenOf(node, TAG.sequence)
  const hash = HASHES.get(readOid(identifier))
  if (!hash) throw weakAlgorithm()
  if (rest.length > 0 || (parameters && parameters.tag !== TAG.null)) {
    throw malformedCsr('a hash algorithm with parameters')
  }
  return hash
}

function theOnly(node: DerNode): DerNode {
  const [child, second] = node.children
  if (!child || second) throw malformedCsr('an explicit tag around more or less than one element')
  return child
}

/**
 * Checks the form of a signature before any arithmetic. RFC 8017 sections 8.1.2 and 8.2.2, step 1: an RSA
 * signature is as long as the modulus. FIPS 186-5 section 6.4.2, step 1: r and s are from 1 to n−1. Throws
 * LatchkeyError('bad_signature').
 */
export function checkSignatureForm(signature: Uint8Array, key: PublicKey): void {
  const parameters = KEY_TYPES[key.type]
  if (parameters.kind === 'rsa') {
    if (signature.length * 8 !== parameters.bits)
      throw badSignature('The signature has a wrong length.')
    return
  }
  const { n } = CURVES[parameters.curve]
  const inRange = readPair(signature).every((value) => value > 0n && value < n)
  if (!inRange) throw badSignature('The ECDSA signature is out of range.')
}

/** Ecdsa-Sig-Value, RFC 3279 section 2.2.3. */
function readPair(signature: Uint8Array): readonly [bigint, bigint] {
  try {
    const [r, s, ...rest] = childrenOf(parseDer(signature), TAG.sequence)
    if (rest.length > 0) throw malformedCsr('more than two numbers')
    return [toBigInt(readPositiveInteger(r)), toBigInt(readPositiveInteger(s))]
  } catch (cause) {
    throw badSignature('The ECDSA signature is not two positive numbers in DER.', cause)
  }
}

/** Makes the error of code 'bad_signature'. */
export function badSignature(message: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('bad_signature', message, { cause })
}

function weakAlgorithm(): LatchkeyError {
  return refusedCsr(
    'signature_algorithm',
    'The request is signed with an algorithm that is not accepted.',
    'Sign the request with SHA-256, SHA-384 or SHA-512.',
  )
}
