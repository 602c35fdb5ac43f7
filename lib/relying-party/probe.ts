import type { ChannelAnswer, RelyingPartyView } from '#lib/relying-party-view.ts'
import type { Ca } from './ca.ts'
import { coversUrl, crlUrlOf, type ReadCrl } from './crl.ts'
import { askOcsp } from './ocsp.ts'

export type Probe = {
  /** Configured address of the status service; no other address is asked. */
  readonly statusUrl: string
  readonly ca: Ca
  readonly serial: string
  /** The certificate in DER. */
  readonly certificate: Uint8Array
  readonly readCrl: ReadCrl
  readonly timeoutMs: number
  /** Called with the reason why a channel gave no status. */
  readonly onError: (channel: keyof RelyingPartyView, error: unknown) => void
}

/** Asks the OCSP responder and reads the CRL, as a RADIUS server does. Never throws. */
export async function probe(options: Probe): Promise<RelyingPartyView> {
  const [ocsp, list] = await Promise.all([
    answerOf(options, 'ocsp', probeOcsp),
    answerOf(options, 'list', probeList),
  ])
  return { ocsp, list }
}

async function answerOf(
  options: Probe,
  channel: keyof RelyingPartyView,
  ask: (options: Probe) => Promise<ChannelAnswer>,
): Promise<ChannelAnswer> {
  try {
    return await ask(options)
  } catch (error) {
    options.onError(channel, error)
    return { kind: 'silent' }
  }
}

async function probeOcsp(options: Probe): Promise<ChannelAnswer> {
  const { statusUrl, ca, serial, timeoutMs, onError } = options
  const reply = await askOcsp(`${statusUrl}/ocsp`, ca, [serial], { cacheable: true, timeoutMs })
  const single = reply.kind === 'answer' ? reply.answers.get(serial) : undefined
  if (!single) {
    onError('ocsp', reply.kind === 'answer' ? 'it says nothing of the certificate' : reply.why)
    return { kind: reply.kind === 'later' ? 'later' : 'refused' }
  }
  const { status, thisUpdate, nextUpdate } = single
  const state = status.kind === 'revoked' ? stateFor(status.reason) : status.kind
  return { kind: 'said', state, from: thisUpdate, until: nextUpdate }
}

async function probeList(options: Probe): Promise<ChannelAnswer> {
  const { statusUrl, ca, serial, certificate, readCrl, onError } = options
  const named = crlUrlOf(certificate)
  const reply = await readCrl(`${statusUrl}/crl/${fileOf(named)}`, ca)
  if (reply.kind !== 'crl') {
    onError('list', reply.why)
    return { kind: reply.kind }
  }
  const { crl } = reply
  if (!coversUrl(crl, named)) {
    onError('list', `it is for ${crl.partitionUrl}, not ${named}`)
    return { kind: 'refused' }
  }
  const entry = crl.entries.find((one) => one.serial === serial)
  const state = entry ? stateFor(entry.reason) : 'good'
  return { kind: 'said', state, from: crl.thisUpdate, until: crl.nextUpdate }
}

function stateFor(reason: string | null): 'hold' | 'revoked' {
  return reason === 'certificateHold' ? 'hold' : 'revoked'
}

/**
 * Gives the file name in the certificate's address, if it is one of our CRLs; the rest of the address is not
 * used.
 */
function fileOf(url: string | null): string {
  return /\/(\d{4}-\d{2}\.crl)$/.exec(url ?? '')?.[1] ?? 'full.crl'
}
