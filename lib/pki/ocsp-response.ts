import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './algorithm.ts'
import { concat } from './bytes.ts'
import { TAG } from './der.ts'
import {
  bitString,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  header,
  octetString,
  oid,
  sequence,
} from './der-write.ts'
import { OID } from './oid.ts'

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
  return sequence(
    // byKey: it stays short and does not change with the responder's name.
    context(2, octetString(wish.responderKeyHash)),
    generalizedTime(wish.producedAt),
    written(wish.responses),
    wish.nonce === null ? NOTHING : nonceExtension(wish.nonce),
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
    bitString(signature),
    responderCertificate === null ? NOTHING : writtenCertificate(responderCertificate),
  ]
  // The lengths are known, so the headers are made from the inside to the outside and everything
  // is copied once.
  const parts = [...basic]
  const wrap = (tag: number) =>
    parts.unshift(
      header(
        tag,
        parts.reduce((sum, { length }) => sum + length, 0),
      ),
    )
  wrap(TAG.sequence)
  wrap(TAG.octetString)
  parts.unshift(BASIC)
  wrap(TAG.sequence)
  wrap(0xa0)
  parts.unshift(SUCCESSFUL)
  wrap(TAG.sequence)
  return concat(...parts)
}

const BASIC = oid(OID.ocspBasic)
const SUCCESSFUL = enumerated(0)

/** The same responses are signed with one nonce after another, and the same certificate goes with them. */
const writtenResponses = new WeakMap<readonly SingleResponse[], Uint8Array>()
const writtenCertificates = new WeakMap<Uint8Array, Uint8Array>()

function written(responses: readonly SingleResponse[]): Uint8Array {
  const known = writtenResponses.get(responses)
  if (known) return known
  const made = sequence(...responses.map(writeSingle))
  writtenResponses.set(responses, made)
  return made
}

function writtenCertificate(der: Uint8Array): Uint8Array {
  const known = writtenCertificates.get(der)
  if (known) return known
  const made = context(0, sequence(der))
  writtenCertificates.set(der, made)
  return made
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

const NOTHING = new Uint8Array()
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

function nonceExtension(nonce: Uint8Array): Uint8Array {
  return context(1, sequence(sequence(oid(OID.ocspNonce), octetString(octetString(nonce)))))
}
