import type { App, Operation } from '#authority/http/schema.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import { type PropagationView, propagationSchema } from '#lib/api/schemas.ts'
import type { Config } from '#lib/config.ts'

export type PropagationDeps = TokenDeps & {
  readonly config: Pick<
    Config,
    'sweepSeconds' | 'crlRefreshSeconds' | 'ocspGoodSeconds' | 'ocspHoldSeconds'
  >
}

/** How soon a change reaches everyone, so that nobody who tells people of it has to guess. */
export function propagationRoutes(app: App, deps: PropagationDeps): void {
  const propagation = propagationOf(deps.config)
  const schema = { operation: PACE, response: { 200: propagationSchema } }
  app.get('/api/pace', { onRequest: requireToken(deps), schema }, async () => propagation)
}

const PACE: Operation = {
  summary: 'How soon a change of status reaches everyone, in seconds',
  access: 'token',
  refusals: [],
}

function propagationOf(config: PropagationDeps['config']): PropagationView {
  return {
    directory: config.sweepSeconds,
    good: config.ocspGoodSeconds,
    hold: config.ocspHoldSeconds,
    list: config.crlRefreshSeconds,
  }
}
