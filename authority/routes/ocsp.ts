import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerCache } from '#lib/issuance/ocsp/answer-cache.ts'
import { answerOcsp } from '#lib/issuance/ocsp/ocsp.ts'
import { isIssuedBy, readOcspRequest } from '#lib/pki/ocsp/ocsp.ts'
import { requestsInPath } from '#lib/pki/ocsp/ocsp-get.ts'
import { type OcspDeps, refuse, sendToGet, sendToPost } from './ocsp-send.ts'

/**
 * OCSP over HTTP (RFC 6960 appendix A, RFC 5019 sections 5 and 6), answered before the router, which would
 * merge the doubled slashes that base64 may have and costs more than a cached response.
 *
 * HTTP status: 200 for every response to a request in DER, malformedRequest too, because OpenSSL and GnuTLS
 * show the OCSP status of a 200 only. 400 with malformedRequest for what is no DER: garbage, an empty body,
 * no base64, another media type. 413 when it is too large, 405 for another method.
 */

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Puts OCSP before a listener; other requests are passed to it. */
export function withOcsp(deps: OcspDeps, next: Listener): Listener {
  const own = { ...deps, inPath: rememberedPaths() }
  return (request, response) => {
    const rest = restOf(request.url ?? '')
    if (rest === null) next(request, response)
    else take(own, request, response, rest)
  }
}

type Deps = OcspDeps & { readonly inPath: typeof requestsInPath }

const PATHS_MAX = 10_000
/**
 * Characters of a request for one certificate by SHA-256 with every character percent-encoded where possible.
 */
const PATH_CHARACTERS_KEPT = 256

/**
 * Caches parsed paths, since relying parties ask for the same again and parsing costs more than answering.
 */
function rememberedPaths(): typeof requestsInPath {
  const known = answerCache<ReturnType<typeof requestsInPath>>(PATHS_MAX)
  return (encoded) => {
    const found = known.get(encoded)
    if (found) return found
    const made = requestsInPath(encoded)
    if (encoded.length <= PATH_CHARACTERS_KEPT && made.length === 1) {
      // Copies the text: a slice of the URL would keep the whole URL in memory.
      known.set(Buffer.from(encoded, 'latin1').toString('latin1'), made)
    }
    return made
  }
}

const REQUEST_OCTETS_MAX = 2048
/**
 * Characters of base64 of the largest request, percent-encoded where possible, with some additional slashes.
 */
const PATH_CHARACTERS_MAX = 4096

/**
 * Gives what follows the responder's path; null for another path. RFC 9112 section 3.2.2 allows a whole URL.
 */
function restOf(url: string): string | null {
  const found = OCSP_PATH.exec(url)
  return found && (found[1] ?? '')
}

const OCSP_PATH = /^(?:https?:\/\/[^/?#]*)?\/+ocsp(?:\/([^?#]*))?(?:[?#]|$)/

function take(deps: Deps, request: IncomingMessage, response: ServerResponse, rest: string): void {
  const startedAt = performance.now()
  switch (request.method) {
    case 'POST':
      takePost(deps, request, response, startedAt)
      return
    case 'GET':
    case 'HEAD':
      if (rest.length > PATH_CHARACTERS_MAX) refuse(deps, response, 413)
      else void answerGet(deps, request, response, deps.inPath(rest), startedAt)
      return
    default:
      refuse(deps, response, 405)
  }
}

function takePost(
  deps: OcspDeps,
  request: IncomingMessage,
  response: ServerResponse,
  startedAt: number,
): void {
  const { headers } = request
  const type = headers['content-type']
  // Some clients send no type; one that sends another type sends something else than OCSP.
  if (type !== undefined && !/^application\/ocsp-request *(?:;|$)/i.test(type)) {
    refuse(deps, response, 400)
    return
  }
  const chunks: Buffer[] = []
  let octets = 0
  let done = Number(headers['content-length'] ?? 0) > REQUEST_OCTETS_MAX
  if (done) {
    refuse(deps, response, 413)
    return
  }
  request.on('error', () => undefined)
  request.on('data', (chunk: Buffer) => {
    octets += chunk.length
    if (octets <= REQUEST_OCTETS_MAX) chunks.push(chunk)
    else if (!done) {
      done = true
      refuse(deps, response, 413)
    }
  })
  request.on('end', () => {
    const [only] = chunks
    if (done) return
    const der = only && chunks.length === 1 ? only : Buffer.concat(chunks)
    void answerPost(deps, response, der, startedAt)
  })
}

async function answerPost(
  deps: OcspDeps,
  response: ServerResponse,
  der: Buffer,
  startedAt: number,
): Promise<void> {
  const answer = await answerOcsp(deps.authority, deps.status.ocsp.state, der)
  sendToPost(deps, response, answer, der)
  deps.status.ocsp.tally.add(answer, startedAt)
}

async function answerGet(
  deps: Deps,
  request: IncomingMessage,
  response: ServerResponse,
  candidates: readonly Uint8Array[],
  startedAt: number,
): Promise<void> {
  if (candidates.length === 0) {
    refuse(deps, response, 400)
    return
  }
  const { authority, status } = deps
  const der = await bestReading(deps, candidates)
  const answer = await answerOcsp(authority, status.ocsp.state, der)
  sendToGet(deps, request, response, answer, der)
  status.ocsp.tally.add(answer, startedAt)
}

/**
 * Of several readings of a path whose slashes were merged, answers the first that names a certificate of ours
 * in the ledger. One query for all readings, so such a path costs only that more than a complete request.
 */
async function bestReading(deps: Deps, candidates: readonly Uint8Array[]): Promise<Uint8Array> {
  const [first = EMPTY, second] = candidates
  if (!second) return first
  const { issuer, ledger } = deps.authority
  const ours = candidates.flatMap((der) => {
    const reading = readOcspRequest(der)
    if (!reading.ok) return []
    const { certIds } = reading.request
    if (!certIds.every((certId) => isIssuedBy(certId, issuer))) return []
    return [{ der, serials: certIds.flatMap(({ serial }) => serial ?? []) }]
  })
  const [only = first, another] = ours.map(({ der }) => der)
  if (!another) return only
  const asked = ours.flatMap(({ serials }) => serials)
  // A failing ledger is reported by the answer to whichever reading is taken.
  const records = await ledger.certificatesBySerial(asked).catch(() => [])
  const known = new Set(records.map(({ serial }) => serial))
  return ours.find(({ serials }) => serials.some((serial) => known.has(serial)))?.der ?? only
}

const EMPTY = new Uint8Array()
