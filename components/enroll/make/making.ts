import type { Outcome, Proof } from '#components/step-up/messages.ts'
import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import type { ActionResult } from '#lib/errors.ts'
import type { KeyEngine, KeyWish, WrapOrder, Wrapped, Wrapping } from './key-engine.ts'
import { confirmTrouble, stepOf, type Trouble, troubleOf } from './making-trouble.ts'
import type { SignProfile } from './signed-profile.ts'

/**
 * The steps from the click to the file, in order, and the errors that may stop each. `confirm` is there only
 * where the sign-in is too old.
 */

export type StepName = 'key' | 'confirm' | 'check' | 'sign' | 'wrap'

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
  /** Whether the sign-in is too old by now; the authority has the last word. */
  readonly mustConfirm: () => boolean
  /** Gives what the window brings that a click has opened. */
  readonly confirm: (csr: Uint8Array) => Promise<Outcome>
  readonly send: (csr: Uint8Array, proof: Proof | null) => Promise<ActionResult<IssuedCertificate>>
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
  /** From here on nothing is sent or wrapped, whatever it waits for. What the server is doing is not undone. */
  readonly cancel: () => void
}

export function createMaking(tools: MakingTools, order: MakingOrder): Making {
  const { report } = tools
  const made: Made = {
    csr: null,
    mustConfirm: false,
    proof: null,
    issued: null,
    isCancelled: false,
  }
  let wrapping = order.kind === 'key' ? order.wrapping : null
  let running = false

  async function proceed(): Promise<void> {
    // Where the CSR is there it is sent before this function returns, and so before the page is drawn anew.
    const making = makeKey(tools, made, order)
    if (!made.csr) await making
    if (!made.csr || made.isCancelled) return
    // When the file cannot be prepared, wrapping it says so.
    if (wrapping && !made.issued)
      void tools
        .keys()
        .prepareFile(wrapping.form)
        .catch(() => undefined)
    const mustConfirm = !made.issued && isUnconfirmed(tools, made)
    if (mustConfirm && !(await confirm(tools, made, made.csr))) return
    made.issued ??= await ask(tools, made, made.csr)
    if (!made.issued || made.isCancelled || order.kind === 'own' || !wrapping) return
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
    cancel: () => {
      made.isCancelled = true
    },
  }
}

type Made = {
  csr: Uint8Array | null
  /** The authority asked for a confirmation. */
  mustConfirm: boolean
  /** Of the last sign-in, kept while the authority takes it. */
  proof: Proof | null
  issued: IssuedCertificate | null
  isCancelled: boolean
}

function isUnconfirmed(tools: MakingTools, made: Made): boolean {
  return made.proof === null && (made.mustConfirm || tools.mustConfirm())
}

/** Gets the confirmation. Gives false when there is none. */
async function confirm(tools: MakingTools, made: Made, csr: Uint8Array): Promise<boolean> {
  made.mustConfirm = true
  const started = tools.clock()
  tools.report({ kind: 'started', step: 'confirm' })
  const outcome = await tools.confirm(csr)
  if (outcome.kind === 'none') {
    const { reason, name } = outcome
    const trouble = { kind: 'confirm', reason, name } as const
    tools.report({ kind: 'stopped', step: 'confirm', trouble })
    return false
  }
  made.proof = outcome.kind === 'proof' ? outcome.proof : null
  tools.report({ kind: 'finished', step: 'confirm', ms: tools.clock() - started })
  return true
}

/** Makes the CSR, before it returns where that is there already. Leaves none when it cannot be made. */
async function makeKey(tools: MakingTools, made: Made, order: MakingOrder): Promise<void> {
  const started = tools.clock()
  while (!made.csr && !made.isCancelled) {
    tools.report({ kind: 'started', step: 'key' })
    try {
      const given = order.kind === 'own' ? order.csr : tools.keys().makeRequest(order.wish)
      made.csr = given instanceof Uint8Array ? given : await given
      tools.report({ kind: 'finished', step: 'key', ms: tools.clock() - started })
    } catch {
      // The worker's code is loaded when it is first needed, which fails while offline.
      const kind = tools.isOnline() ? 'broken' : 'offline'
      tools.report({ kind: 'stopped', step: 'key', trouble: { kind } })
      if (kind === 'broken') return
      await tools.whenOnline()
    }
  }
}

/** Delays in milliseconds before the same CSR is sent again automatically. */
const RESEND_MS = [1_000, 2_000, 4_000]

async function ask(
  tools: MakingTools,
  made: Made,
  csr: Uint8Array,
): Promise<IssuedCertificate | null> {
  const { report } = tools
  report({ kind: 'started', step: 'check' })
  for (let attempt = 0; !made.isCancelled; attempt++) {
    const answer = await sendOnce(tools, csr, made.proof)
    if (answer.ok) {
      const { checkedMs, signedMs } = answer.value
      report({ kind: 'finished', step: 'check', ms: checkedMs })
      report({ kind: 'finished', step: 'sign', ms: signedMs })
      report({ kind: 'issued', issued: answer.value })
      return answer.value
    }
    const { trouble, step } = answer
    const wait = RESEND_MS[attempt]
    if (answer.asksToConfirm) Object.assign(made, { mustConfirm: true, proof: null })
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
  return null
}

/**
 * The answer was lost, or the same CSR is still being processed: sending it again gives the same certificate.
 */
function canResend(trouble: Trouble): boolean {
  return trouble.kind === 'lost' || (trouble.kind === 'later' && trouble.code === 'in_progress')
}

type Answer =
  | { readonly ok: true; readonly value: IssuedCertificate }
  | {
      readonly ok: false
      readonly step: 'confirm' | 'check' | 'sign'
      readonly trouble: Trouble
      readonly asksToConfirm: boolean
    }

async function sendOnce(tools: MakingTools, csr: Uint8Array, proof: Proof | null): Promise<Answer> {
  const none = { ok: false, step: 'check', asksToConfirm: false } as const
  if (!tools.isOnline()) return { ...none, trouble: { kind: 'offline' } }
  try {
    const result = await tools.send(csr, proof)
    if (result.ok) return result
    const asksToConfirm = result.code === 'step_up_required'
    const trouble = asksToConfirm ? confirmTrouble(result, proof) : troubleOf(result)
    return { ok: false, step: stepOf(result.code), trouble, asksToConfirm }
  } catch (error) {
    const kind = tools.isStale(error) ? 'stale' : tools.isOnline() ? 'lost' : 'offline'
    return { ...none, trouble: { kind } }
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
