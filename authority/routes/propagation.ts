import type { Limits } from '#authority/http/limits.ts'
import { requireToken } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { type PropagationView, propagationSchema } from '#lib/api/schemas.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import type { Config } from '#lib/config.ts'

export type PropagationDeps = {
  readonly config: Pick<
    Config,
    'directorySyncSeconds' | 'crlRefreshSeconds' | 'ocspGoodSeconds' | 'ocspHoldSeconds'
  >
  readonly verifyToken: VerifyToken
  readonly limits: Limits
}

/** The propagation delay: how soon a change of status reaches everyone, for texts that tell people. */
export function propagationRoutes(app: App, deps: PropagationDeps): void {
  const propagation = propagationOf(deps.config)
  const schema = { operation: PROPAGATION, response: { 200: propagationSchema } }
  app.get('/api/pace', { onRequest: [requireToken(deps)], schema }, async (_, reply) => {
    reply.header('cache-control', 'no-store')
    return propagation
  })
}

const PROPAGATION: Operation = {
  summary: 'How soon a change of status reaches everyone, in seconds',
  access: 'token',
  refusals: [],
}

function propagationOf(config: PropagationDeps['config']): PropagationView {
  return {
    directory: config.directorySyncSeconds,
    good: config.ocspGoodSeconds,
    hold: config.ocspHoldSeconds,
    list: config.crlRefreshSeconds,
  }
}
