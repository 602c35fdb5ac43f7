import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import type { OcspStatus } from '#lib/pki/ocsp/ocsp-response.ts'
import { askOcsp, type OcspReply } from '#lib/relying-party/ocsp.ts'
import {
  type Expected,
  expectedOf,
  expectedStatuses,
  inWords,
  ownOf,
  type Reader,
  revokedOrHeldInWords,
} from './expected.ts'
import type { Finding, Part } from './finding.ts'

/** CertIDs in one request, the most that the responder accepts. */
const BATCH = 8
const TRIES = 5
const PAUSE_MS = 200

/**
 * Compares the running authority's OCSP responses with the ledger, for every unexpired certificate and for
 * one that was never issued. It sends requests over HTTP as a relying party does: responses computed in this
 * process would come from the same rows and could not disagree.
 */
export async function reconcileOcsp(reader: Reader, url: string): Promise<Part> {
  const { issuer } = reader
  const findings: Finding[] = []
  let count = 0
  const neverIssued = makeSerial(reader.now(), (length) => randomBytes(length))
  const reply = await askPatiently(url, issuer, [neverIssued])
  if (reply.kind === 'silent') return { findings: [silence(url, reply.why)], count, notes: [] }
  findings.push(...validateNeverIssued(reply, neverIssued))
  for await (const page of expectedStatuses(reader)) {
    const known = page.filter(({ status }) => status.state !== 'unknown')
    for (let at = 0; at < known.length; at += BATCH) {
      const batch = known.slice(at, at + BATCH)
      const reply = await askPatiently(url, issuer, serialsOf(batch))
      // The others would get no answer either, each after its time-out.
      if (reply.kind === 'silent') {
        return { findings: [...findings, silence(url, reply.why)], count, notes: [] }
      }
      for (const expected of batch) {
        if (agrees(expected, reply)) continue
        // The status may have changed between the two readings: only a second difference is a finding.
        const again = await askOnce(reader, url, expected.record.serial)
        if (again) findings.push(again)
      }
      count += batch.length
    }
  }
  return { findings, count, notes: [] }
}

function silence(url: string, why: string): Finding {
  const other = `nothing answers at ${url} (${why}); --offline says that this is meant`
  return { check: 'ocsp', serial: null, ledger: 'an authority that runs', other }
}

function validateNeverIssued(reply: Reply, serial: string): readonly Finding[] {
  const status = reply.kind === 'answer' ? reply.answers.get(serial)?.status : undefined
  if (status?.kind === 'unknown') return []
  return [{ check: 'ocsp', serial, ledger: 'no row', other: replyInWords(reply, serial) }]
}

function serialsOf(batch: readonly Expected[]): readonly string[] {
  return batch.map(({ record }) => record.serial)
}

async function askOnce(reader: Reader, url: string, serial: string): Promise<Finding | null> {
  const reply = await askPatiently(url, reader.issuer, [serial])
  const records = await reader.ledger.certificatesBySerial([serial])
  const [expected] = await expectedOf(reader, ownOf(reader, records))
  if (!expected || agrees(expected, reply)) return null
  const ledger = inWords(expected.status)
  return { check: 'ocsp', serial, ledger, other: replyInWords(reply, serial) }
}

type Reply = OcspReply | { readonly kind: 'silent'; readonly why: string }

/** Under load the responder may answer tryLater, and a connection may break, so a request is repeated. */
async function askPatiently(
  url: string,
  issuer: Issuer,
  serials: readonly string[],
): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    const reply = await askOcsp(url, issuer, serials).catch(silent)
    const isFinal = reply.kind === 'answer' || reply.kind === 'refused'
    if (isFinal || attempt === TRIES) return reply
    await setTimeout(PAUSE_MS * attempt)
  }
}

/** fetch gives its reason in the cause of the error. */
function silent(error: unknown): Reply {
  const { cause, message } = error instanceof Error ? error : new Error('no answer')
  return { kind: 'silent', why: (cause instanceof Error && cause.message) || message }
}

function agrees({ record, status }: Expected, reply: Reply): boolean {
  const said = reply.kind === 'answer' ? reply.answers.get(record.serial)?.status : undefined
  switch (status.state) {
    case 'unknown':
      return true
    // RFC 6960 section 2.2: "good" says that a certificate is not revoked, not that it is still valid.
    case 'good':
    case 'expired':
      return said?.kind === 'good'
    case 'hold':
    case 'revoked':
      return (
        said?.kind === 'revoked' &&
        (said.reason ?? 'unspecified') === (status.code ?? 'unspecified') &&
        secondsOf(said.at) === secondsOf(status.since ?? status.asOf)
      )
  }
}

function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

function replyInWords(reply: Reply, serial: string): string {
  if (reply.kind !== 'answer') return `no answer (${reply.why})`
  const status = reply.answers.get(serial)?.status
  return status ? statusInWords(status) : 'no answer'
}

function statusInWords(status: OcspStatus): string {
  if (status.kind !== 'revoked') return status.kind
  return revokedOrHeldInWords(
    status.reason === 'certificateHold' ? 'hold' : 'revoked',
    status.reason,
    status.at,
  )
}
