import type { StatusService } from '#authority/jobs/status-service.ts'
import { caRoutes } from '#authority/routes/ca.ts'
import { crlRoutes } from '#authority/routes/crl.ts'
import { checksOf, type HealthChecks, healthRoutes } from '#authority/routes/health.ts'
import {
  NOTIFICATION_OCTETS_MAX,
  NOTIFICATIONS_PATH,
  notificationRoutes,
} from '#authority/routes/notifications.ts'
import { withOcsp } from '#authority/routes/ocsp.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { clockAheadMs } from '#lib/issuance/clock.ts'
import { type Handover, handingOver } from './handover.ts'
import { answerTooLarge, answerUnavailable } from './problems.ts'
import {
  type AuthorityServer,
  BODY_MAX_OCTETS,
  buildListener,
  type ListenerDeps,
  type ServerDeps,
} from './server.ts'

/** The listeners of processes that do not do everything. All of them are plain http. */

export type StatusServerDeps = ListenerDeps & {
  readonly authority: StatusAuthority
  readonly status: StatusService
}

/**
 * Makes a plain http listener for relying parties: OCSP, CRLs and the CA's certificates. With `writer`, all
 * else is handed over to the process that writes.
 */
export function buildStatusServer(
  deps: StatusServerDeps,
  writer: Handover | null,
): Promise<AuthorityServer> {
  // While draining, the own routes refuse.
  const isOwn = (url: string) => OWN_PATHS.test(url) || deps.isDraining()
  return buildListener(
    deps,
    {},
    {
      listener: (routed) => {
        const rest = { isOwn, bodyMax, fail: answerUnavailable, tooLarge: answerTooLarge }
        return withOcsp(deps, writer ? handingOver(writer, routed, rest) : routed)
      },
      routes: (app) => {
        caRoutes(app, deps)
        crlRoutes(app, deps)
        healthRoutes(app, { ...deps, checks: statusChecks(deps) })
      },
    },
  )
}

/** The checks of a process that answers relying parties alone. */
export function statusChecks({
  authority,
  status,
}: Pick<StatusServerDeps, 'authority' | 'status'>): HealthChecks {
  return {
    ledger: authority.ledger.statusVersion,
    clockAheadMs: () => clockAheadMs(authority),
    signer: () => {
      const responder = status.ocsp.state.responder()
      return responder !== null && authority.now() < responder.notAfter ? 'up' : 'down'
    },
    directory: null,
  }
}

function bodyMax(url: string): number {
  return url.startsWith(NOTIFICATIONS_PATH) ? NOTIFICATION_OCTETS_MAX : BODY_MAX_OCTETS
}

const OWN_PATHS = /^\/(?:crl\/|ca(?:[/?]|$)|certsrv\/|probe(?:\?|$))/

/** Makes the listener of a process that only works in the background. */
export function buildJobsServer(
  deps: ListenerDeps & Pick<ServerDeps, 'authority' | 'status' | 'notices'>,
): Promise<AuthorityServer> {
  return buildListener(
    deps,
    {},
    {
      listener: (routed) => routed,
      routes: (app) => {
        healthRoutes(app, { ...deps, checks: checksOf(deps.authority) })
        notificationRoutes(app, deps)
      },
    },
  )
}
