import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { concat } from '#lib/pki/asn1/bytes.ts'
import { TAG } from '#lib/pki/asn1/der.ts'
import {
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  header,
  octetString,
  oid,
  sequence,
  tlv,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'

const NOTHING = new Uint8Array()

/**
 * The writer of OCSP responses, RFC 6960 section 4.2. Times are GeneralizedTime of whole seconds: some
 * relying parties refuse fractions.
 */

/** RFC 6960 section 2.2. "good" says only that the certificate is not revoked; a hold counts as revoked. */
export type OcspStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: Date; readonly reason: RevocationReason | null }
  | { readonly kind: 'unknown' }

export type SingleResponse = {
  /** The CertID in DER, with the bytes of the request. */
  readonly certId: Uint8Array
  readonly status: OcspStatus
  readonly thisUpdate: Date
  readonly nextUpdate: Date
}

export type ResponseWish = {
  /** KeyHash, RFC 6960 section 4.2.1: SHA-1 of the responder's key, as subjectKeyIdOf gives it. */
  readonly responderKeyHash: Uint8Array
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  /** The nonce of the request, or null. */
  readonly nonce: Uint8Array | null
}

/**
 * Builds ResponseData (RFC 6960 section 4.2.1), the part that the responder signs. A nonce of the request is
 * repeated in responseExtensions (RFC 9654 section 2.1).
 */
export function buildOcspTbs(wish: ResponseWish): Uint8Array<ArrayBuffer> {
  const { nonce } = wish
  return sequence(
    // ResponderID byKey: shorter than byName, and it stays the same when the responder's name changes.
    writtenName(wish.responderKeyHash),
    writtenTime(wish.producedAt),
    writtenResponses(wish.responses),
    ...(nonce === null ? [] : [beforeNonce(nonce.length), nonce]),
  )
}

/**
 * Assembles a successful OCSPResponse in DER (RFC 6960 section 4.2.1). `responderCertificate` is that of the
 * delegated responder, by which clients verify the signature; null when the issuer itself signed.
 */
export function assembleOcsp(
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  responderCertificate: Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const basic = [
    tbs,
    SIGNATURE_ALGORITHMS[algorithm],
    header(TAG.bitString, 1 + signature.length),
    NO_UNUSED_BITS,
    signature,
    responderCertificate === null ? NOTHING : writtenCertificate(responderCertificate),
  ]
  let length = 0
  for (const part of basic) length += part.length
  return concat(beforeBasic(length), ...basic)
}

const NO_UNUSED_BITS = Uint8Array.of(0)
const BASIC = oid(OID.ocspBasic)
const SUCCESSFUL = enumerated(0)

// With a nonce every request needs a response of its own. The parts that are equal from one response to
// the next are encoded once and cached: names, statuses, certificate, and headers by content length.

const writtenName = kept((keyHash: Uint8Array) => context(2, octetString(keyHash)))
const writtenResponses = kept((responses: readonly SingleResponse[]) =>
  sequence(...responses.map(writeSingle)),
)
const writtenCertificate = kept((der: Uint8Array) => context(0, sequence(der)))

function kept<Key extends object>(write: (key: Key) => Uint8Array): (key: Key) => Uint8Array {
  const known = new WeakMap<Key, Uint8Array>()
  return (key) => {
    const made = known.get(key) ?? write(key)
    known.set(key, made)
    return made
  }
}

let lastTime = { ms: Number.NaN, bytes: NOTHING }

function writtenTime(at: Date): Uint8Array {
  const ms = at.getTime()
  if (ms !== lastTime.ms) lastTime = { ms, bytes: generalizedTime(at) }
  return lastTime.bytes
}

/** The octets of responseExtensions before the content of a nonce of this length (RFC 9654 section 2.1). */
const beforeNonce = keptByLength((length) => {
  const inner = octetString(octetString(new Uint8Array(length)))
  return context(1, sequence(sequence(oid(OID.ocspNonce), inner)))
})

/** The octets of OCSPResponse before the content of a BasicOCSPResponse of this length (RFC 6960 section 4.2.1). */
const beforeBasic = keptByLength((length) => {
  const basic = octetString(tlv(TAG.sequence, new Uint8Array(length)))
  return sequence(SUCCESSFUL, context(0, sequence(BASIC, basic)))
})

const LENGTHS_MAX = 1000

/**
 * Caches the octets before the content of an element by the content's length. `write` encodes the element
 * around content of that length, which must be its last octets.
 */
function keptByLength(write: (length: number) => Uint8Array): (length: number) => Uint8Array {
  const known = new Map<number, Uint8Array>()
  return (length) => {
    const found = known.get(length)
    if (found) return found
    const whole = write(length)
    const made = whole.slice(0, whole.length - length)
    if (known.size < LENGTHS_MAX) known.set(length, made)
    return made
  }
}

/** OCSPResponseStatus, RFC 6960 section 4.2.1; 4 is not used. */
const ERROR_NUMBERS = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

export type OcspError = keyof typeof ERROR_NUMBERS

/** Gives an error response, RFC 6960 section 2.3: a status without responseBytes and without signature. */
export function ocspError(error: OcspError): Uint8Array<ArrayBuffer> {
  return sequence(enumerated(ERROR_NUMBERS[error]))
}

const GOOD = contextPrimitive(0, NOTHING)
const UNKNOWN = contextPrimitive(2, NOTHING)

/** SingleResponse, RFC 6960 section 4.2.1, always with nextUpdate (RFC 5019 section 2.2.4 demands it). */
function writeSingle({ certId, status, thisUpdate, nextUpdate }: SingleResponse): Uint8Array {
  return sequence(
    certId,
    writeStatus(status),
    generalizedTime(thisUpdate),
    context(0, generalizedTime(nextUpdate)),
  )
}

function writeStatus(status: OcspStatus): Uint8Array {
  switch (status.kind) {
    case 'good':
      return GOOD
    case 'unknown':
      return UNKNOWN
    case 'revoked': {
      const code = status.reason === null ? 0 : REVOCATION_REASONS[status.reason]
      // RFC 5280 section 5.3.1: the reason code should be absent instead of `unspecified` (0).
      const reason = code === 0 ? NOTHING : context(0, enumerated(code))
      return context(1, generalizedTime(status.at), reason)
    }
  }
}
