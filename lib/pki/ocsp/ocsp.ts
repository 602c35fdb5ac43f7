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
 * OCSP requests, RFC 6960 section 4.1, RFC 5019 section 2.1 and RFC 9654. Responses are
 * ocsp-response.ts.
 *
 * A signature and a requestorName are read over: whoever asks gets the same answer. What is not
 * understood but critical is refused.
 */

type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'

export type CertId = {
  /** As the client wrote it; the response repeats it, so that the client finds its answer. */
  readonly bytes: Uint8Array
  /** Null for a hash that we do not know: such a CertID names none of our issuers. */
  readonly hash: HashName | null
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Hex; null for zero, a negative number or one of more than 20 octets, which nobody ever issued. */
  readonly serial: string | null
}

export type OcspRequest = {
  /** In the order of the request, one to eight, each once. */
  readonly certIds: readonly CertId[]
  /** 1 to 128 octets, to be echoed; null when there is none. */
  readonly nonce: Uint8Array | null
}

/** What is not a request is answered with malformedRequest; `reason` is for the log. */
export type OcspReading =
  | { readonly ok: true; readonly request: OcspRequest }
  | { readonly ok: false; readonly reason: string }

/** Reads a request in DER. Never throws for what a client sent. */
export function readOcspRequest(der: Uint8Array): OcspReading {
  try {
    return { ok: true, request: readRequest(parseDer(der, LIMITS)) }
  } catch (error) {
    if (error instanceof LatchkeyError) return { ok: false, reason: error.message }
    throw error
  }
}

/** What a CertID names an issuer by. */
export type NamedIssuer = Pick<Issuer, 'name' | 'spki'>

/** Says whether a CertID names a certificate of this issuer, by both of its hashes. */
export function isIssuedBy(certId: CertId, issuer: NamedIssuer): boolean {
  if (certId.hash === null) return false
  const { name, key } = hashesOf(issuer, certId.hash)
  return equalBytes(certId.issuerNameHash, name) && equalBytes(certId.issuerKeyHash, key)
}

/**
 * CertIDs of one certificate (RFC 6960 section 4.1.1), one for each hash that a client may ask by,
 * for answers that are signed before anybody asks. Parameters are NULL, as clients write them.
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

/** Reads one CertID by itself, as a response repeats it. Throws LatchkeyError('malformed_request'). */
export function readCertId(bytes: Uint8Array): CertId {
  return certIdIn(parseDer(bytes, LIMITS))
}

/** Room for eight certificates and a signature with its own; the transport limits the size before. */
const LIMITS = { bytesMax: 4_096, depthMax: 12, nodesMax: 400 }

/** Each costs a look into the ledger, and clients ask for one. */
const CERT_IDS_MAX = 8
const NONCE_OCTETS_MAX = 128

function readRequest(root: DerNode): OcspRequest {
  const [tbs, signature, ...rest] = childrenOf(root, TAG.sequence)
  if (rest.length > 0 || (signature && signature.tag !== 0xa0)) throw malformed('parts too many')
  let parts = childrenOf(tbs, TAG.sequence)
  if (parts[0]?.tag === 0xa0) {
    // DER leaves out the default version 1 (0), but some clients write it.
    if (readSmallInteger(parts[0].children[0]) !== 0) throw malformed('version 1 expected')
    parts = parts.slice(1)
  }
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
  // RFC 5754 section 2: parameters are absent or NULL, and both are in use.
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

/** As readExtensions, but an encoded DEFAULT FALSE, which some clients write, does no harm here. */
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
  // RFC 9654 section 2.1: Nonce ::= OCTET STRING(SIZE(1..128)), within the extension's own.
  const nonce = contentOf(parseDer(found.value), TAG.octetString)
  if (nonce.length === 0 || nonce.length > NONCE_OCTETS_MAX) {
    throw malformed(`a nonce of 1 to ${NONCE_OCTETS_MAX} octets expected`)
  }
  return nonce
}

function acceptsBasic(value: Uint8Array): boolean {
  return childrenOf(parseDer(value), TAG.sequence).some((one) => readOid(one) === OID.ocspBasic)
}

/** Preferred algorithms (RFC 6960 section 4.4.7) are a wish: one key signs, whatever is preferred. */
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

/** Computed once for each issuer and hash: a client that varies its CertIDs costs no hashing. */
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
