import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { HttpError, isLoopbackHost, readBody } from '#sandbox/http.ts'
import { denied, GraphError, notFound } from '#sandbox/odata/graph-error.ts'
import { badRequest } from '#sandbox/odata/graph-query.ts'
import type { Change } from '#sandbox/tenant/directory.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'

/**
 * Graph's change notifications: subscribers are called when people change. Graph has none for devices. The
 * sandbox calls addresses on this machine only.
 */
export type Subscriptions = {
  /** Answers `/subscriptions[/{id}]`. Throws GraphError. */
  readonly answer: (
    request: IncomingMessage,
    roles: readonly string[],
    id: string | null,
  ) => Promise<{ readonly status: number; readonly body: unknown }>
}

const CALL_MS = 5_000
const LIFETIME_MAX_MS = 41_760 * 60_000

const dateSchema = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const newSchema = z.object({
  changeType: z.string().regex(/^(?:created|updated|deleted)(?:,(?:created|updated|deleted))*$/),
  resource: z.string().transform((text) => text.replace(/^\//, '')),
  notificationUrl: z.url(),
  expirationDateTime: dateSchema,
  clientState: z.string().max(128).nullish(),
})
const patchSchema = z.object({ expirationDateTime: dateSchema })

type Subscription = z.infer<typeof newSchema> & { readonly id: string }

export function openSubscriptions(tenant: Tenant, tenantId: string): Subscriptions {
  const held = new Map<string, Subscription>()

  tenant.onChange = (id, change) => {
    const changeType = change.removed === null ? 'updated' : 'deleted'
    for (const subscription of held.values()) {
      const { expirationDateTime } = subscription
      const wanted = change.kind === 'user' && subscription.changeType.includes(changeType)
      if (!wanted || expirationDateTime.getTime() < Date.now()) continue
      // Graph retries for hours; here a receiver that does not answer misses a notification, which is no loss
      // for it.
      post(subscription.notificationUrl, notification(subscription, id, change)).catch(() => null)
    }
  }

  function notification(subscription: Subscription, id: string, change: Change) {
    const { resource, expirationDateTime } = subscription
    const path = `${resource}/${id}`
    return {
      value: [
        {
          subscriptionId: subscription.id,
          subscriptionExpirationDateTime: expirationDateTime.toISOString(),
          changeType: change.removed === null ? 'updated' : 'deleted',
          resource: path,
          clientState: subscription.clientState ?? null,
          tenantId,
          resourceData: { '@odata.type': '#Microsoft.Graph.User', '@odata.id': path, id },
        },
      ],
    }
  }

  return {
    answer: async (request, roles, id) => {
      const call = `${request.method}${id === null ? '' : ' {id}'}`
      if (call === 'GET') return { status: 200, body: { value: [...held.values()].map(view) } }
      if (call === 'POST') {
        const made = { ...(await readJson(request, newSchema)), id: randomUUID() }
        checkResource(made.resource)
        if (!roles.includes('User.Read.All')) throw denied()
        checkExpiry(made.expirationDateTime)
        await handshake(made.notificationUrl)
        held.set(made.id, made)
        return { status: 201, body: view(made) }
      }
      const found = held.get(id ?? '')
      if (!found) throw notFound(id ?? '')
      if (call === 'PATCH {id}') {
        const changed = { ...found, ...(await readJson(request, patchSchema)) }
        checkExpiry(changed.expirationDateTime)
        held.set(found.id, changed)
        return { status: 200, body: view(changed) }
      }
      if (call === 'GET {id}') return { status: 200, body: view(found) }
      if (call !== 'DELETE {id}') throw badRequest('Specified HTTP method is not allowed.')
      held.delete(found.id)
      return { status: 204, body: null }
    },
  }
}

/** Without the secret, which Graph never shows again. */
function view(subscription: Subscription) {
  const { id, resource, changeType, notificationUrl, expirationDateTime } = subscription
  return {
    id,
    resource,
    changeType,
    clientState: null,
    notificationUrl,
    expirationDateTime: expirationDateTime.toISOString(),
  }
}

/**
 * Of the sandbox's objects, Graph's list of resources with change notifications has people only. The text of
 * the refusal is not documented; its status 400 is.
 */
function checkResource(resource: string): void {
  if (resource === 'users') return
  throw new GraphError(
    400,
    'InvalidRequest',
    `The resource '${resource}' does not support change notifications.`,
  )
}

function checkExpiry(expiry: Date): void {
  const leftMs = expiry.getTime() - Date.now()
  if (leftMs <= 0 || leftMs > LIFETIME_MAX_MS) {
    throw badRequest('Subscription expiration can only be 41760 minutes in the future.')
  }
}

/**
 * Before it subscribes an address, Graph sends it a validation token, which it has to send back as plain
 * text.
 */
async function handshake(notificationUrl: string): Promise<void> {
  const url = new URL(notificationUrl)
  if (!isLoopbackHost(url.host) || !/^https?:$/.test(url.protocol)) {
    throw badRequest('The sandbox calls this machine only.')
  }
  const token = `Validation: Testing client application reachability ${randomUUID()} <&+>`
  url.searchParams.set('validationToken', token)
  const answer = await post(url.href, null).catch(() => null)
  const isPlain = answer?.headers.get('content-type')?.startsWith('text/plain') === true
  if (answer?.status !== 200 || !isPlain || (await answer.text()) !== token) {
    throw new GraphError(
      400,
      'ValidationError',
      'Subscription validation request failed. Notification endpoint must respond with 200 OK.',
    )
  }
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(CALL_MS),
    headers: { 'content-type': body === null ? 'text/plain; charset=utf-8' : 'application/json' },
    body: body === null ? '' : JSON.stringify(body),
  })
}

async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readBody(request)))
  } catch (error) {
    if (error instanceof HttpError) throw error
    throw badRequest('Invalid request body.')
  }
}
