import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import { type FastifyRequest, fastify } from 'fastify'
import type { Config } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { peerOf } from './peer.ts'
import type { ProxyRules } from './proxy.ts'
import { requesterOf } from './requester.ts'

/**
 * Rate limits, counted by this process in windows of a minute. Authenticated requesters are counted by object
 * id, all others by address, so that strangers never lock out the people behind the same address. How many
 * certificates somebody may have is another limit, which the ledger counts for all replicas. Status and CA
 * certificates are not limited: relying parties behind one address ask for many.
 */
export type Limits = {
  /** Counts a request of an authenticated requester. Throws LatchkeyError('rate_limited'). */
  readonly known: (request: FastifyRequest) => Promise<void>
  /** Counts a request without acceptable authentication. Throws LatchkeyError('rate_limited'). */
  readonly stranger: (request: FastifyRequest) => Promise<void>
  /**
   * Counts a request by the secret in its path, whoever sent it: those of everybody come from the portal's
   * address. Throws LatchkeyError('rate_limited').
   */
  readonly bySecret: (request: FastifyRequest<{ Params: BySecret }>) => Promise<void>
}

type BySecret = { readonly secret: string }

const PER_MINUTE = {
  strict: { known: 300, stranger: 60, secret: 30 },
  generous: { known: 30_000, stranger: 10_000, secret: 10_000 },
} as const satisfies Record<Config['limits'], Record<'known' | 'stranger' | 'secret', number>>

const MINUTE_MS = 60_000
/** The least recently seen are dropped, so memory is bounded. */
const REMEMBERED_MAX = 10_000

/** One set of counters for all listeners of the process. */
export async function openLimits(
  mode: Config['limits'],
  proxy: ProxyRules | null,
): Promise<Limits> {
  // The plug-in counts for the instance that it is registered with; this one has no listener.
  const counters = fastify({ logger: false })
  await counters.register(rateLimit, { global: false, cache: REMEMBERED_MAX })
  const limiter = (max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const count = counters.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator })
    return async (request: FastifyRequest) => {
      const counted = await count(request)
      if (!counted.isAllowed && counted.isExceeded) throw tooMany(counted.ttlInSeconds)
    }
  }
  const { known, stranger, secret } = PER_MINUTE[mode]
  return {
    known: limiter(known, (request) => {
      const { tid, oid } = requesterOf(request)
      return `${tid}/${oid}`
    }),
    stranger: limiter(stranger, (request) => normalizeIP(peerOf(request.raw, proxy).address)),
    bySecret: limiter(secret, ({ params }) => (params as BySecret).secret),
  }
}

function tooMany(retryAfterSeconds: number): LatchkeyError {
  return new LatchkeyError('rate_limited', 'You ask more often than this service answers.', {
    remedy: 'Wait as long as Retry-After says, then send the request again.',
    retryAfterSeconds: Math.max(1, retryAfterSeconds),
  })
}
