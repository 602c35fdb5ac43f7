import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import { type FastifyRequest, fastify } from 'fastify'
import type { Config } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { peerOf } from './peer.ts'
import type { ProxyRules } from './proxy.ts'
import { requesterOf } from './requester.ts'

/**
 * How often one may ask, counted by this process in windows of a minute. Who is known is counted
 * by object id, wherever they are; who is not, by address. So a stranger who asks too much never
 * locks out the people behind the same address. How many certificates one may have is another
 * limit, which the ledger counts for all replicas. Status and CA certificates are not counted:
 * relying parties behind one address ask for many.
 */
export type Limits = {
  /** Counts a request of the requester whom the request's token names. Throws 'rate_limited'. */
  readonly known: (request: FastifyRequest) => Promise<void>
  /** Counts a request that says nothing acceptable of who sends it. Throws 'rate_limited'. */
  readonly stranger: (request: FastifyRequest) => Promise<void>
}

const PER_MINUTE = {
  strict: { known: 300, stranger: 60 },
  generous: { known: 30_000, stranger: 10_000 },
} as const satisfies Record<Config['limits'], { known: number; stranger: number }>

const MINUTE_MS = 60_000
/** Who was seen least lately is forgotten; so memory is bounded, whoever asks. */
const REMEMBERED_MAX = 10_000

/** One set of counters for all listeners of the process. */
export async function openLimits(
  mode: Config['limits'],
  proxy: ProxyRules | null,
): Promise<Limits> {
  // The plug-in counts for the instance that it belongs to; this one has no listener.
  const counters = fastify({ logger: false })
  await counters.register(rateLimit, { global: false, cache: REMEMBERED_MAX })
  const limiter = (max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const count = counters.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator })
    return async (request: FastifyRequest) => {
      const counted = await count(request)
      if (!counted.isAllowed && counted.isExceeded) throw tooMany(counted.ttlInSeconds)
    }
  }
  const { known, stranger } = PER_MINUTE[mode]
  return {
    known: limiter(known, (request) => {
      const { tid, oid } = requesterOf(request)
      return `${tid}/${oid}`
    }),
    stranger: limiter(stranger, (request) => normalizeIP(peerOf(request.raw, proxy).address)),
  }
}

function tooMany(retryAfterSeconds: number): LatchkeyError {
  return new LatchkeyError('rate_limited', 'You ask more often than this service answers.', {
    remedy: 'Wait as long as Retry-After says, then send the request again.',
    retryAfterSeconds: Math.max(1, retryAfterSeconds),
  })
}
