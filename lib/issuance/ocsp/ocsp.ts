import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { type CertId, isIssuedBy, readOcspRequest } from '#lib/pki/ocsp/ocsp.ts'
import {
  assembleOcsp,
  buildOcspTbs,
  type OcspError,
  ocspError,
  type SingleResponse,
} from '#lib/pki/ocsp/ocsp-response.ts'
import type { AnswerCache } from './answer-cache.ts'
import type { Responder } from './ocsp-responder.ts'
import { type OcspSettings, singleResponses } from './ocsp-status.ts'
import type { UnderWay } from './under-way.ts'

export type OcspState = {
  readonly settings: OcspSettings
  readonly cache: AnswerCache<KnownAnswer>
  /** The responder of now; null while there is none. */
  readonly responder: () => Responder | null
  /** Grows with every change of a status, by any process. */
  readonly statusVersion: () => Promise<number>
  /** True while there is more to do than can be done. */
  readonly isBusy: () => boolean
  /** The answers that are in the making, which wait for the ledger or for a signature. */
  readonly making: UnderWay
  /** How many there may be. */
  readonly makingMax: number
  /** What the root above this CA signed ahead about it; null where it is not asked about that. */
  readonly rootAnswer: (certIds: readonly CertId[]) => OcspAnswer | null
}

/** The same object as long as the cached answer is the same. */
export type OcspAnswer =
  | {
      readonly kind: 'response'
      readonly der: Uint8Array
      readonly producedAt: Date
      /** The latest of its certificates. */
      readonly thisUpdate: Date
      readonly nextUpdate: Date
      /** Not made for this one request, and of no serial that may be issued soon. */
      readonly isCacheable: boolean
      /** True when no certificate that was asked for is known. */
      readonly isUnknown: boolean
    }
  | {
      readonly kind: 'error'
      readonly der: Uint8Array
      readonly error: OcspError
      /** For the log. */
      readonly cause: unknown
    }

export type KnownAnswer = {
  readonly version: number
  readonly readAt: Date
  /** Milliseconds; after it the statuses are read again, well before they run out. */
  readonly refreshAt: number
  readonly responses: readonly SingleResponse[]
  readonly nextUpdate: Date
  /** Signed when first asked for without a nonce; everyone gets the same one. */
  answer: Promise<OcspAnswer> | null
}

/**
 * Answers an OCSP request (RFC 6960, RFC 5019, RFC 9654) and never throws. What cannot be known
 * is tryLater; "good" is said only of what was issued and of which nothing worse is known now.
 */
export async function answerOcsp(
  authority: Authority,
  state: OcspState,
  der: Uint8Array,
): Promise<OcspAnswer> {
  const reading = readOcspRequest(der)
  if (!reading.ok) return errorAnswer('malformedRequest', reading.reason)
  const { certIds, nonce } = reading.request
  // RFC 6960 section 2.3: not authoritative for another issuer's certificates.
  if (!certIds.every((certId) => isIssuedBy(certId, authority.issuer))) {
    return state.rootAnswer(certIds) ?? UNAUTHORIZED
  }
  try {
    return await answerFor(authority, state, certIds, nonce)
  } catch (cause) {
    return errorAnswer(cause instanceof LatchkeyError ? 'tryLater' : 'internalError', cause)
  }
}

async function answerFor(
  authority: Authority,
  state: OcspState,
  certIds: readonly CertId[],
  nonce: Uint8Array | null,
): Promise<OcspAnswer> {
  // Before the statuses are read: a change in between makes the answer old at once.
  const version = await state.statusVersion()
  const responder = state.responder()
  const now = authority.now()
  if (responder === null || now < responder.notBefore || responder.notAfter <= now) {
    return errorAnswer('tryLater', 'there is no responder certificate that is valid now')
  }
  const current = currentOf(state.cache.get(keyOf(certIds)), version, now)
  const isGood = current !== null && now.getTime() < current.refreshAt
  if (isGood && nonce === null && current.answer !== null) return current.answer

  // Until its end, so that a long flood takes nothing away from who asks for what everyone gets.
  const standIn = (nonce === null ? current?.answer : null) ?? BUSY
  const made = state.making.begin(makingMax(state, nonce), async () => {
    const known = isGood
      ? current
      : await readStatuses(authority, state, certIds, { version, responder })
    if (known === null) return errorAnswer('tryLater', 'the directory was not read in time')
    if (nonce !== null) return signAnswer(authority, responder, known, nonce)
    known.answer ??= signAnswer(authority, responder, known, null).catch((error: unknown) => {
      // The next one tries again.
      known.answer = null
      throw error
    })
    return known.answer
  })
  return made ?? standIn
}

/**
 * A nonce makes an answer that serves one client, so these go first: they have half of the room, and
 * none while there is too much to do. What is kept for everyone has a little even then, or a change
 * of one status, which ends everything that is kept, would leave nothing to be answered from.
 */
function makingMax({ makingMax: max, isBusy }: OcspState, nonce: Uint8Array | null): number {
  if (isBusy()) return nonce === null ? max / BUSY_SHARE : 0
  return nonce === null ? max : max / NONCE_SHARE
}

const NONCE_SHARE = 2
const BUSY_SHARE = 64

/** What is kept and still true; not what was read by a clock that has been set back since. */
function currentOf(kept: KnownAnswer | undefined, version: number, now: Date): KnownAnswer | null {
  if (kept?.version !== version) return null
  return kept.readAt <= now && now < kept.nextUpdate ? kept : null
}

/** Reads the statuses anew and keeps them. */
async function readStatuses(
  authority: Authority,
  state: OcspState,
  certIds: readonly CertId[],
  { version, responder }: { version: number; responder: Responder },
): Promise<KnownAnswer | null> {
  const own = [...ownSerials(authority.issuer), responder.serial]
  const responses = await singleResponses(authority, state.settings, certIds, own)
  if (responses === null) return null
  const now = authority.now()
  // A response cannot be verified beyond the end of its responder's certificate.
  const ends = [...responses.map((one) => one.nextUpdate.getTime()), responder.notAfter.getTime()]
  const end = Math.min(...ends)
  const known: KnownAnswer = {
    version,
    readAt: now,
    refreshAt: now.getTime() + (end - now.getTime()) / 2,
    responses: responses.map((one) => ({ ...one, nextUpdate: new Date(end) })),
    nextUpdate: new Date(end),
    answer: null,
  }
  // A serial that nobody issued yet may be issued without a new version; and such serials are
  // without number, so they would push out those that there are.
  if (!hasUnknown(known)) state.cache.set(keyOf(certIds), known)
  return known
}

/** Under a root, the issuing CA's own serial is one that the root gave. */
function ownSerials({ serial, chain }: Issuer): readonly string[] {
  return chain.length === 1 ? [serial] : []
}

async function signAnswer(
  authority: Authority,
  responder: Responder,
  known: KnownAnswer,
  nonce: Uint8Array | null,
): Promise<OcspAnswer> {
  const producedAt = authority.now()
  const tbs = buildOcspTbs({
    responderKeyHash: responder.keyHash,
    producedAt,
    responses: known.responses,
    nonce,
  })
  const signature = await responder.sign(tbs)
  return {
    kind: 'response',
    der: assembleOcsp(tbs, 'ecdsa-sha256', signature, responder.certificate),
    producedAt,
    thisUpdate: new Date(Math.max(...known.responses.map((one) => one.thisUpdate.getTime()))),
    nextUpdate: known.nextUpdate,
    isCacheable: nonce === null && !hasUnknown(known),
    isUnknown: isUnknown(known),
  }
}

function hasUnknown({ responses }: KnownAnswer): boolean {
  return responses.some(({ status }) => status.kind === 'unknown')
}

function isUnknown({ responses }: KnownAnswer): boolean {
  return responses.every(({ status }) => status.kind === 'unknown')
}

/** The CertIDs as they were asked: the answer repeats them byte for byte. */
function keyOf(certIds: readonly CertId[]): string {
  let key = ''
  for (const { bytes } of certIds) {
    key += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  }
  return key
}

function errorAnswer(error: OcspError, cause: unknown): OcspAnswer {
  return { kind: 'error', der: ocspError(error), error, cause }
}

const UNAUTHORIZED = errorAnswer('unauthorized', null)
const BUSY = errorAnswer('tryLater', null)
