import { LatchkeyError } from '#lib/errors.ts'
import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readOid,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readGeneralizedTime } from '#lib/pki/asn1/time.ts'
import { readExtensions } from '#lib/pki/certificate/tbs.ts'
import type { OcspStatus, SingleResponse } from './ocsp-response.ts'

/** A successful response (RFC 6960 section 4.2.1) as it was read. */
export type OcspResponse = {
  /** ResponseData in DER, the part that is signed. */
  readonly tbs: Uint8Array
  readonly algorithm: Uint8Array
  readonly signature: Uint8Array
  readonly responderKeyHash: Uint8Array
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  readonly nonce: Uint8Array | null
  /** Certificate of the delegated responder in DER, or null when the issuer signed. */
  readonly certificate: Uint8Array | null
}

/**
 * Reads an OCSPResponse (RFC 6960 section 4.2.1) as strictly as assembleOcsp writes one, for reconciliation.
 * Gives the number of OCSPResponseStatus for an error response. Checks no signature. Throws
 * LatchkeyError('malformed_request').
 */
export function readOcspResponse(der: Uint8Array): OcspResponse | number {
  const [status, wrapped, ...more] = childrenOf(parseDer(der, LIMITS), TAG.sequence)
  const number = contentOf(status, TAG.enumerated)[0] ?? 0
  if (more.length > 0 || (wrapped === undefined) === (number === 0)) {
    throw malformed('a response with its success, or none')
  }
  if (!wrapped) return number
  const [type, octets] = childrenOf(childrenOf(wrapped, 0xa0)[0], TAG.sequence)
  if (readOid(type) !== OID.ocspBasic) throw malformed('a basic response expected')
  return readBasic(parseDer(contentOf(octets, TAG.octetString), LIMITS))
}

const LIMITS = { bytesMax: 65_536, depthMax: 20, nodesMax: 4_000 }

function readBasic(node: DerNode): OcspResponse {
  const [tbs, algorithm, signature, certificates, ...more] = childrenOf(node, TAG.sequence)
  if (!tbs || !algorithm || more.length > 0) throw malformed('up to four parts expected')
  const [responder, producedAt, list, tagged, ...others] = childrenOf(tbs, TAG.sequence)
  if (others.length > 0) throw malformed('up to four parts expected')
  const extensions = tagged ? readExtensions(tagged, 0xa1) : []
  const nonce = extensions.find(({ id }) => id === OID.ocspNonce)
  const included = certificates && childrenOf(childrenOf(certificates, 0xa0)[0], TAG.sequence)
  return {
    tbs: tbs.bytes,
    algorithm: algorithm.bytes,
    signature: readOctetAlignedBits(signature),
    responderKeyHash: contentOf(childrenOf(responder, 0xa2)[0], TAG.octetString),
    producedAt: readGeneralizedTime(producedAt),
    responses: childrenOf(list, TAG.sequence).map(readSingle),
    nonce: nonce ? contentOf(parseDer(nonce.value), TAG.octetString) : null,
    certificate: included?.[0]?.bytes ?? null,
  }
}

function readSingle(node: DerNode): SingleResponse {
  const [certId, status, thisUpdate, nextUpdate, ...more] = childrenOf(node, TAG.sequence)
  if (!certId || more.length > 0) throw malformed('a single response of four parts expected')
  return {
    certId: certId.bytes,
    status: readStatus(status),
    thisUpdate: readGeneralizedTime(thisUpdate),
    nextUpdate: readGeneralizedTime(childrenOf(nextUpdate, 0xa0)[0]),
  }
}

function readStatus(node: DerNode | undefined): OcspStatus {
  if (node?.tag === 0x80 && node.value.length === 0) return { kind: 'good' }
  if (node?.tag === 0x82 && node.value.length === 0) return { kind: 'unknown' }
  const [at, reason, ...more] = childrenOf(node, 0xa1)
  if (more.length > 0) throw malformed('a revocation of two parts expected')
  return {
    kind: 'revoked',
    at: readGeneralizedTime(at),
    reason: reason ? readReason(reason) : null,
  }
}

function readReason(tagged: DerNode): RevocationReason {
  const code = contentOf(childrenOf(tagged, 0xa0)[0], TAG.enumerated)
  const found = Object.entries(REVOCATION_REASONS).find(([, number]) => number === code[0])
  if (!found || found[1] === 0 || code.length !== 1) throw malformed('the reason')
  // Object.entries widens keys to string; those of REVOCATION_REASONS are exactly the union.
  return found[0] as RevocationReason
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not an OCSP response of ours: ${what}.`)
}
