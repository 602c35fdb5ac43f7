import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startReminders } from '#authority/jobs/reminders.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { remindingFrom } from '#lib/compose-reminders.ts'
import { SANDBOX } from '#lib/config.ts'
import { createLog } from '#lib/log.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/** Mails with their links, and calendars with theirs, from end to end: the sandbox's Graph, and its mailbox. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const mailsSchema = z.array(
  z.object({
    to: z.array(z.object({ name: z.string(), address: z.string() })),
    subject: z.string(),
    text: z.string(),
    headers: z.object({ 'List-Unsubscribe': z.string() }),
  }),
)

let latchkey: Harness
let token: string
let secret: string

beforeAll(async () => {
  // Of a certificate of a year everyone is reminded at once.
  latchkey = await startHarness({ env: { LATCHKEY_REMINDER_DAYS: '365,3' } })
  token = await latchkey.token('alice')
  const body = makeCsr({ key: 'ec-p256', commonName: LAPTOP }).der
  const headers = [['content-type', 'application/pkcs10']] as const
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, headers, body })
  expect(answer.status).toBe(200)
})

afterAll(() => latchkey.close())

const JSON_TYPE = [['content-type', 'application/json']] as const
const send = (method: string, path: string, body: object | null = null, who = '') =>
  latchkey.send({
    ...{ method, path },
    ...(who !== '' && { token: who }),
    ...(body && { headers: JSON_TYPE, body: JSON.stringify(body) }),
  })

test('who got a certificate is reminded of it by a mail, once', async () => {
  const { config, authority } = latchkey
  const reminding = remindingFrom(config, {
    ...{ graphUrl: config.graphUrl, tokenUrl: config.tokenUrl, clientId: config.graphClientId },
    clientSecret: SANDBOX.graphClientSecret,
  })
  if (!reminding) throw new Error('The sandbox has no mail.')
  const log = createLog('authority', { level: 'silent', readable: false })
  const mails = async () => mailsSchema.parse(await latchkey.control('GET', '/mails'))
  const job = startReminders(authority, reminding, log, { everyMs: 20, betweenMs: 0 })
  const limit = { timeout: 45_000 }
  await expect.poll(async () => (await mails()).length, limit).toBe(1)
  await job.stop()
  const again = startReminders(authority, reminding, log, { everyMs: 20, betweenMs: 0 })
  await again.stop()
  const [mail, ...others] = await mails()
  expect(others).toEqual([])
  expect(mail).toMatchObject({
    to: [{ name: 'Alice Adler', address: 'alice@contoso.example' }],
    subject: expect.stringMatching(/^The certificate of ALICE-LT-042 ends in 36[45] days$/),
  })
  const link = mail?.headers['List-Unsubscribe'] ?? ''
  secret = /\/reminders\/([\w-]{32})\/stop>$/.exec(link)?.[1] ?? ''
  expect(mail?.text).toContain(`${config.portalUrl}/reminders/${secret}\n`)
})

test('its secret shows what it is about and ends it, without a sign-in, as often as is asked', async () => {
  const path = `/api/reminders/${secret}`
  const before = await send('GET', path)
  expect(before.headers['cache-control']).toBe('no-store')
  expect(before.json).toEqual({
    items: [{ profile: 'device', name: 'ALICE-LT-042', notAfter: expect.any(String) }],
    stopped: false,
  })
  for (const stopped of [true, true, false]) {
    expect((await send('POST', path, { stopped })).json).toMatchObject({ stopped })
  }
  expect((await send('POST', path, { stopped: 1 })).status).toBe(400)
})

test.each([
  ['GET', '/api/reminders/'],
  ['POST', '/api/reminders/'],
  ['GET', '/api/calendar/'],
])('%s %s with another secret is of nobody', async (method, path) => {
  const body = method === 'POST' ? { stopped: true } : null
  expect((await send(method, `${path}${'a'.repeat(32)}`, body)).status).toBe(404)
  expect((await send(method, `${path}${'a'.repeat(31)}`, body)).status).toBe(400)
})

test('a calendar has one address at a time, and is read by it alone', async () => {
  const own = '/api/me/calendar'
  expect((await send('GET', own, null, token)).json).toEqual({ since: null })
  const make = async () => String((await send('POST', own, { language: 'de' }, token)).json.secret)
  const [first, second] = [await make(), await make()]
  expect((await send('GET', `/api/calendar/${first}`)).status).toBe(404)

  const file = await send('GET', `/api/calendar/${second}`)
  expect(file.headers).toMatchObject({ 'content-type': 'text/calendar' })
  expect(file.headers['cache-control']).toMatch(/^private\b/)
  const text = file.body.toString()
  expect(text).toContain('SUMMARY:Das Zertifikat von ALICE-LT-042 endet\r\n')
  expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1)
  expect(text.match(/^TRIGGER:.*$/gm)).toEqual(['TRIGGER:-P365D', 'TRIGGER:-P3D'])

  expect((await send('GET', own, null, token)).json).toEqual({ since: expect.any(String) })
  expect((await send('DELETE', own, null, token)).json).toEqual({ since: null })
  expect((await send('GET', `/api/calendar/${second}`)).status).toBe(404)
  expect((await send('DELETE', own, null, token)).status).toBe(200)
})

test('the calendar is of who asks: nobody without a token, and no application', async () => {
  expect((await send('GET', '/api/me/calendar')).status).toBe(401)
  const app = await latchkey.appToken('linux-fleet')
  expect((await send('POST', '/api/me/calendar', { language: 'de' }, app)).status).toBe(403)
  const wrong = await send('POST', '/api/me/calendar', { language: 'it' }, token)
  expect(wrong.status).toBe(400)
})

test('neither secret is in the ledger or in the log', async () => {
  const trail = JSON.stringify(await latchkey.authority.ledger.auditTrail(0, 1000))
  expect(trail).toContain('reminder.stopped')
  expect(trail).toContain('calendar.closed')
  expect(trail).not.toContain(secret)
  for (const path of [`/reminders/${secret}/stop`, `/api/reminders/${secret}/x`]) {
    expect((await send('GET', path)).status).toBe(404)
  }
  const log = latchkey.logged().join('')
  // One request with this secret was refused, and these have no route.
  expect(log).toContain('"path":"/api/reminders/:secret"')
  expect(log).toContain('"path":"/reminders/…"')
  for (const hidden of [secret, 'alice@contoso.example']) expect(log).not.toContain(hidden)
})
