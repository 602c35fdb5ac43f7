import type { IssuedCertificate } from '#lib/actions/enroll.ts'
import type { Wrapped, Wrapping } from './key-engine.ts'
import type { MakingEvent, StepName } from './making.ts'
import type { Trouble } from './making-trouble.ts'

export type Step = {
  readonly state: 'wait' | 'now' | 'done' | 'fail'
  /** Duration in milliseconds; null until the step is done. */
  readonly ms: number | null
}

export type MakingState = {
  readonly steps: Readonly<Record<StepName, Step>>
  readonly stopped: { readonly step: StepName; readonly trouble: Trouble } | null
  readonly issued: IssuedCertificate | null
  /** The files, with how they are wrapped. */
  readonly wrapped:
    | (Wrapped & { readonly wrapping: Wrapping; readonly signed: boolean | null })
    | null
}

const WAITING: Step = { state: 'wait', ms: null }

export const NOTHING_MADE: MakingState = {
  steps: { key: WAITING, confirm: WAITING, check: WAITING, sign: WAITING, wrap: WAITING },
  stopped: null,
  issued: null,
  wrapped: null,
}

/** Gives the state after one more event; 'reset' starts from the beginning. */
export function nextMaking(state: MakingState, event: MakingEvent | 'reset'): MakingState {
  if (event === 'reset') return NOTHING_MADE
  switch (event.kind) {
    case 'started': {
      // A retry starts both steps on the server again.
      const reached = event.step === 'check' ? withStep(state, 'sign', WAITING) : state
      return { ...withStep(reached, event.step, { state: 'now', ms: null }), stopped: null }
    }
    case 'finished':
      return withStep(state, event.step, { state: 'done', ms: event.ms })
    case 'stopped': {
      const { step, trouble } = event
      // The authority asked for a confirmation, and did not check yet.
      const before = step === 'confirm' ? withStep(state, 'check', WAITING) : state
      // When signing fails, the decision before it was positive; its duration is not known.
      const passed = { state: 'done', ms: null } as const
      const reached = step === 'sign' ? withStep(state, 'check', passed) : before
      return { ...withStep(reached, step, { state: 'fail', ms: null }), stopped: { step, trouble } }
    }
    case 'issued':
      return { ...state, issued: event.issued }
    case 'wrapped':
      return {
        ...state,
        wrapped: { ...event.wrapped, wrapping: event.wrapping, signed: event.signed },
      }
  }
}

function withStep(state: MakingState, name: StepName, step: Step): MakingState {
  return { ...state, steps: { ...state.steps, [name]: step } }
}
