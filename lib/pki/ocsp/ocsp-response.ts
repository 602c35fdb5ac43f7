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
 * OCSP responses, RFC 6960 section 4.2. Times are GeneralizedTime of whole seconds: some relying
 * parties refuse fractions.
 */

/** "good" means "not revoked", no more. */
export type OcspStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: Date; readonly reason: RevocationReason | null }
  | { readonly kind: 'unknown' }

export type SingleResponse = {
  /** The CertID's bytes as they were asked. */
  readonly certId: Uint8Array
  readonly status: OcspStatus
  readonly thisUpdate: Date
  readonly nextUpdate: Date
}

export type ResponseWish = {
  /** SHA-1 of the responder's key bits (subjectKeyIdOf), whether its certificate says so or not. */
  readonly responderKeyHash: Uint8Array
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  /** The client's nonce, or null. */
  readonly nonce: Uint8Array | null
}

/** Builds ResponseData: what the responder signs. */
export function buildOcspTbs(wish: ResponseWish): Uint8Array<ArrayBuffer> {
  const { nonce } = wish
  return sequence(
    // byKey: it stays short and does not change with the responder's name.
    writtenName(wish.responderKeyHash),
    writtenTime(wish.producedAt),
    writtenResponses(wish.responses),
    ...(nonce === null ? [] : [beforeNonce(nonce.length), nonce]),
  )
}

/**
 * Puts a successful response together. `responderCertificate` is the delegated responder's; null
 * when the issuer itself signed.
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

// A signature with a nonce is made for each request. What does not change from one to the next is
// written once: names, statuses, certificate, and the headers before what has the same length.

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

/** What stands before the nonce in responseExtensions (RFC 9654 section 2.1). */
const beforeNonce = keptByLength((length) => {
  const inner = octetString(octetString(new Uint8Array(length)))
  return context(1, sequence(sequence(oid(OID.ocspNonce), inner)))
})

/** What stands before the content of BasicOCSPResponse in OCSPResponse. */
const beforeBasic = keptByLength((length) => {
  const basic = octetString(tlv(TAG.sequence, new Uint8Array(length)))
  return sequence(SUCCESSFUL, context(0, sequence(BASIC, basic)))
})

const LENGTHS_MAX = 1000

/** Writes something around content of a length; gives what stands before the content, which ends it. */
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

const ERROR_NUMBERS = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

export type OcspError = keyof typeof ERROR_NUMBERS

/** A response that says only why there is none; it is not signed, and HTTP's status stays 200. */
export function ocspError(error: OcspError): Uint8Array<ArrayBuffer> {
  return sequence(enumerated(ERROR_NUMBERS[error]))
}

const GOOD = contextPrimitive(0, NOTHING)
const UNKNOWN = contextPrimitive(2, NOTHING)

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
      // RFC 5280 section 5.3.1: "unspecified" is sent by leaving the reason out.
      const reason = code === 0 ? NOTHING : context(0, enumerated(code))
      return context(1, generalizedTime(status.at), reason)
    }
  }
}
