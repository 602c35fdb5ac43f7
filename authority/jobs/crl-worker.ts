import { Worker } from 'node:worker_threads'
import type { CrlDraft, CrlSummary, SignedCrl } from '#lib/issuance/crl/crl-builder.ts'
import type { CrlWorker } from '#lib/issuance/crl/publish-crl.ts'
import type { Answer, Call, ThreadData } from './crl-thread.ts'

export type CrlWorkerThread = CrlWorker & {
  readonly gzip: (der: Uint8Array) => Promise<Uint8Array>
  readonly pem: (der: Uint8Array) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

type Waiting = {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** A crlBuilder in a worker thread. A thread that died is started again by the next call. */
export function openCrlWorker(data: ThreadData): CrlWorkerThread {
  const waiting = new Map<number, Waiting>()
  let next = 0
  let thread: Worker | null = null

  const start = (): Worker => {
    const started = new Worker(new URL('./crl-thread.ts', import.meta.url), { workerData: data })
    started.unref()
    started.on('message', (answer: Answer) => {
      const caller = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (answer.ok) caller?.resolve(answer.value)
      else caller?.reject(answer.error)
    })
    const end = (error: unknown) => {
      if (thread === started) thread = null
      for (const caller of waiting.values()) caller.reject(error)
      waiting.clear()
    }
    started.on('error', end)
    started.on('exit', (code) => end(new Error(`The CRL thread ended with ${code}.`)))
    thread = started
    return started
  }
  const tell = (call: Call) => (thread ?? start()).postMessage({ id: null, call })
  const ask = (call: Call, transfer: ArrayBuffer[] = []) =>
    new Promise<unknown>((resolve, reject) => {
      const id = next++
      waiting.set(id, { resolve, reject })
      ;(thread ?? start()).postMessage({ id, call }, transfer)
    })

  // The type of each answer is that of the call in crl-thread.ts.
  return {
    begin: (previous) => tell({ name: 'begin', previous }),
    add: (page) => tell({ name: 'add', page }),
    summary: () => ask({ name: 'summary' }) as Promise<CrlSummary>,
    draft: (plan) => ask({ name: 'draft', plan }) as Promise<CrlDraft>,
    finish: (tbs, signature) =>
      ask({ name: 'finish', tbs, signature }, [tbs.buffer]) as Promise<SignedCrl>,
    entriesHash: (der) => ask({ name: 'entriesHash', der }) as Promise<string>,
    gzip: (der) => ask({ name: 'gzip', der }) as Promise<Uint8Array>,
    pem: (der) => ask({ name: 'pem', der }) as Promise<Uint8Array>,
    close: async () => {
      await thread?.terminate()
    },
  }
}
