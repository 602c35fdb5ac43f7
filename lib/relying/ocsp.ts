import { createHash, createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto'
import { equalBytes, fromHex } from '#lib/pki/bytes.ts'
import { parseDer, readOctetAlignedBits } from '#lib/pki/der.ts'
import { context, integer, nullValue, octetString, oid, sequence } from '#lib/pki/der-write.ts'
import type { OcspStatus } from '#lib/pki/ocsp-response.ts'
import { OID } from '#lib/pki/oid.ts'
import type { Issuer } from '#lib/pki/profile.ts'
import { readOcspResponse } from '#lib/pki/read-ocsp-response.ts'

/** OCSP as a relying party asks it: over HTTP, with a nonce, and trusting no more than the CA. */

export type OcspReply =
  | { readonly kind: 'answer'; readonly statuses: ReadonlyMap<string, OcspStatus> }
  /** Overloaded, or it cannot know now: asked again it may answer. */
  | { readonly kind: 'later'; readonly why: string }
  /** What no relying party would take. */
  | { readonly kind: 'refused'; readonly why: string }

const TIMEOUT_MS = 10_000

/** Asks for up to eight serials in one request. Throws when nothing is listening there. */
export async function askOcsp(
  url: string,
  issuer: Issuer,
  serials: readonly string[],
): Promise<OcspReply> {
  const certIds = serials.map((serial) => certIdOf(issuer, serial))
  const nonce = new Uint8Array(randomBytes(16))
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/ocsp-request' },
    body: requestOf(certIds, nonce),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const der = new Uint8Array(await response.arrayBuffer())
  if (!response.ok) return { kind: 'refused', why: `HTTP ${response.status}` }
  try {
    return readReply(der, { issuer, serials, certIds, nonce })
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : 'no OCSP response' }
  }
}

function certIdOf(issuer: Issuer, serial: string): Uint8Array {
  const keyBits = readOctetAlignedBits(parseDer(issuer.spki).children[1])
  const sha1 = (bytes: Uint8Array) => octetString(createHash('sha1').update(bytes).digest())
  const algorithm = sequence(oid(OID.sha1), nullValue())
  return sequence(algorithm, sha1(issuer.name), sha1(keyBits), integer(fromHex(serial)))
}

function requestOf(certIds: readonly Uint8Array[], nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const extension = sequence(oid(OID.ocspNonce), octetString(octetString(nonce)))
  const list = sequence(...certIds.map((certId) => sequence(certId)))
  return sequence(sequence(list, context(2, sequence(extension))))
}

type Asked = {
  readonly issuer: Issuer
  readonly serials: readonly string[]
  readonly certIds: readonly Uint8Array[]
  readonly nonce: Uint8Array
}

const TRY_LATER = 3

function readReply(der: Uint8Array, asked: Asked): OcspReply {
  const response = readOcspResponse(der)
  if (response === TRY_LATER) return { kind: 'later', why: 'tryLater' }
  if (typeof response === 'number') return { kind: 'refused', why: `error ${response}` }
  const refused = (why: string): OcspReply => ({ kind: 'refused', why })
  if (!response.nonce || !equalBytes(response.nonce, asked.nonce)) {
    return refused('it does not repeat the nonce')
  }
  const signer = signerOf(asked.issuer, response.certificate)
  if (signer === null) return refused('its responder is not one of the CA')
  const { tbs, signature } = response
  if (!verify('sha256', tbs, { key: signer, dsaEncoding: 'der' }, signature)) {
    return refused('its signature is wrong')
  }
  const now = Date.now()
  const statuses = new Map<string, OcspStatus>()
  for (const [index, certId] of asked.certIds.entries()) {
    const single = response.responses.find((one) => equalBytes(one.certId, certId))
    if (!single) return refused('it does not answer for every certificate')
    if (single.nextUpdate.getTime() < now) return refused('it is no longer true')
    statuses.set(asked.serials[index] ?? '', single.status)
  }
  return { kind: 'answer', statuses }
}

/** RFC 6960 section 4.2.2.2: the CA itself, or whom it certified for this. */
function signerOf(issuer: Issuer, certificate: Uint8Array | null) {
  const ca = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  if (certificate === null) return ca
  const responder = new X509Certificate(certificate)
  const isDelegated = responder.keyUsage?.includes(OID.ocspSigning) === true
  return isDelegated && responder.verify(ca) ? responder.publicKey : null
}
