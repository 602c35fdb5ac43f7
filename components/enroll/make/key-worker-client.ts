import { LatchkeyError } from '#lib/errors.ts'
import type { KeyEngine, Wrapped } from './key-engine.ts'
import type { KeyAnswer, KeyCall } from './key-worker.ts'

/** The worker and what it holds. After it was stopped, everything is deleted. */
export type KeyWorker = KeyEngine & {
  readonly stop: () => void
  /** Whether the worker's code could not be loaded or failed, so that no call will be answered. */
  readonly hasFailed: () => boolean
}

/**
 * Starts the worker that makes and holds the private key. Its code is loaded only now. A call rejects with
 * LatchkeyError('internal') and the worker's message.
 */
export function startKeyWorker(): KeyWorker {
  const worker = new Worker(new URL('./key-worker.ts', import.meta.url))
  const waiting = new Map<number, (answer: KeyAnswer) => void>()
  let last = 0
  let failed = false
  /** The CSR that the worker holds, when it is known, with its wish. */
  let inHand: { readonly wish: string; readonly csr?: Uint8Array } | null = null

  worker.addEventListener('message', (event: MessageEvent<KeyAnswer>) => {
    waiting.get(event.data.number)?.(event.data)
    waiting.delete(event.data.number)
  })
  worker.addEventListener('error', () => {
    failed = true
    const message = 'The part that makes the key could not be loaded.'
    for (const [number, settle] of waiting) settle({ number, ok: false, message })
    waiting.clear()
  })

  function call<Value>(name: KeyCall['name'], ...parameters: unknown[]): Promise<Value> {
    const number = ++last
    return new Promise((resolve, reject) => {
      waiting.set(number, (answer) => {
        if (answer.ok) resolve(answer.value as Value)
        else reject(new LatchkeyError('internal', answer.message))
      })
      worker.postMessage({ number, name, arguments: parameters })
    })
  }

  return {
    prepareRequest: async (wish) => {
      const wanted = { wish: JSON.stringify(wish) }
      inHand = wanted
      const csr = await call<Uint8Array | null>('prepareRequest', wish)
      // What was asked for since may have another key, with which this one is gone.
      if (csr && inHand === wanted) inHand = { ...wanted, csr }
      return csr
    },
    makeRequest: (wish) => {
      const asked = call<Uint8Array>('makeRequest', wish)
      if (inHand?.csr && inHand.wish === JSON.stringify(wish)) {
        // The worker keeps the key from here on. When it fails, wrapping says so.
        asked.catch(() => undefined)
        return inHand.csr
      }
      inHand = null
      return asked
    },
    prepareFile: (form) => call<void>('prepareFile', form),
    wrap: (order) => call<Wrapped>('wrap', order),
    forget: () => {
      inHand = null
      return call<void>('forget')
    },
    stop: () => worker.terminate(),
    hasFailed: () => failed,
  }
}
