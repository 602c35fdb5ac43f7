import { z } from 'zod'
import { copyOf, type Directory } from './directory.ts'

/** Faults of Graph that tests can switch on. A reset switches all of them off. */

export const GRAPH_FAULTS = ['down', 'slow', 'throttled', 'denied', 'empty', 'forgetful'] as const
export type GraphFault = (typeof GRAPH_FAULTS)[number]

/**
 * What a delta query may do by Microsoft's documentation: report changes again, report removed objects in a
 * first reading, send an empty page that leads to the next.
 */
export const DELTA_FAULTS = ['replays', 'removed-first', 'empty-pages'] as const
export type DeltaFault = (typeof DELTA_FAULTS)[number]

/** A replica that has stopped replicating: its answers show the past. */
export type Replica = {
  directory: Directory
  readonly service: Service | 'both'
  /** One of this many reads goes to the replica. */
  readonly every: number
  /** After how many more reads the replica has caught up for good; null: only when told. */
  left: number | null
  /** Number of reads of its service so far. */
  reads: number
}

export type Service = 'entra' | 'intune'

export const replicaSchema = z.strictObject({
  service: z.enum(['entra', 'intune', 'both']).default('both'),
  every: z.number().int().min(1).max(1000).default(1),
  requests: z.number().int().min(1).max(1_000_000).nullable().default(null),
})

/** Faults that are not named are not changed. */
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

/** Makes a replica that stays at the present state of the directory. */
export function openReplica(directory: Directory, wanted: z.infer<typeof replicaSchema>): Replica {
  const { service, every, requests } = wanted
  return { directory: copyOf(directory), service, every, left: requests, reads: 0 }
}

/** Gives the state that answers the next read of this service, and counts the read. */
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
