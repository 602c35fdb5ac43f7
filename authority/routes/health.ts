import { PROBE } from '#authority/http/guard.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import type { RootService } from '#authority/jobs/root-status.ts'
import { type Probe, probeSchema, type WorkerState } from '#lib/api/schemas.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { clockAheadMs, isOff } from '#lib/issuance/clock.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'

export type HealthDeps = {
  readonly checks: HealthChecks
  readonly status: { readonly root: Pick<RootService, 'read' | 'warnings'> }
  /** Whether this process is about to stop, though it still takes requests. */
  readonly isLeaving: () => boolean
  /** Null where this process is the only one. */
  readonly workers: WorkersSeen | null
}

/** Gives the processes of this authority. */
export type WorkersSeen = () => readonly WorkerState[]

/** The parts that this process depends on. */
export type HealthChecks = {
  /** Rejects when the ledger does not answer. */
  readonly ledger: () => Promise<unknown>
  /** Whether what signs here can sign now; `unknown` while a vault does not answer. */
  readonly signer: () => State
  /** How far this clock is ahead of the database's. */
  readonly clockAheadMs: () => Promise<number>
  /** Rejects when the directory does not answer; null where none is asked. */
  readonly directory: (() => Promise<unknown>) | null
}

/** Those of a process that has the CA key. */
export function checksOf({ ledger, directory, signer, issuer, now }: Authority): HealthChecks {
  // Compares the public keys only: a trial signature would need an audit record.
  const keyFits = equalBytes(signer.spki, issuer.spki)
  return {
    ledger: () => ledger.auditTrail(0, 1),
    signer: () => {
      if (!keyFits || now() >= issuer.notAfter) return 'down'
      return signer.isUp() ? 'up' : 'unknown'
    },
    clockAheadMs: () => clockAheadMs({ ledger, now }),
    directory: () => directory.user(NOBODY),
  }
}

type State = Probe['checks']['ledger']

export function healthRoutes(app: App, deps: HealthDeps): void {
  const probe = makeProbe(deps)
  const schema = { operation: PROBING, response: { 200: probeSchema, 503: probeSchema } }
  app.get(PROBE, { schema }, async (_, reply): Promise<Probe> => {
    const answer = await probe()
    const { status } = answer
    reply.code(status === 'failing' || status === 'draining' ? 503 : 200)
    reply.header('cache-control', 'no-store')
    return answer
  })
}

/**
 * Gives what says whether this replica should get requests. A failing directory or vault does not make it
 * unready, since statuses come from the ledger, a responder has a key of its own, and every replica has the
 * same directory and vault; it reads "degraded". Nothing here is secret, and each part is checked rarely,
 * however often the route is called.
 */
export function makeProbe(deps: HealthDeps): () => Promise<Probe> {
  const { ledger, signer, directory } = deps.checks
  const ledgerState = remembered(1000, ledger)
  const clockState = remembered(1000, async () => {
    // That the ledger does not answer is told by its own check.
    const aheadMs = await deps.checks.clockAheadMs().catch(() => 0)
    if (isOff(aheadMs)) throw new Error('The clocks differ.')
  })
  const directoryState = directory && remembered(30_000, directory)

  return async () => {
    const checks = {
      ledger: await ledgerState.wait(),
      signer: signer(),
      clock: await clockState.wait(),
      directory: directoryState?.last() ?? ('unknown' as const),
      ...rootCheck(deps.status.root),
    }
    const failing = [checks.ledger, checks.signer, checks.clock].includes('down')
    const draining = deps.isLeaving()
    const workers = deps.workers?.() ?? null
    const isOneMissing = workers?.some(({ state }) => state !== 'up') ?? false
    const isSlow = checks.directory === 'down' || checks.signer === 'unknown'
    const degraded = isSlow || checks.rootCrl === 'down' || isOneMissing
    return {
      status: draining ? 'draining' : failing ? 'failing' : degraded ? 'degraded' : 'ready',
      checks,
      ...(workers && { workers: [...workers] }),
    }
  }
}

/** An expired root CRL is the same for every replica, so it makes none unready. */
function rootCheck(root: HealthDeps['status']['root']): Pick<Probe['checks'], 'rootCrl'> {
  if (root.read() === null) return {}
  const states = root.warnings().map(({ state }) => state)
  return { rootCrl: states.includes('down') ? 'down' : (states[0] ?? 'up') }
}

const PROBING: Operation = {
  summary: 'Whether this replica should get requests',
  access: 'public',
  refusals: [],
}

/** An object id that does not exist; the directory's answer "no such person" shows that it works. */
const NOBODY = 'f0000000-0000-4000-8000-00000000000f'

/** Asks at most once per `everyMs`. `last` gives the last answer at once, `wait` a fresh one. */
function remembered(everyMs: number, ask: () => Promise<unknown>) {
  let state: State = 'unknown'
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | null = null

  const refresh = () => {
    if (asking === null && performance.now() - askedAt > everyMs) {
      askedAt = performance.now()
      asking = ask()
        .then(
          () => {
            state = 'up'
          },
          () => {
            state = 'down'
          },
        )
        .finally(() => {
          asking = null
        })
    }
    return asking
  }

  return {
    last: (): State => {
      void refresh()
      return state
    },
    wait: async (): Promise<State> => {
      await refresh()
      return state
    },
  }
}
