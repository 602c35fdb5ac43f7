import type { Handover } from '#authority/http/handover.ts'
import type { Metric } from '#authority/observe/metric.ts'
import type { Health } from '#authority/observe/observer.ts'
import type { WorkerState } from '#lib/api/schemas.ts'
import type { Role } from '#lib/config.ts'
import type { DirectoryKey } from '#lib/model.ts'

/** What the supervising process and its workers say to each other, all of them processes of this program. */

export type Assignment = {
  readonly number: number
  readonly role: Role
  /** One of the workers has the jobs that are done once: the first. */
  readonly isFirst: boolean
  /** How often it says that it lives, in milliseconds. */
  readonly beatMs: number
  /** By what its leases are held. */
  readonly holder: string
  readonly acceptLostLedger: boolean
  /** By which TLS sessions are resumed in any worker; base64. */
  readonly ticketKeys: string
  /** Where the workers that cannot write hand over; null when all of them write. */
  readonly handover: Handover | null
}

export type ToWorker =
  | { readonly kind: 'assignment'; readonly assignment: Assignment }
  | { readonly kind: 'workers'; readonly workers: readonly WorkerState[] }
  /** /probe fails, and requests are still taken. */
  | { readonly kind: 'leave' }
  /** /probe fails and no new request is taken. */
  | { readonly kind: 'drain' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'observe'; readonly id: number; readonly what: 'metrics' | 'health' }
  | ForFirst

/** Passed on to the first worker. */
export type ForFirst =
  | { readonly kind: 'sync-soon' }
  | { readonly kind: 'backfill'; readonly keys: readonly DirectoryKey[] }

export type FromWorker =
  | { readonly kind: 'hello' }
  | { readonly kind: 'ready' }
  /** The event loop turns. */
  | { readonly kind: 'beat' }
  | {
      readonly kind: 'observed'
      readonly id: number
      readonly what: 'metrics' | 'health'
      /** Empty when health was asked for. */
      readonly metrics: readonly Metric[]
      readonly health: Health
    }
  | ForFirst

/** The exit status of a worker whose successor would fail in the same way: none is started. */
export const HOPELESS = 78
