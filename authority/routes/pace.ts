import type { Limits } from '#authority/http/limits.ts'
import { requireToken } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { type PaceView, paceSchema } from '#lib/api/schemas.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import type { Config } from '#lib/config.ts'

export type PaceDeps = {
  readonly config: Pick<
    Config,
    'sweepSeconds' | 'crlRefreshSeconds' | 'ocspGoodSeconds' | 'ocspHoldSeconds'
  >
  readonly verifyToken: VerifyToken
  readonly limits: Limits
}

/** How soon a change reaches everyone, so that nobody who tells people of it has to guess. */
export function paceRoutes(app: App, deps: PaceDeps): void {
  const pace = paceOf(deps.config)
  const schema = { operation: PACE, response: { 200: paceSchema } }
  app.get('/api/pace', { onRequest: [requireToken(deps)], schema }, async (_, reply) => {
    reply.header('cache-control', 'no-store')
    return pace
  })
}

const PACE: Operation = {
  summary: 'How soon a change of status reaches everyone, in seconds',
  access: 'token',
  refusals: [],
}

function paceOf(config: PaceDeps['config']): PaceView {
  return {
    directory: config.sweepSeconds,
    good: config.ocspGoodSeconds,
    hold: config.ocspHoldSeconds,
    list: config.crlRefreshSeconds,
  }
}
