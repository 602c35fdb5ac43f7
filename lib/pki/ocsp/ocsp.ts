import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes, fromHex, toHex } from '#lib/pki/asn1/bytes.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readOid,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { integer, nullValue, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'

/**
 * The reader of OCSP requests, RFC 6960 section 4.1, RFC 5019 section 2.1 and RFC 9654. Responses are
 * in ocsp-response.ts.
 *
 * A signature and a requestorName are ignored: the answer does not depend on who asks. RFC 6960 section
 * 4.1.2: extensions that are not understood are ignored, unless they are critical.
 */

type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** CertID, RFC 6960 section 4.1.1: hashes of the issuer's name and key, and a serial number. */
export type CertId = {
  /** DER as the client wrote it. The response repeats these bytes, so that the client finds its answer. */
  readonly bytes: Uint8Array
  /** Null for a hash algorithm other than SHA-1 and SHA-2: such a CertID matches none of our issuers. */
  readonly hash: HashName | null
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Hex; null for zero, negative numbers and more than 20 octets, which RFC 5280 section 4.1.2.2 rules out. */
  readonly serial: string | null
}

/** What a request asks for. */
export type OcspRequest = {
  /** In the order of the request, one to eight, each once. */
  readonly certIds: readonly CertId[]
  /** 1 to 128 octets, which the response repeats (RFC 9654 section 2.1); null when there is none. */
  readonly nonce: Uint8Array | null
}

/** A request, or why the octets are none: the answer is then malformedRequest, and `reason` is for the log. */
export type OcspReading =
  | { readonly ok: true; readonly request: OcspRequest }
  | { readonly ok: false; readonly reason: string }

/** Reads an OCSPRequest in DER (RFC 6960 section 4.1.1). Throws for nothing that a client can send. */
export function readOcspRequest(der: Uint8Array): OcspReading {
  try {
    return { ok: true, request: readRequest(parseDer(der, LIMITS)) }
  } catch (error) {
    if (error instanceof LatchkeyError) return { ok: false, reason: error.message }
    throw error
  }
}

/** What of an issuer a CertID holds the hashes of. */
export type NamedIssuer = Pick<Issuer, 'name' | 'spki'>

/** Says whether a CertID names a certificate of this issuer: both hashes must match (RFC 6960 section 4.1.1). */
export function isIssuedBy(certId: CertId, issuer: NamedIssuer): boolean {
  if (certId.hash === null) return false
  const { name, key } = hashesOf(issuer, certId.hash)
  return equalBytes(certId.issuerNameHash, name) && equalBytes(certId.issuerKeyHash, key)
}

/**
 * Gives the CertIDs of one certificate (RFC 6960 section 4.1.1), one for each hash algorithm, for responses
 * that are signed before a request comes. The algorithm's parameters are NULL, as clients write them.
 * `serial` is hex.
 */
export function certIdsOf(issuer: NamedIssuer, serial: string): readonly CertId[] {
  return HASHES.map(({ name: hash, id }) => {
    const { name, key } = hashesOf(issuer, hash)
    const bytes = sequence(
      sequence(id, nullValue()),
      octetString(name),
      octetString(key),
      integer(fromHex(serial)),
    )
    return { bytes, hash, issuerNameHash: name, issuerKeyHash: key, serial }
  })
}

/** Reads the DER of one CertID, such as that in a response. Throws LatchkeyError('malformed_request'). */
export function readCertId(bytes: Uint8Array): CertId {
  return certIdIn(parseDer(bytes, LIMITS))
}

/** Room for eight CertIDs and a signature with its certificates. The http server has a limit of its own. */
const LIMITS = { bytesMax: 4_096, depthMax: 12, nodesMax: 400 }

/** Each CertID costs a query of the ledger. RFC 5019 section 2.1.1: clients send exactly one. */
const CERT_IDS_MAX = 8
const NONCE_OCTETS_MAX = 128

function readRequest(root: DerNode): OcspRequest {
  const [tbs, signature, ...rest] = childrenOf(root, TAG.sequence)
  if (rest.length > 0 || (signature && signature.tag !== 0xa0)) throw malformed('parts too many')
  let parts = childrenOf(tbs, TAG.sequence)
  if (parts[0]?.tag === 0xa0) {
    // X.690 section 11.5: DER leaves out the default version v1 (0), but some clients write it.
    if (readSmallInteger(parts[0].children[0]) !== 0) throw malformed('version 1 expected')
    parts = parts.slice(1)
  }
  // [1] is the requestorName.
  if (parts[0]?.tag === 0xa1) parts = parts.slice(1)
  const [list, tagged, ...more] = parts
  if (more.length > 0) throw malformed('parts too many')
  const requests = childrenOf(list, TAG.sequence)
  if (requests.length === 0 || requests.length > CERT_IDS_MAX) {
    throw malformed(`1 to ${CERT_IDS_MAX} certificates expected`)
  }
  const certIds = requests.map(readSingle)
  if (
    certIds.length > 1 &&
    new Set(certIds.map(({ bytes }) => toHex(bytes))).size < certIds.length
  ) {
    throw malformed('a certificate twice')
  }
  return {
    certIds,
    nonce: tagged ? readNonce(readRequestExtensions(tagged, 0xa2)) : null,
  }
}

function readSingle(node: DerNode): CertId {
  const [certId, tagged, ...more] = childrenOf(node, TAG.sequence)
  if (more.length > 0) throw malformed('parts too many')
  if (tagged) refuseUnknownCritical(readRequestExtensions(tagged, 0xa0))
  return certIdIn(certId)
}

function certIdIn(certId: DerNode | undefined): CertId {
  const [algorithm, name, key, serial, ...others] = childrenOf(certId, TAG.sequence)
  if (!certId || others.length > 0) throw malformed('a CertID of four parts expected')
  return {
    bytes: certId.bytes,
    hash: readHash(algorithm),
    issuerNameHash: contentOf(name, TAG.octetString),
    issuerKeyHash: contentOf(key, TAG.octetString),
    serial: readAskedSerial(serial),
  }
}

const HASHES = [
  { name: 'sha1', id: oid(OID.sha1), digest: sha1 },
  { name: 'sha256', id: oid(OID.sha256), digest: sha256 },
  { name: 'sha384', id: oid(OID.sha384), digest: sha384 },
  { name: 'sha512', id: oid(OID.sha512), digest: sha512 },
] as const

function readHash(algorithm: DerNode | undefined): HashName | null {
  const [id, parameters, ...more] = childrenOf(algorithm, TAG.sequence)
  if (id?.tag !== TAG.oid || more.length > 0) throw malformed('a hash algorithm expected')
  // RFC 5754 section 2: readers accept absent and NULL parameters, and clients send both.
  if (parameters && parameters.tag !== TAG.null) throw malformed('a hash has no parameters')
  return HASHES.find((hash) => equalBytes(hash.id, id.bytes))?.name ?? null
}

function readAskedSerial(node: DerNode | undefined): string | null {
  const value = contentOf(node, TAG.integer)
  const [first = 0] = value
  if (first >= 0x80 || value.length > 20 || (value.length === 1 && first === 0)) return null
  return toHex(first === 0 ? value.subarray(1) : value)
}

type RequestExtension = { id: string; critical: boolean; value: Uint8Array }

/** Reads Extensions of a request. Unlike readExtensions it accepts an encoded critical FALSE, which clients send. */
function readRequestExtensions(tagged: DerNode, tag: number): readonly RequestExtension[] {
  const [list, ...others] = childrenOf(tagged, tag)
  const nodes = childrenOf(list, TAG.sequence)
  if (others.length > 0 || nodes.length === 0) throw malformed('a list of extensions expected')
  const found = nodes.map((node) => {
    const [id, ...rest] = childrenOf(node, TAG.sequence)
    const flag = rest[0]?.tag === TAG.boolean ? rest[0] : null
    if (rest.length !== (flag ? 2 : 1)) throw malformed('an extension of three parts expected')
    const value = contentOf(rest[flag ? 1 : 0], TAG.octetString)
    return { id: readOid(id), critical: flag?.value[0] === 0xff, value }
  })
  if (new Set(found.map(({ id }) => id)).size < found.length) throw malformed('an extension twice')
  return found
}

function readNonce(extensions: readonly RequestExtension[]): Uint8Array | null {
  refuseUnknownCritical(extensions)
  const accepted = extensions.find(({ id }) => id === OID.ocspAcceptableResponses)
  if (accepted && !acceptsBasic(accepted.value)) throw malformed('no basic response is accepted')
  const found = extensions.find(({ id }) => id === OID.ocspNonce)
  if (!found) return null
  // RFC 9654 section 2.1: Nonce ::= OCTET STRING(SIZE(1..128)), inside the OCTET STRING of extnValue. Any
  // other length is answered with malformedRequest.
  const nonce = contentOf(parseDer(found.value), TAG.octetString)
  if (nonce.length === 0 || nonce.length > NONCE_OCTETS_MAX) {
    throw malformed(`a nonce of 1 to ${NONCE_OCTETS_MAX} octets expected`)
  }
  return nonce
}

/** AcceptableResponses, RFC 6960 section 4.4.3: id-pkix-ocsp-basic, the only type we make, must be among them. */
function acceptsBasic(value: Uint8Array): boolean {
  return childrenOf(parseDer(value), TAG.sequence).some((one) => readOid(one) === OID.ocspBasic)
}

/**
 * Critical extensions that do not fail a request. Preferred signature algorithms (RFC 6960 section 4.4.7)
 * change nothing: the responder has one key and one algorithm.
 */
const UNDERSTOOD: readonly string[] = [
  OID.ocspNonce,
  OID.ocspAcceptableResponses,
  OID.ocspPreferredAlgorithms,
]

function refuseUnknownCritical(extensions: readonly RequestExtension[]): void {
  const unknown = extensions.find(({ id, critical }) => critical && !UNDERSTOOD.includes(id))
  if (unknown) throw malformed(`the critical extension ${unknown.id} is not known`)
}

type IssuerHashes = { readonly name: Uint8Array; readonly key: Uint8Array }

const hashesOfIssuers = new WeakMap<NamedIssuer, Map<HashName, IssuerHashes>>()

/**
 * RFC 6960 section 4.1.1: issuerNameHash is over the DER of the Name, issuerKeyHash over the BIT STRING of the
 * key without tag, length and count of unused bits. Cached, so that a request costs no hashing.
 */
function hashesOf(issuer: NamedIssuer, hash: HashName): IssuerHashes {
  const known = hashesOfIssuers.get(issuer) ?? new Map<HashName, IssuerHashes>()
  hashesOfIssuers.set(issuer, known)
  const found = known.get(hash)
  if (found) return found
  const digest = HASHES.find(({ name }) => name === hash)?.digest ?? sha1
  const bits = readOctetAlignedBits(parseDer(issuer.spki).children[1])
  const made = { name: digest(issuer.name), key: digest(bits) }
  known.set(hash, made)
  return made
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not an OCSP request: ${what}.`)
}
