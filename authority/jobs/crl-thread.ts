import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import {
  type CrlBuilder,
  type CrlPlan,
  crlBuilder,
  type EntryPage,
  entriesHash,
} from '#lib/issuance/crl/crl-builder.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'

/**
 * The worker thread that encodes, compares and hashes CRLs, so that the event loop stays free. Each message
 * is a call, and its answer has the same number. Started by crl-workshop.ts.
 */

export type ThreadData = { readonly issuer: Issuer; readonly algorithm: SignatureAlgorithm }

export type Call =
  | { readonly name: 'begin'; readonly previous: Uint8Array | null }
  | { readonly name: 'add'; readonly page: EntryPage }
  | { readonly name: 'summary' }
  | { readonly name: 'draft'; readonly plan: CrlPlan }
  | { readonly name: 'finish'; readonly tbs: Uint8Array; readonly signature: Uint8Array }
  | { readonly name: 'entriesHash'; readonly der: Uint8Array }
  | { readonly name: 'gzip'; readonly der: Uint8Array }
  | { readonly name: 'pem'; readonly der: Uint8Array }

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: unknown }

// workerData is set by crl-workshop.ts, which starts this thread.
const { issuer, algorithm } = workerData as ThreadData
let builder: CrlBuilder = crlBuilder(issuer, algorithm, null)
/** Error of a call without an answer; it is thrown with the next answer. */
let deferred: unknown = null

parentPort?.on('message', ({ id, call }: { id: number | null; call: Call }) => {
  try {
    if (id !== null && deferred !== null) throw deferred
    const [value, transfer] = run(call)
    if (id !== null) parentPort?.postMessage({ id, ok: true, value } satisfies Answer, transfer)
  } catch (error) {
    deferred = id === null ? error : null
    if (id !== null) parentPort?.postMessage({ id, ok: false, error } satisfies Answer)
  }
})

/** Gives the value, and the buffers in it that are transferred instead of copied. */
function run(call: Call): [unknown, ArrayBuffer[]] {
  switch (call.name) {
    case 'begin':
      builder = crlBuilder(issuer, algorithm, call.previous)
      deferred = null
      return [null, []]
    case 'add':
      builder.add(call.page)
      return [null, []]
    case 'summary':
      return [builder.summary(), []]
    case 'draft': {
      const draft = builder.draft(call.plan)
      return [draft, [draft.tbs.buffer]]
    }
    case 'finish': {
      const signed = builder.finish(call.tbs, call.signature)
      return [signed, [signed.der.buffer]]
    }
    case 'entriesHash':
      return [entriesHash(call.der), []]
    case 'gzip':
      // At the fastest level: serial numbers are random and compress badly at any level.
      return handedOver(gzipSync(call.der, { level: 1 }))
    case 'pem':
      return handedOver(new TextEncoder().encode(toPem('X509 CRL', call.der)))
  }
}

function handedOver(bytes: Uint8Array): [Uint8Array, ArrayBuffer[]] {
  const own = new Uint8Array(bytes)
  return [own, [own.buffer]]
}
