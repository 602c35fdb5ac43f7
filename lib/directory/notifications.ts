import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { DirectoryError, strayAnswer } from './transport/graph-answer.ts'
import { type GraphCalls, openGraphClient } from './transport/graph-client.ts'
import type { GraphClientOptions } from './transport/graph-token.ts'

/**
 * Change notifications: Graph calls us when something changed, so that the directory sync need not wait for
 * its next run. They only trigger a sync, which reads from Graph itself; of a notification only its shared
 * secret is read. Without notifications the sync still runs at its interval. Graph notifies of people, not of
 * devices.
 */
export type Notifications = {
  /**
   * Makes the subscription or prolongs it; to be called well before a day has passed. Throws
   * LatchkeyError('directory_unavailable') when Graph refuses.
   */
  readonly subscribe: () => Promise<void>
  /** Whether a notification's `clientState` is ours. Takes the same time for either answer. */
  readonly accepts: (clientState: string) => boolean
}

export type NotificationOptions = GraphClientOptions & {
  /** The address at which Graph reaches us: https, in the public DNS. */
  readonly notificationsUrl: string
}

const RESOURCE = 'users'

/** Far less than Graph's maximum of 28 days, so that subscriptions of a service that was removed end soon. */
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
  // The subscription ended between the two calls.
  if (prolonged === null) await create(calls, wanted)
}

function isOurs({ resource }: Subscription): boolean {
  return resource.replace(/^\//, '').toLowerCase() === RESOURCE
}

/**
 * Gives the secret that Graph repeats in each notification. Derived from our credentials, so that every
 * replica knows it and nothing has to be stored. Who learns it can trigger syncs and nothing else.
 */
function clientStateOf(options: NotificationOptions): string {
  return createHmac('sha256', options.clientSecret)
    .update(`latchkey change notifications ${options.clientId} ${options.notificationsUrl}`)
    .digest('base64url')
}

/**
 * Gives the address with a mark derived from the secret: Graph never shows a subscription's secret again, and
 * the mark tells subscriptions of an earlier secret apart. Those end by themselves within a day.
 */
function addressOf(notificationsUrl: string, clientState: string): string {
  const url = new URL(notificationsUrl)
  url.searchParams.set('secret', digest(clientState).toString('hex').slice(0, 8))
  return url.href
}

/** A digest, so that texts of any length are compared in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
