import type { AuditEvent } from '#lib/audit.ts'
import type { Connection } from '#lib/ledger/connection.ts'
import type {
  CircuitBreaker,
  CircuitBreakerChange,
  DirectoryState,
  DirectoryStateChange,
  StreamName,
  StreamState,
} from '#lib/ledger/directory-ledger.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { Operation } from '#lib/ledger/writing.ts'

/** The row that says how far the directory was read, and the circuit breaker. */

export function stateReader(
  compiler: Database,
): (connection: Connection) => Promise<DirectoryState> {
  const select = prepared(() =>
    compiler
      .selectFrom('directory_state')
      .select(['version', 'streams', 'risk_read_at', 'circuit_breaker', 'policy_hash'])
      .where('id', '=', 1),
  )
  return async (connection) => {
    const [row] = await select(connection, {})
    if (!row) throw new Error('The state of the directory is missing.')
    return {
      version: row.version,
      streams: streamsOf(row.streams),
      riskReadAt: row.risk_read_at === null ? null : new Date(row.risk_read_at),
      circuitBreaker: row.circuit_breaker === null ? null : breakerOf(row.circuit_breaker),
      policyHash: row.policy_hash,
    }
  }
}

/** The caller has compared the version in the same transaction. */
export async function writeState(db: Database, { from, to }: DirectoryStateChange): Promise<void> {
  await db
    .updateTable('directory_state')
    .set({
      version: from + 1,
      streams: JSON.stringify(to.streams),
      risk_read_at: to.riskReadAt?.getTime() ?? null,
      policy_hash: to.policyHash,
    })
    .where('id', '=', 1)
    .execute()
}

export function setCircuitBreaker(
  { from, to }: CircuitBreakerChange,
  event: AuditEvent,
): Operation<boolean> {
  if (event.kind !== 'circuit_breaker.engaged' && event.kind !== 'circuit_breaker.released') {
    throw new Error(`${event.kind} is not an event of the circuit breaker`)
  }
  return async ({ db, append, statusChanged }) => {
    const before = textOf(from)
    const rows = await db
      .updateTable('directory_state')
      .set({ circuit_breaker: textOf(to) })
      .where('id', '=', 1)
      .where('circuit_breaker', before === null ? 'is' : '=', before)
      .returning('id')
      .execute()
    if (rows.length === 0) return false
    append(event)
    statusChanged()
    return true
  }
}

/** The same text for the same circuit breaker, so that stored texts can be compared. */
function textOf(breaker: CircuitBreaker | null): string | null {
  if (breaker === null) return null
  const { engagedAt, changes, bound, releasedAt } = breaker
  return JSON.stringify({ engagedAt, changes, bound, releasedAt })
}

/** The type after JSON: a Date becomes text. */
type Stored<T> = { readonly [K in keyof T]: Text<T[K]> }
type Text<V> = V extends Date ? string : V

const NEVER_READ: StreamState = {
  cursor: null,
  readAt: null,
  fullAt: null,
}

/** The JSON was written by writeState; a change feed that is not in it was never read. */
function streamsOf(json: string): DirectoryState['streams'] {
  const stored = JSON.parse(json) as Partial<Record<StreamName, Stored<StreamState>>>
  const streamOf = (stream: Stored<StreamState> | undefined): StreamState => {
    if (!stream) return NEVER_READ
    const { cursor } = stream
    return {
      cursor,
      readAt: dateOf(stream.readAt),
      fullAt: dateOf(stream.fullAt),
    }
  }
  return {
    users: streamOf(stored.users),
    entraDevices: streamOf(stored.entraDevices),
    intuneDevices: streamOf(stored.intuneDevices),
  }
}

/** The JSON was written by setCircuitBreaker. */
function breakerOf(json: string): CircuitBreaker {
  const { engagedAt, changes, bound, releasedAt } = JSON.parse(json) as Stored<CircuitBreaker>
  return { engagedAt: new Date(engagedAt), changes, bound, releasedAt: dateOf(releasedAt) }
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
