import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuditEvent } from '#lib/audit.ts'
import type { ErrorCode } from '#lib/errors.ts'
import type { ProfileId, RequestSource } from '#lib/model.ts'

/**
 * What the authority tells of its work to metrics and traces. Without a listener it costs a comparison. A
 * listener must return at once and never throw: it is called where certificates are issued.
 */

export type Told =
  /** Committed to the ledger by this process. */
  | { readonly kind: 'audited'; readonly event: AuditEvent }
  | { readonly kind: 'issued'; readonly profile: ProfileId; readonly source: RequestSource }
  /** A request was answered by a problem document. */
  | { readonly kind: 'problem'; readonly code: ErrorCode }
  /** How many changes wait for the next transaction of the ledger. */
  | { readonly kind: 'queued'; readonly count: number }

const listeners = new Set<(told: Told) => void>()

export function tell(told: Told): void {
  for (const hear of listeners) hear(told)
}

/** Adds a listener; gives the function that takes it away. */
export function listenToTold(hear: (told: Told) => void): () => void {
  listeners.add(hear)
  return () => void listeners.delete(hear)
}

/** Whether anybody listens, for what costs something to make. */
export function isTold(): boolean {
  return listeners.size > 0
}

/** What waits for something outside of this process, or takes long. */
export const STEPS = [
  'graph_call',
  'ledger_commit',
  'ledger_write',
  'ca_signature',
  'directory_sync',
  'crl_publication',
] as const

export type StepName = (typeof STEPS)[number]

/**
 * Runs what goes on after the request that began it, such as a queue: outside of its trace, which would never
 * end otherwise.
 */
export const inBackground: (work: () => void) => void = AsyncLocalStorage.snapshot()

/** Called at the beginning of a step; gives what is called at its end. */
export type StepListener = (name: StepName) => (hasFailed: boolean) => void

const stepListeners = new Set<StepListener>()

/** Runs a step and tells how it went; `isFailure` finds what failed though nothing was thrown. */
export function step<T>(
  name: StepName,
  work: () => Promise<T>,
  isFailure: (result: T) => boolean = () => false,
): Promise<T> {
  return stepListeners.size === 0 ? work() : toldStep(name, work, isFailure)
}

async function toldStep<T>(
  name: StepName,
  work: () => Promise<T>,
  isFailure: (result: T) => boolean,
): Promise<T> {
  const ends = [...stepListeners].map((begin) => begin(name))
  let hasFailed = true
  try {
    const result = await work()
    hasFailed = isFailure(result)
    return result
  } finally {
    for (const end of ends) end(hasFailed)
  }
}

/** Adds a listener; gives the function that takes it away. */
export function listenToSteps(begin: StepListener): () => void {
  stepListeners.add(begin)
  return () => void stepListeners.delete(begin)
}
