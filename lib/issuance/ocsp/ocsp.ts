import { LatchkeyError } from '#lib/errors.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { type CertId, isIssuedBy, type OcspRequest, readOcspRequest } from '#lib/pki/ocsp/ocsp.ts'
import {
  assembleOcsp,
  buildOcspTbs,
  type OcspError,
  ocspError,
  type SingleResponse,
} from '#lib/pki/ocsp/ocsp-response.ts'
import type { AnswerCache } from './answer-cache.ts'
import { latin1Of } from './latin1.ts'
import type { Responder } from './ocsp-responder.ts'
import { type OcspSettings, singleResponses } from './ocsp-status.ts'
import type { UnderWay } from './under-way.ts'

export type OcspState = {
  readonly settings: OcspSettings
  readonly cache: AnswerCache<KnownAnswer>
  /** Requests as they were read, by their octets: relying parties send the same again. */
  readonly readings: AnswerCache<Asked>
  /** Gives the present responder; null while there is none. */
  readonly responder: () => Responder | null
  /** Gives a number that increases with every change of a status, by any process. */
  readonly statusVersion: () => Promise<number>
  /** True while more requests arrive than can be answered. */
  readonly isBusy: () => boolean
  /** Counts the responses in the making, which wait for the ledger or for a signature. */
  readonly making: UnderWay
  /** How many responses may be in the making. */
  readonly makingMax: number
  /** Gives the response that an offline root signed about this CA; null for other certificates. */
  readonly rootAnswer: (certIds: readonly CertId[]) => OcspAnswer | null
}

/** The same object for as long as the cached response is the same. */
export type OcspAnswer =
  | {
      readonly kind: 'response'
      readonly der: Uint8Array
      readonly producedAt: Date
      /** The latest thisUpdate of its certificates. */
      readonly thisUpdate: Date
      readonly nextUpdate: Date
      /** False for a response with a nonce, and for a serial that may be issued soon. */
      readonly isCacheable: boolean
      /** What is said of the requested certificates; of several, the worst. */
      readonly status: SingleResponse['status']['kind']
    }
  | {
      readonly kind: 'error'
      readonly der: Uint8Array
      readonly error: OcspError
      /** The error, for the log. */
      readonly cause: unknown
    }

export type KnownAnswer = {
  readonly version: number
  readonly readAt: Date
  /** Milliseconds; afterwards the statuses are read again, well before nextUpdate. */
  readonly refreshAt: number
  readonly responses: readonly SingleResponse[]
  readonly nextUpdate: Date
  /** The signed response without a nonce, which all clients get; null until the first request. */
  answer: OcspAnswer | Promise<OcspAnswer> | null
}

/** What a request asks for. */
export type Asked = OcspRequest & {
  /** Of the CertIDs as requested, which the response repeats byte for byte. */
  readonly key: string
  /** Whether all of them name certificates of this issuer. */
  readonly isOurs: boolean
}

/**
 * Answers an OCSP request (RFC 6960, RFC 5019, RFC 9654); never throws. Answers tryLater for what cannot be
 * known now. "good" is said only of certificates that were issued and are not known to be revoked.
 */
export async function answerOcsp(
  authority: StatusAuthority,
  state: OcspState,
  der: Uint8Array,
): Promise<OcspAnswer> {
  const text = latin1Of(der)
  const asked = state.readings.get(text) ?? read(authority, state, der, text)
  if (typeof asked === 'string') return errorAnswer('malformedRequest', asked)
  // RFC 6960 section 2.3: the responder is not authoritative for certificates of another issuer.
  if (!asked.isOurs) return state.rootAnswer(asked.certIds) ?? UNAUTHORIZED
  try {
    // Read before the statuses, so that a change in between makes the response outdated.
    return await answerBy(await state.statusVersion(), authority, state, asked)
  } catch (cause) {
    return errorAnswer(cause instanceof LatchkeyError ? 'tryLater' : 'internalError', cause)
  }
}

/** Octets of a request for one certificate by SHA-512, with room for what clients add. */
const READING_OCTETS_KEPT = 256

/** Reads a request; gives why it is none, for the log. */
function read(
  { issuer }: StatusAuthority,
  { readings }: OcspState,
  der: Uint8Array,
  text: string,
): Asked | string {
  // A copy: what is kept must not hold on to all that came with it.
  const reading = readOcspRequest(new Uint8Array(der))
  if (!reading.ok) return reading.reason
  const { certIds, nonce } = reading.request
  const key = certIds.map(({ bytes }) => latin1Of(bytes)).join('')
  const isOurs = certIds.every((certId) => isIssuedBy(certId, issuer))
  const asked = { certIds, nonce, key, isOurs }
  // Nobody sends a nonce again.
  if (nonce === null && der.length <= READING_OCTETS_KEPT) readings.set(text, asked)
  return asked
}

function answerBy(
  version: number,
  authority: StatusAuthority,
  state: OcspState,
  asked: Asked,
): OcspAnswer | Promise<OcspAnswer> {
  const { nonce } = asked
  const responder = state.responder()
  const now = authority.now()
  if (responder === null || now < responder.notBefore || responder.notAfter <= now) {
    return errorAnswer('tryLater', 'there is no responder certificate that is valid now')
  }
  const current = currentOf(state.cache.get(asked.key), version, now)
  const isGood = current !== null && now.getTime() < current.refreshAt
  if (isGood && nonce === null && current.answer !== null) return current.answer

  // During a flood, requests with a nonce get the cached response until its nextUpdate, so that they do not
  // use up the room of cacheable ones.
  const standIn = (nonce === null ? current?.answer : null) ?? BUSY
  const made = state.making.begin(makingMax(state, nonce), async () => {
    const known = isGood
      ? current
      : await readStatuses(authority, state, asked, { version, responder })
    if (known === null) return errorAnswer('tryLater', 'the directory was not read in time')
    if (nonce !== null) return signAnswer(authority, responder, known, nonce)
    known.answer ??= signAnswer(authority, responder, known, null).then(
      (signed) => {
        known.answer = signed
        return signed
      },
      (error: unknown) => {
        // The next request tries again.
        known.answer = null
        throw error
      },
    )
    return known.answer
  })
  return made ?? standIn
}

/**
 * A response with a nonce serves one client, so requests for it have half of the room, and none while more
 * arrive than can be answered. Cacheable responses always have a little room: a change of one status
 * invalidates the whole cache, and nothing could refill it otherwise.
 */
function makingMax({ makingMax: max, isBusy }: OcspState, nonce: Uint8Array | null): number {
  if (isBusy()) return nonce === null ? max / BUSY_SHARE : 0
  return nonce === null ? max : max / NONCE_SHARE
}

const NONCE_SHARE = 2
const BUSY_SHARE = 64

/** Gives the cached response while it is valid; null for one that was made before the clock was set back. */
function currentOf(kept: KnownAnswer | undefined, version: number, now: Date): KnownAnswer | null {
  if (kept?.version !== version) return null
  return kept.readAt <= now && now < kept.nextUpdate ? kept : null
}

/** Reads the statuses again and caches them. */
async function readStatuses(
  authority: StatusAuthority,
  state: OcspState,
  { certIds, key }: Asked,
  { version, responder }: { version: number; responder: Responder },
): Promise<KnownAnswer | null> {
  const own = [...ownSerials(authority.issuer), responder.serial]
  const responses = await singleResponses(authority, state.settings, certIds, own)
  if (responses === null) return null
  const now = authority.now()
  // A response cannot be verified after the end of its responder's certificate.
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
  // Responses for unknown serials are not cached: a serial may be issued without a change of the version, and
  // such serials are unlimited, so they would displace the known ones.
  if (!hasUnknown(known)) state.cache.set(key, known)
  return known
}

/** Under a root, the issuing CA's own serial was assigned by the root. */
function ownSerials({ serial, chain }: Issuer): readonly string[] {
  return chain.length === 1 ? [serial] : []
}

async function signAnswer(
  authority: StatusAuthority,
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
    status: worstOf(known),
  }
}

function hasUnknown({ responses }: KnownAnswer): boolean {
  return responses.some(({ status }) => status.kind === 'unknown')
}

function worstOf({ responses }: KnownAnswer): SingleResponse['status']['kind'] {
  const kinds = responses.map(({ status }) => status.kind)
  if (kinds.includes('revoked')) return 'revoked'
  return kinds.includes('unknown') ? 'unknown' : 'good'
}

function errorAnswer(error: OcspError, cause: unknown): OcspAnswer {
  return { kind: 'error', der: ocspError(error), error, cause }
}

const UNAUTHORIZED = errorAnswer('unauthorized', null)
const BUSY = errorAnswer('tryLater', null)
