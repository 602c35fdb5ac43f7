import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import type { ActionResult, ErrorCode } from '#lib/errors.ts'
import type { KeyEngine, KeyWish, WrapOrder, Wrapped } from './key-engine.ts'

/** The four steps from the click to the file, in their order, and what may stop each of them. */

export type StepName = 'key' | 'check' | 'sign' | 'wrap'

export type Trouble =
  /** Policy or the directory says no. It may be mended, then asked again with the same request. */
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly message: string
      readonly remedy: string | null
    }
  /** Somebody behind us does not answer, or asks us to wait. */
  | { readonly kind: 'later'; readonly code: ErrorCode; readonly retryAfterSeconds: number }
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'offline' }
  /** The server was asked and no answer came. */
  | { readonly kind: 'lost' }
  /** The server is newer than this page. */
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
      readonly form: WrapOrder['form']
    }

export type MakingTools = {
  /** Starts what makes and holds the key, unless it is there. */
  readonly keys: () => KeyEngine
  readonly send: (csr: Uint8Array) => Promise<ActionResult<IssuedCertificate>>
  /** Milliseconds that only grow. */
  readonly clock: () => number
  readonly isOnline: () => boolean
  readonly whenOnline: () => Promise<void>
  readonly pause: (ms: number) => Promise<void>
  /** Says whether a rejected call means that the server does not know this page any more. */
  readonly isStale: (error: unknown) => boolean
  readonly report: (event: MakingEvent) => void
}

/** What is made. A request that the reader brings has its key elsewhere, so nothing is wrapped. */
export type MakingOrder =
  | {
      readonly kind: 'key'
      readonly wish: KeyWish
      readonly form: WrapOrder['form']
      readonly name: string
    }
  | { readonly kind: 'own'; readonly csr: Uint8Array }

export type Making = {
  /**
   * Goes on from where it stands until the file is there or something stops it. While it runs,
   * another call does nothing, so that one click is one request. After a stop the same request is
   * sent again: the authority answers it with the same certificate.
   */
  readonly go: () => Promise<void>
  /** Wraps the same key and certificate in another form. Nothing is asked of the server. */
  readonly wrapAs: (form: WrapOrder['form']) => Promise<void>
}

export function createMaking(tools: MakingTools, order: MakingOrder): Making {
  const { report } = tools
  const made: { csr: Uint8Array | null; issued: IssuedCertificate | null } = {
    csr: null,
    issued: null,
  }
  let form = order.kind === 'key' ? order.form : null
  let running = false

  async function proceed(): Promise<void> {
    made.csr ??= await makeKey(tools, order)
    if (!made.csr) return
    made.issued ??= await ask(tools, made.csr)
    if (!made.issued || order.kind === 'own' || !form) return
    const { certificate, chain } = made.issued
    await wrap(tools, { form, friendlyName: order.name, certificate, chain })
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
      form = next
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
      // What makes the key is loaded when it is first needed, which offline it cannot be.
      const kind = tools.isOnline() ? 'broken' : 'offline'
      tools.report({ kind: 'stopped', step: 'key', trouble: { kind } })
      if (kind === 'broken') return null
      await tools.whenOnline()
    }
  }
}

/** How long to wait before the same request is sent again without being told to. */
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

/** The answer got lost, or the same request is still under way: asking again gives the same certificate. */
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

/** What fails after the decision fails in the second step on the server; all else in the first. */
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

async function wrap(tools: MakingTools, order: WrapOrder): Promise<void> {
  const started = tools.clock()
  tools.report({ kind: 'started', step: 'wrap' })
  try {
    const wrapped = await tools.keys().wrap(order)
    tools.report({ kind: 'finished', step: 'wrap', ms: tools.clock() - started })
    tools.report({ kind: 'wrapped', wrapped, form: order.form })
  } catch {
    tools.report({ kind: 'stopped', step: 'wrap', trouble: { kind: 'broken' } })
  }
}
