import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createKeyEngine, type KeyEngine, type KeyWish } from './key-engine.ts'
import type { KeyCall } from './key-worker.ts'
import { startKeyWorker } from './key-worker-client.ts'

const EC: KeyWish = { type: 'ec-p256', names: { commonName: 'x', upn: null, uri: null } }
const RSA: KeyWish = { ...EC, type: 'rsa-2048' }

let engine: KeyEngine = createKeyEngine()

/** The worker of a browser, which Node does not have: copies go to the engine and back, in turns of their own. */
class EngineWorker extends EventTarget {
  readonly #engine = createKeyEngine()
  constructor() {
    super()
    engine = this.#engine
  }
  postMessage(sent: KeyCall): void {
    const { number, name, arguments: parameters } = structuredClone(sent)
    const run = this.#engine[name] as (...given: unknown[]) => unknown
    setImmediate(async () => {
      const value = await run(...parameters)
      const data = structuredClone({ number, ok: true, value })
      setImmediate(() => this.dispatchEvent(new MessageEvent('message', { data })))
    })
  }
}

beforeAll(() => void vi.stubGlobal('Worker', EngineWorker))
afterAll(() => void vi.unstubAllGlobals())

test('a request that was prepared is given at once, and is the one that the worker holds', async () => {
  const worker = startKeyWorker()
  const early = await worker.prepareRequest(EC)
  expect(worker.makeRequest(EC)).toBe(early)
  expect(await engine.makeRequest(EC)).toEqual(early)
})

test('one whose key was given up for another wish is not given, though its answer comes late', async () => {
  const worker = startKeyWorker()
  const first = worker.prepareRequest(EC)
  const others = [worker.prepareRequest(RSA), worker.prepareRequest(EC)]
  await first
  const given = await worker.makeRequest(EC)
  await Promise.all(others)
  expect(given).toEqual(await engine.makeRequest(EC))
})

test('one whose key was given up for a request that was not prepared is not given', async () => {
  const worker = startKeyWorker()
  const early = await worker.prepareRequest(EC)
  await worker.makeRequest(EC)
  await worker.makeRequest(RSA)
  const given = await worker.makeRequest(EC)
  expect(given).not.toEqual(early)
  expect(given).toEqual(await engine.makeRequest(EC))
})

test('one that was forgotten is not given', async () => {
  const worker = startKeyWorker()
  const early = await worker.prepareRequest(EC)
  await worker.forget()
  const given = await worker.makeRequest(EC)
  expect(given).not.toEqual(early)
  expect(given).toEqual(await engine.makeRequest(EC))
})
