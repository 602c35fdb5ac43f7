import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { DirectoryError, strayAnswer } from './transport/graph-answer.ts'
import { type GraphCalls, openGraphClient } from './transport/graph-client.ts'
import type { GraphClientOptions } from './transport/graph-token.ts'

/**
 * Change notifications: Graph calls us when something changed, so that the directory sync need not
 * wait for its turn. They are a hint and nothing more. What one says is never read beyond its shared
 * secret; the sync asks Graph itself, and without any notification it still comes in time. Graph
 * notifies of people and of no devices.
 */
export type Notifications = {
  /**
   * Makes the subscription or prolongs it; to be called well before a day has passed. Throws
   * `directory_unavailable` when Graph refuses it.
   */
  readonly subscribe: () => Promise<void>
  /** Whether a notification's `clientState` is ours. Takes the same time either way. */
  readonly accepts: (clientState: string) => boolean
}

export type NotificationOptions = GraphClientOptions & {
  /** Where Graph reaches us: https, and known to the public. */
  readonly notificationsUrl: string
}

const RESOURCE = 'users'

/** Of the most that Graph allows (28 days) a little: subscriptions of a service that is gone end soon. */
const LIFETIME_MS = 24 * 60 * 60 * 1000
const SUBSCRIPTIONS = 'v1.0/subscriptions'

const subscriptionSchema = z.object({
  id: z.string().regex(/^[\w-]{1,128}$/),
  resource: z.string(),
  notificationUrl: z.string().nullish(),
})

type Subscription = z.infer<typeof subscriptionSchema>

export function openNotifications(options: NotificationOptions): Notifications {
  const client = openGraphClient(options)
  const now = options.now ?? (() => new Date())
  const clientState = clientStateOf(options)
  const url = addressOf(options.notificationsUrl, clientState)
  return {
    subscribe: () =>
      client.ask(async (calls) => {
        const found = await calls.collection(SUBSCRIPTIONS, subscriptionSchema)
        const until = new Date(now().getTime() + LIFETIME_MS).toISOString()
        const own = found.find((some) => isOurs(some) && some.notificationUrl === url)
        const wanted = { url, clientState, until }
        await (own ? prolong(calls, own, wanted) : create(calls, wanted))
      }),
    accepts: (given) => timingSafeEqual(digest(given), digest(clientState)),
  }
}

type Wanted = {
  readonly url: string
  readonly clientState: string
  readonly until: string
}

async function create(calls: GraphCalls, wanted: Wanted): Promise<void> {
  const made = await calls.send(
    'POST',
    SUBSCRIPTIONS,
    {
      changeType: 'updated,deleted',
      resource: RESOURCE,
      notificationUrl: wanted.url,
      expirationDateTime: wanted.until,
      clientState: wanted.clientState,
    },
    subscriptionSchema,
  )
  if (made === null) throw new DirectoryError('subscriptions are not there')
  if (!isOurs(made)) throw strayAnswer()
}

async function prolong(calls: GraphCalls, own: Subscription, wanted: Wanted): Promise<void> {
  const path = `${SUBSCRIPTIONS}/${own.id}`
  const body = { expirationDateTime: wanted.until }
  const prolonged = await calls.send('PATCH', path, body, subscriptionSchema)
  // It ended between the two calls.
  if (prolonged === null) await create(calls, wanted)
}

function isOurs({ resource }: Subscription): boolean {
  return resource.replace(/^\//, '').toLowerCase() === RESOURCE
}

/**
 * The secret that Graph repeats in each notification. Derived, so that every replica knows it and
 * nothing has to be kept; who learns it can make us ask Graph and can do nothing else.
 */
function clientStateOf(options: NotificationOptions): string {
  return createHmac('sha256', options.clientSecret)
    .update(`latchkey change notifications ${options.clientId} ${options.notificationsUrl}`)
    .digest('base64url')
}

/**
 * The address with a mark of the secret: Graph never shows a subscription's secret again, and this
 * tells the subscriptions of an earlier secret from ours. They end by themselves within a day.
 */
function addressOf(notificationsUrl: string, clientState: string): string {
  const url = new URL(notificationsUrl)
  url.searchParams.set('secret', digest(clientState).toString('hex').slice(0, 8))
  return url.href
}

/** Of equal length whatever was given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
