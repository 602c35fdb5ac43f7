import { createHash, randomBytes } from 'node:crypto'
import { equalBytes, fromHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readOctetAlignedBits } from '#lib/pki/asn1/der.ts'
import { context, integer, nullValue, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { SingleResponse } from '#lib/pki/ocsp/ocsp-response.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { ask, type Reply } from './ask.ts'
import { type Ca, isSignedBy, responderKey } from './ca.ts'

/** Asks OCSP as a relying party does: over HTTP, trusting only the CA. */

export type OcspReply =
  | { readonly kind: 'answer'; readonly answers: ReadonlyMap<string, SingleResponse> }
  /** tryLater: the responder is overloaded or cannot know the status now. */
  | { readonly kind: 'later'; readonly why: string }
  /** A response that no relying party would accept. */
  | { readonly kind: 'refused'; readonly why: string }

export type OcspOptions = {
  /** By GET and without a nonce, as most clients ask (RFC 5019), so that caches in between may answer. */
  readonly cacheable?: boolean
  readonly timeoutMs?: number
}

/** The limit of our reader of responses. */
const OCTETS_MAX = 65_536

/** Asks for up to eight serials in one request. Throws when no server answers. */
export async function askOcsp(
  url: string,
  ca: Ca,
  serials: readonly string[],
  { cacheable = false, timeoutMs = 10_000 }: OcspOptions = {},
): Promise<OcspReply> {
  const certIds = serials.map((serial) => certIdOf(ca, serial))
  const nonce = cacheable ? null : new Uint8Array(randomBytes(16))
  const request = requestOf(certIds, nonce)
  const bounds = { timeoutMs, octetsMax: OCTETS_MAX }
  const reply = await (cacheable
    ? ask(`${url}/${encodeURIComponent(Buffer.from(request).toString('base64'))}`, {}, bounds)
    : ask(url, { method: 'POST', headers: TYPE, body: request }, bounds))
  try {
    return readReply(reply, { ca, serials, certIds, nonce, now: new Date() })
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : 'no OCSP response' }
  }
}

const TYPE = { 'content-type': 'application/ocsp-request' }

function certIdOf({ name, spki }: Ca, serial: string): Uint8Array {
  const keyBits = readOctetAlignedBits(parseDer(spki).children[1])
  const sha1 = (bytes: Uint8Array) => octetString(createHash('sha1').update(bytes).digest())
  const algorithm = sequence(oid(OID.sha1), nullValue())
  return sequence(algorithm, sha1(name), sha1(keyBits), integer(fromHex(serial)))
}

function requestOf(
  certIds: readonly Uint8Array[],
  nonce: Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const list = sequence(...certIds.map((certId) => sequence(certId)))
  if (nonce === null) return sequence(sequence(list))
  const extension = sequence(oid(OID.ocspNonce), octetString(octetString(nonce)))
  return sequence(sequence(list, context(2, sequence(extension))))
}

type Asked = {
  readonly ca: Ca
  readonly serials: readonly string[]
  readonly certIds: readonly Uint8Array[]
  readonly nonce: Uint8Array | null
  readonly now: Date
}

const TRY_LATER = 3

function readReply({ status, body }: Reply, asked: Asked): OcspReply {
  const refused = (why: string): OcspReply => ({ kind: 'refused', why })
  if (status !== 200) return refused(`HTTP ${status}`)
  const response = readOcspResponse(body)
  if (response === TRY_LATER) return { kind: 'later', why: 'tryLater' }
  if (typeof response === 'number') return refused(`error ${response}`)
  if (asked.nonce && !(response.nonce && equalBytes(response.nonce, asked.nonce))) {
    return refused('it does not repeat the nonce')
  }
  const signer = responderKey(asked.ca, response.certificate, asked.now)
  if (signer === null) return refused('its responder is not one of the CA')
  if (!isSignedBy(signer, response)) return refused('its signature is wrong')
  const answers = new Map<string, SingleResponse>()
  for (const [index, certId] of asked.certIds.entries()) {
    const single = response.responses.find((one) => equalBytes(one.certId, certId))
    if (!single) return refused('it does not answer for every certificate')
    if (single.nextUpdate < asked.now) return refused('it is no longer true')
    answers.set(asked.serials[index] ?? '', single)
  }
  return { kind: 'answer', answers }
}
