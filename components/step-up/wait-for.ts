import { decodeRequest } from '#lib/pki/csr/request-body.ts'
import type { Attempt, Subject } from './attempt.ts'
import { CHANNEL, type ConfirmReason, type Message, type Outcome } from './messages.ts'

/** How long Entra is waited for; a sign-in with a second factor takes a while. */
const PATIENCE_MS = 5 * 60_000

/**
 * Waits until the window of this attempt brings a sign-in whose nonce is the hash of `subject`. That the
 * window was closed cannot be seen, since Entra's pages are cut off from ours; so the page offers to open it
 * again, and the time has an end.
 */
export async function waitFor(attempt: Attempt, subject: Subject): Promise<Outcome> {
  const octets = octetsOf(subject)
  if (octets === null) return { kind: 'unneeded' }
  const nonce = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', octets)))
  const channel = new BroadcastChannel(CHANNEL)
  const tell = (message: Message) => channel.postMessage(message)
  let timer = 0
  try {
    return await new Promise<Outcome>((resolve) => {
      const fail = (reason: ConfirmReason) => resolve({ kind: 'none', reason, name: null })
      const start = () => {
        window.clearTimeout(timer)
        if (attempt.id === null) return fail('blocked')
        timer = window.setTimeout(() => fail('late'), PATIENCE_MS)
      }
      channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.from !== 'window') return
        const { id } = data
        if (id !== attempt.id) {
          // A window that was opened before counts no more; another page's is none of this one's business.
          if (attempt.isOwn(id)) tell({ id, from: 'page', kind: 'close' })
          return
        }
        if (data.kind === 'ready') return tell({ id, from: 'page', kind: 'ask', nonce })
        tell({ id, from: 'page', kind: 'close' })
        resolve(data.outcome)
      }
      attempt.reopened = start
      attempt.cancel = () => fail('cancelled')
      if (attempt.isCancelled) return fail('cancelled')
      start()
    })
  } finally {
    attempt.reopened = null
    window.clearTimeout(timer)
    if (attempt.id !== null) tell({ id: attempt.id, from: 'page', kind: 'close' })
    channel.close()
  }
}

/** Gives the DER of a CSR; null for what is no CSR. */
function octetsOf(subject: Subject): Uint8Array<ArrayBuffer> | null {
  if ('text' in subject) return new TextEncoder().encode(subject.text)
  try {
    return new Uint8Array(decodeRequest(subject.csr))
  } catch {
    return null
  }
}

function base64url(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
