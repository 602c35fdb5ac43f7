import { z } from 'zod'
import type { Limits } from '#authority/http/limits.ts'
import { requesterOf } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import { calendarSchema, calendarSecretSchema, reminderSchema } from '#lib/api/schemas.ts'
import { calendarFile } from '#lib/calendar/calendar-file.ts'
import type { Config } from '#lib/config.ts'
import { LANGUAGES, type Language } from '#lib/i18n/languages.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import {
  calendarOfRequester,
  closeCalendar,
  eventsOf,
  openCalendar,
} from '#lib/issuance/reminders/calendar.ts'
import { reminderOf, setStopped } from '#lib/issuance/reminders/stop.ts'
import { reminderDays } from '#lib/mail-settings.ts'
import { WITH_BODY } from './refusals.ts'

export type ReminderDeps = TokenDeps & {
  readonly authority: Authority
  readonly limits: Limits
  readonly config: Pick<
    Config,
    'portalUrl' | 'LATCHKEY_LANGUAGE' | 'LATCHKEY_REMINDER_DAYS' | 'LATCHKEY_VALIDITY_DAYS'
  >
}

/**
 * What the secrets in mails and in calendars' addresses give, without a sign-in, and the requester's own
 * calendar. The portal's addresses lead here, since the portal is what the world reaches.
 */
export function reminderRoutes(app: App, deps: ReminderDeps): void {
  mailRoutes(app, deps)
  calendarRoutes(app, deps)
}

function mailRoutes(app: App, { authority, limits }: ReminderDeps): void {
  const one = {
    operation: secret('What a mail with a reminder is about, by the secret in its link'),
    params: secretParams,
    response: { 200: reminderSchema },
  }
  app.get('/api/reminders/:secret', { schema: one }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    await limits.bySecret(request)
    return reminderOf(authority, request.params.secret)
  })

  const stop = {
    operation: secret('Stop the reminders of a mail, or take them up again', WITH_BODY),
    params: secretParams,
    body: z.strictObject({ stopped: z.boolean() }),
    response: { 200: reminderSchema },
  }
  app.post('/api/reminders/:secret', { schema: stop }, async (request, reply) => {
    const { secret } = request.params
    reply.header('cache-control', 'no-store')
    // Each change is a record of the audit chain.
    await limits.bySecret(request)
    await setStopped(authority, secret, request.body.stopped)
    return reminderOf(authority, secret)
  })
}

function calendarRoutes(app: App, deps: ReminderDeps): void {
  const { authority, config, limits } = deps
  const onRequest = requireToken(deps)
  const settings = { portalUrl: config.portalUrl, daysBefore: reminderDays(config) }

  const feed = { operation: FEED, params: secretParams }
  app.get('/api/calendar/:secret', { schema: feed }, async (request, reply) => {
    await limits.bySecret(request)
    const { language, events } = await eventsOf(authority, request.params.secret)
    const known = languages.find((one) => one === language) ?? config.LATCHKEY_LANGUAGE
    return reply
      .header('content-type', CALENDAR_TYPE)
      .header('cache-control', 'private, max-age=3600')
      .send(Buffer.from(calendarFile(known, events, settings)))
  })

  const url = '/api/me/calendar'
  const state = {
    operation: own('Whether your calendar has an address'),
    response: { 200: calendarSchema },
  }
  app.get(url, { onRequest, schema: state }, (request) =>
    calendarOfRequester(authority, requesterOf(request)),
  )

  const open = {
    operation: own('Give your calendar a new address; the one before stops working', WITH_BODY),
    body: z.strictObject({ language: z.enum(languages) }),
    response: { 200: calendarSecretSchema },
  }
  app.post(url, { onRequest, schema: open }, async (request) => ({
    secret: await openCalendar(authority, requesterOf(request), request.body.language),
  }))

  const close = { operation: own('Take the address away'), response: { 200: calendarSchema } }
  app.delete(url, { onRequest, schema: close }, async (request) => {
    const requester = requesterOf(request)
    await closeCalendar(authority, requester)
    return calendarOfRequester(authority, requester)
  })
}

const languages = Object.keys(LANGUAGES) as Language[]

const CALENDAR_TYPE = 'text/calendar'

/** As newSecret() makes them. */
const secretParams = z.object({ secret: z.string().regex(/^[A-Za-z0-9_-]{32}$/) })

const SECRET_REFUSALS = ['not_found', 'rate_limited', 'store_unavailable'] as const

function secret(summary: string, more: Operation['refusals'] = []): Operation {
  return { summary, access: 'public', refusals: [...SECRET_REFUSALS, ...more] }
}

function own(summary: string, more: Operation['refusals'] = []): Operation {
  const refusals = ['app_only_not_allowed', 'store_unavailable', 'audit_unavailable'] as const
  return { summary, access: 'token', refusals: [...refusals, ...more] }
}

const FEED: Operation = {
  ...secret('A person’s calendar of what ends, by the secret in its address'),
  answer: { type: CALENDAR_TYPE, encoding: 'text', description: 'iCalendar (RFC 5545)' },
}
