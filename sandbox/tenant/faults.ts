import { z } from 'zod'
import { copyOf, type Directory } from './directory.ts'

/** What can be wrong with Graph. Nothing is, after a reset. */

export const GRAPH_FAULTS = ['down', 'slow', 'throttled', 'denied', 'empty', 'forgetful'] as const
export type GraphFault = (typeof GRAPH_FAULTS)[number]

/**
 * What Microsoft's documentation says a delta query may do: tell changes again, tell of removed
 * objects in a first reading, send a page that is empty and leads to the next.
 */
export const DELTA_FAULTS = ['replays', 'removed-first', 'empty-pages'] as const
export type DeltaFault = (typeof DELTA_FAULTS)[number]

/** A replica that has stopped replicating: who is answered by it sees the past. */
export type Replica = {
  directory: Directory
  readonly service: Service | 'both'
  /** Every how many reads one goes to it. */
  readonly every: number
  /** How many more reads it answers before it has caught up for good; null: until it is told. */
  left: number | null
  /** Reads of its service so far. */
  reads: number
}

export type Service = 'entra' | 'intune'

export const replicaSchema = z.strictObject({
  service: z.enum(['entra', 'intune', 'both']).default('both'),
  every: z.number().int().min(1).max(1000).default(1),
  requests: z.number().int().min(1).max(1_000_000).nullable().default(null),
})

/** What is not named stays as it is. */
export const faultsSchema = z
  .strictObject({
    graph: z.enum(GRAPH_FAULTS).nullable(),
    delta: z.enum(DELTA_FAULTS).nullable(),
    replica: replicaSchema.nullable(),
  })
  .partial()

export type Faults = {
  graph: GraphFault | null
  delta: DeltaFault | null
  replica: Replica | null
}

export function noFaults(): Faults {
  return { graph: null, delta: null, replica: null }
}

/** From now on the replica stands still at what the directory is at this moment. */
export function openReplica(directory: Directory, wanted: z.infer<typeof replicaSchema>): Replica {
  const { service, every, requests } = wanted
  return { directory: copyOf(directory), service, every, left: requests, reads: 0 }
}

/** Which state answers the next read of this service. Counts it. */
export function directoryFor(faults: Faults, live: Directory, service: Service): Directory {
  const { replica } = faults
  if (replica === null || (replica.service !== 'both' && replica.service !== service)) return live
  replica.reads += 1
  if (replica.reads % replica.every !== 0) return live
  if (replica.left !== null) {
    replica.left -= 1
    if (replica.left === 0) faults.replica = null
  }
  return replica.directory
}

export function faultsView({ graph, delta, replica }: Faults) {
  const { service, every, left } = replica ?? {}
  return { graph, delta, replica: replica && { service, every, requests: left } }
}
