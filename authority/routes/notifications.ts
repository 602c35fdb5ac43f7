import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'

export type Notices = {
  /** Whether a notification's secret is ours. */
  readonly accepts: (clientState: string) => boolean
  /** Asks for a sync of the directory before its turn; may be called while one runs. */
  readonly syncSoon: () => void
}

export type NotificationDeps = {
  /** Without it there is no such address. */
  readonly notices?: Notices
  readonly log: Logger
}

export const NOTIFICATIONS_PATH = '/graph/notifications'

/** Graph puts many changes into one call. */
const BODY_MAX_OCTETS = 512 * 1024
const CHANGES_MAX = 1000
const SECRET_MAX = 256
const VALIDATION_TOKEN_MAX = 4096
/** A thousand changes at once are one sync. */
const GATHER_MS = 2000

/**
 * Where Graph says that something changed. Anyone can reach it, so that nothing is believed: the
 * shared secret decides whether there will be an early sync, and the answer is the same either way.
 */
export function notificationRoutes(app: FastifyInstance, deps: NotificationDeps): void {
  const { notices, log } = deps
  if (!notices) return
  const notice = gathered(notices.syncSoon)
  app.addHook('onClose', (_, done) => {
    notice.stop()
    done()
  })

  // For Graph alone, so not in the description of the API.
  const schema = { hide: true }
  const options = { schema, bodyLimit: BODY_MAX_OCTETS, onRequest: takeAnyType }
  app.post(NOTIFICATIONS_PATH, options, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const token = validationTokenIn(request.query)
    // Graph asks whether we want its notifications; as plain text nothing in it comes to life.
    if (token !== null) return reply.type('text/plain; charset=utf-8').send(token)
    const states = clientStatesIn(request.body)
    if (states.some(notices.accepts)) notice.give()
    else log.warn({ id: request.id, count: states.length }, 'a notification of nobody we know')
    return reply.code(202).send()
  })
}

/** The one parser takes the bytes as they are, whatever type they are said to have. */
async function takeAnyType(request: FastifyRequest): Promise<void> {
  request.raw.headers['content-type'] = 'application/octet-stream'
}

const querySchema = z.object({ validationToken: z.string().max(VALIDATION_TOKEN_MAX).optional() })

function validationTokenIn(query: unknown): string | null {
  const parsed = querySchema.safeParse(query)
  if (parsed.success) return parsed.data.validationToken ?? null
  throw new LatchkeyError('malformed_request', 'The validation token cannot be read.')
}

const changeSchema = z.object({ clientState: z.string().max(SECRET_MAX).nullish() })
const bodySchema = z.object({ value: z.array(changeSchema).max(CHANGES_MAX) })

function clientStatesIn(body: unknown): readonly string[] {
  const parsed = bodySchema.safeParse(parseJson(body))
  if (!parsed.success) {
    throw new LatchkeyError('malformed_request', 'The body is not a notification of Graph.', {
      remedy: 'Only Microsoft Graph sends something to this address.',
    })
  }
  return parsed.data.value.map((change) => change.clientState ?? '')
}

function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.from(body instanceof Uint8Array ? body : []).toString('utf8'))
  } catch {
    return null
  }
}

/** However often it is given, the notice is passed on once for each stretch of time. */
function gathered(pass: () => void) {
  let timer: NodeJS.Timeout | null = null
  return {
    give: () => {
      timer ??= setTimeout(() => {
        timer = null
        pass()
      }, GATHER_MS)
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
