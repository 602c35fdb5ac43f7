import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import type { ActionResult, ErrorCode } from '#lib/errors.ts'
import type { KeyEngine, KeyWish, WrapOrder, Wrapped, Wrapping } from './key-engine.ts'
import type { SignProfile } from './signed-profile.ts'

/** The four steps from the click to the file, in order, and the errors that may stop each. */

export type StepName = 'key' | 'check' | 'sign' | 'wrap'

export type Trouble =
  /** Refused by policy or by the directory. After a correction the same CSR can be sent again. */
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly message: string
      readonly remedy: string | null
    }
  /** A service does not answer, or asks to wait. */
  | { readonly kind: 'later'; readonly code: ErrorCode; readonly retryAfterSeconds: number }
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'offline' }
  /** The server was called and no answer came. */
  | { readonly kind: 'lost' }
  /** The server has a newer release than this page. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'broken' }

export type MakingEvent =
  | { readonly kind: 'started'; readonly step: StepName }
  | { readonly kind: 'finished'; readonly step: StepName; readonly ms: number }
  | { readonly kind: 'stopped'; readonly step: StepName; readonly trouble: Trouble }
  | { readonly kind: 'issued'; readonly issued: IssuedCertificate }
  | {
      readonly kind: 'wrapped'
      readonly wrapped: Wrapped
      readonly wrapping: Wrapping
      /** Whether the configuration profile is signed; null where there is none. */
      readonly signed: boolean | null
    }

export type MakingTools = {
  /** Starts the worker that makes and holds the key, unless it runs. */
  readonly keys: () => KeyEngine
  readonly send: (csr: Uint8Array) => Promise<ActionResult<IssuedCertificate>>
  /** Signs a configuration profile; see signed-profile.ts. */
  readonly signProfile: SignProfile
  /** Monotonic clock in milliseconds. */
  readonly clock: () => number
  readonly isOnline: () => boolean
  readonly whenOnline: () => Promise<void>
  readonly pause: (ms: number) => Promise<void>
  /** Whether a rejected call means that the server has another release than this page. */
  readonly isStale: (error: unknown) => boolean
  readonly report: (event: MakingEvent) => void
}

/** What is made. With the reader's own CSR the key is elsewhere, so no file is encrypted. */
export type MakingOrder =
  | {
      readonly kind: 'key'
      readonly wish: KeyWish
      readonly wrapping: Wrapping
      readonly name: string
    }
  | { readonly kind: 'own'; readonly csr: Uint8Array }

export type Making = {
  /**
   * Continues until the files are ready or an error stops it. A call while it runs has no effect, so that one
   * click makes one request. After an error the same CSR is sent again, which the authority answers with the
   * same certificate.
   */
  readonly go: () => Promise<void>
  /** Makes files of the same key and certificate in another form, without calling the server. */
  readonly wrapAs: (wrapping: Wrapping) => Promise<void>
}

export function createMaking(tools: MakingTools, order: MakingOrder): Making {
  const { report } = tools
  const made: { csr: Uint8Array | null; issued: IssuedCertificate | null } = {
    csr: null,
    issued: null,
  }
  let wrapping = order.kind === 'key' ? order.wrapping : null
  let running = false

  async function proceed(): Promise<void> {
    made.csr ??= await makeKey(tools, order)
    if (!made.csr) return
    made.issued ??= await ask(tools, made.csr)
    if (!made.issued || order.kind === 'own' || !wrapping) return
    const { certificate, chain, issuerName } = made.issued
    const notAfter = new Date(made.issued.notAfter)
    const friendlyName = order.name
    await wrap(tools, wrapping, { friendlyName, certificate, chain, issuerName, notAfter })
  }

  async function go(): Promise<void> {
    if (running) return
    running = true
    try {
      await proceed()
    } catch {
      report({ kind: 'stopped', step: made.csr ? 'sign' : 'key', trouble: { kind: 'broken' } })
    } finally {
      running = false
    }
  }

  return {
    go,
    wrapAs: async (next) => {
      if (running) return
      wrapping = next
      await go()
    },
  }
}

async function makeKey(tools: MakingTools, order: MakingOrder): Promise<Uint8Array | null> {
  const started = tools.clock()
  for (;;) {
    tools.report({ kind: 'started', step: 'key' })
    try {
      const csr = order.kind === 'own' ? order.csr : await tools.keys().makeRequest(order.wish)
      tools.report({ kind: 'finished', step: 'key', ms: tools.clock() - started })
      return csr
    } catch {
      // The worker's code is loaded when it is first needed, which fails while offline.
      const kind = tools.isOnline() ? 'broken' : 'offline'
      tools.report({ kind: 'stopped', step: 'key', trouble: { kind } })
      if (kind === 'broken') return null
      await tools.whenOnline()
    }
  }
}

/** Delays in milliseconds before the same CSR is sent again automatically. */
const RESEND_MS = [1_000, 2_000, 4_000]

async function ask(tools: MakingTools, csr: Uint8Array): Promise<IssuedCertificate | null> {
  const { report } = tools
  report({ kind: 'started', step: 'check' })
  for (let attempt = 0; ; attempt++) {
    const answer = await sendOnce(tools, csr)
    if (answer.ok) {
      const { checkedMs, signedMs } = answer.value
      report({ kind: 'finished', step: 'check', ms: checkedMs })
      report({ kind: 'finished', step: 'sign', ms: signedMs })
      report({ kind: 'issued', issued: answer.value })
      return answer.value
    }
    const { trouble, step } = answer
    const wait = RESEND_MS[attempt]
    if (trouble.kind === 'offline') {
      report({ kind: 'stopped', step, trouble })
      await tools.whenOnline()
      report({ kind: 'started', step: 'check' })
    } else if (canResend(trouble) && wait !== undefined) {
      await tools.pause(wait)
    } else {
      report({ kind: 'stopped', step, trouble })
      return null
    }
  }
}

/**
 * The answer was lost, or the same CSR is still being processed: sending it again gives the same certificate.
 */
function canResend(trouble: Trouble): boolean {
  return trouble.kind === 'lost' || (trouble.kind === 'later' && trouble.code === 'in_progress')
}

type Answer =
  | { readonly ok: true; readonly value: IssuedCertificate }
  | { readonly ok: false; readonly step: 'check' | 'sign'; readonly trouble: Trouble }

async function sendOnce(tools: MakingTools, csr: Uint8Array): Promise<Answer> {
  if (!tools.isOnline()) return { ok: false, step: 'check', trouble: { kind: 'offline' } }
  try {
    const result = await tools.send(csr)
    if (result.ok) return result
    return { ok: false, step: stepOf(result.code), trouble: troubleOf(result) }
  } catch (error) {
    const kind = tools.isStale(error) ? 'stale' : tools.isOnline() ? 'lost' : 'offline'
    return { ok: false, step: 'check', trouble: { kind } }
  }
}

/** Errors after the decision belong to the second step on the server, all others to the first. */
function stepOf(code: ErrorCode): 'check' | 'sign' {
  switch (code) {
    case 'signer_unavailable':
    case 'store_unavailable':
    case 'audit_unavailable':
    case 'internal':
      return 'sign'
    default:
      return 'check'
  }
}

type Failure = Extract<ActionResult<never>, { ok: false }>

const RETRY_AFTER_SECONDS = 10

function troubleOf({ code, message, remedy, retryAfterSeconds }: Failure): Trouble {
  switch (code) {
    case 'session_required':
    case 'invalid_token':
      return { kind: 'signed_out' }
    case 'directory_unavailable':
    case 'signer_unavailable':
    case 'store_unavailable':
    case 'audit_unavailable':
    case 'draining':
    case 'authority_unavailable':
    case 'in_progress':
    case 'rate_limited':
    case 'quota_exceeded':
      return { kind: 'later', code, retryAfterSeconds: retryAfterSeconds ?? RETRY_AFTER_SECONDS }
    case 'internal':
      return { kind: 'broken' }
    default:
      return { kind: 'refused', code, message, remedy }
  }
}

async function wrap(
  tools: MakingTools,
  wrapping: Wrapping,
  order: Omit<WrapOrder, keyof Wrapping>,
): Promise<void> {
  const started = tools.clock()
  tools.report({ kind: 'started', step: 'wrap' })
  try {
    const wrapped = await tools.keys().wrap({ ...order, ...wrapping })
    const { files, signed } = await tools.signProfile(wrapped.files)
    tools.report({ kind: 'finished', step: 'wrap', ms: tools.clock() - started })
    tools.report({ kind: 'wrapped', wrapped: { ...wrapped, files }, wrapping, signed })
  } catch {
    tools.report({ kind: 'stopped', step: 'wrap', trouble: { kind: 'broken' } })
  }
}
