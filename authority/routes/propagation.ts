import type { App, Operation } from '#authority/http/schema.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import { type PropagationView, propagationSchema } from '#lib/api/schemas.ts'
import type { Config } from '#lib/config.ts'

export type PropagationDeps = TokenDeps & {
  readonly config: Pick<
    Config,
    | 'directorySyncSeconds'
    | 'crlRefreshSeconds'
    | 'ocspGoodSeconds'
    | 'ocspHoldSeconds'
    | 'LATCHKEY_LOST_DAYS'
  >
}

/** The propagation delay: how soon a change of status reaches everyone, for texts that tell people. */
export function propagationRoutes(app: App, deps: PropagationDeps): void {
  const propagation = propagationOf(deps.config)
  const schema = { operation: PROPAGATION, response: { 200: propagationSchema } }
  app.get('/api/pace', { onRequest: requireToken(deps), schema }, async () => propagation)
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
    lostDays: config.LATCHKEY_LOST_DAYS,
  }
}
