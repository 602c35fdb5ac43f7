import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'
import { takeAnyType } from '#authority/http/csr-body.ts'
import { LatchkeyError } from '#lib/errors.ts'

export type Notices = {
  /** Whether a notification's secret is ours. */
  readonly accepts: (clientState: string) => boolean
  /** Starts a directory sync early; may be called while one runs. */
  readonly syncSoon: () => void
}

export type NotificationDeps = {
  /** Without it the address does not exist. */
  readonly notices?: Notices
  readonly log: Logger
}

export const NOTIFICATIONS_PATH = '/graph/notifications'

/** Graph puts many changes into one call. */
export const NOTIFICATION_OCTETS_MAX = 512 * 1024
const CHANGES_MAX = 1000
const SECRET_MAX = 256
const VALIDATION_TOKEN_MAX = 4096
/** Notifications within this time start one sync. */
const GATHER_MS = 2000

/**
 * The address at which Graph notifies of changes. Anyone can call it, so nothing in a notification is used:
 * its secret decides whether a sync starts early, and the answer is the same either way.
 */
export function notificationRoutes(app: FastifyInstance, deps: NotificationDeps): void {
  const { notices, log } = deps
  if (!notices) return
  const notice = gathered(notices.syncSoon)
  app.addHook('onClose', (_, done) => {
    notice.stop()
    done()
  })

  // For Graph only, so it is not in the API description.
  const schema = { hide: true }
  const options = { schema, bodyLimit: NOTIFICATION_OCTETS_MAX, onRequest: takeAnyType }
  app.post(NOTIFICATIONS_PATH, options, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const token = validationTokenIn(request.query)
    // Graph sends a validation token that is sent back; as plain text nothing in it can be executed.
    if (token !== null) return reply.type('text/plain; charset=utf-8').send(token)
    const states = clientStatesIn(request.body)
    if (states.some(notices.accepts)) notice.give()
    else log.warn({ id: request.id, count: states.length }, 'a notification of nobody we know')
    return reply.code(202).send()
  })
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

/** Calls `pass` once for all notifications within GATHER_MS. */
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
