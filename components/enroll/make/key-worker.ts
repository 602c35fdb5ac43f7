import { LatchkeyError } from '#lib/errors.ts'
import { createKeyEngine, type KeyEngine } from './key-engine.ts'

/** The worker of key-worker-client.ts: each call has one answer with the same number. */

export type KeyCall = {
  readonly [Name in keyof KeyEngine]: {
    readonly number: number
    readonly name: Name
    readonly arguments: Parameters<KeyEngine[Name]>
  }
}[keyof KeyEngine]

export type KeyAnswer = { readonly number: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }
)

const engine = createKeyEngine()

self.addEventListener('message', (event: MessageEvent<KeyCall>) => {
  const call = event.data
  run(call).then(
    (value) => answer({ number: call.number, ok: true, value }),
    (error: unknown) => answer({ number: call.number, ok: false, message: messageOf(error) }),
  )
})

async function run(call: KeyCall): Promise<unknown> {
  switch (call.name) {
    case 'prepareRequest':
      return engine.prepareRequest(...call.arguments)
    case 'makeRequest':
      return engine.makeRequest(...call.arguments)
    case 'prepareFile':
      return engine.prepareFile(...call.arguments)
    case 'wrap':
      return engine.wrap(...call.arguments)
    case 'forget':
      return engine.forget()
  }
}

function answer(message: KeyAnswer): void {
  self.postMessage(message)
}

function messageOf(error: unknown): string {
  return error instanceof LatchkeyError ? error.message : String(error)
}
