import { expect, test } from 'vitest'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import type { Reminding } from '#lib/issuance/reminders/remind.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { testPost } from '#lib/issuance/testing/test-post.ts'
import { createLog } from '#lib/log.ts'
import { PostError } from '#lib/mail/post.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { laptop, now, requester } from '#lib/policy/testing/context.ts'
import { remindInTurn, startReminders } from './reminders.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const ADDRESS = 'alice@contoso.example'

async function open() {
  const made = await testAuthority()
  const { authority, clock, sync } = made
  const csr = makeCsr({ key: 'ec-p256', commonName: laptop.deviceId ?? '' }).der
  await enroll(authority, requester, csr, 'api')
  clock.now = new Date(now.getTime() + 340 * DAY_MS)
  await sync()
  const { post, letters, held } = testPost()
  const reminding: Reminding = {
    ...{ post, daysBefore: [30, 14, 3] },
    mailbox: async () => ({ address: ADDRESS, name: 'Alice Adler', language: null }),
  }
  const lines: string[] = []
  const log = createLog('authority', {
    ...{ level: 'debug', readable: false, write: (line: string) => lines.push(line) },
  })
  return { ...made, reminding, letters, held, lines, log }
}

const PACE = { everyMs: 5, betweenMs: 0 }

test('one replica at a time reminds, and another when that one has died', async () => {
  const { authority, reminding, clock, letters, sync } = await open()
  expect(await remindInTurn(authority, reminding, 'one')).toMatchObject({ taken: 1 })
  expect(await remindInTurn(authority, reminding, 'other')).toBeNull()
  clock.now = new Date(clock.now.getTime() + 6 * MINUTE_MS)
  await sync()
  expect(await remindInTurn(authority, reminding, 'other')).toMatchObject({ taken: 0 })
  expect(letters).toHaveLength(1)
})

test('the job reminds at start, says how many, and names nobody', async () => {
  const { authority, reminding, letters, lines, log } = await open()
  const job = startReminders(authority, reminding, log, PACE, 'one')
  await expect.poll(() => letters.length).toBe(1)
  await expect.poll(() => lines.join('')).toContain('reminders were sent')
  await job.stop()
  const text = lines.join('')
  expect(text).toContain('"taken":1')
  for (const name of [ADDRESS, 'Alice', laptop.displayName]) expect(text).not.toContain(name)
  // The lease is free at once.
  expect(await remindInTurn(authority, reminding, 'other')).not.toBeNull()
})

test('what was recorded goes a month after the certificate ended', async () => {
  const { authority, reminding, clock, letters, log } = await open()
  const { ledger } = authority
  const job = startReminders(authority, reminding, log, PACE, 'one')
  await expect.poll(() => letters.length).toBe(1)
  const [first] = await ledger.auditTrail(0, 1)
  const recorded = () => ledger.remindersOf([first?.event.serial ?? ''])
  expect(await recorded()).toHaveLength(1)
  clock.now = new Date(now.getTime() + 396 * DAY_MS)
  await expect.poll(recorded).toEqual([])
  await job.stop()
})

test('a mail server that fails is asked less and less often, and again when it is well', async () => {
  const { authority, reminding, letters, held, lines, log } = await open()
  held.error = new PostError('ECONNECTION', null)
  const started = performance.now()
  const job = startReminders(authority, reminding, log, PACE, 'one')
  const failures = () => lines.filter((line) => line.includes('could not be sent')).length
  await expect.poll(failures).toBeGreaterThanOrEqual(4)
  // 5, 10, 20 ms and so on after each other; timers may fire a little early.
  const waitedMs = PACE.everyMs * (2 ** (failures() - 1) - 1)
  expect(performance.now() - started).toBeGreaterThan(0.8 * waitedMs)
  held.error = null
  await expect.poll(() => letters.length).toBe(1)
  await job.stop()
})

test('a machine whose clock is a month ahead tells nobody, and leaves the lease to others', async () => {
  const { authority, reminding, clock, letters, lines, log } = await open()
  const theirs = new Date(clock.now.getTime() - 30 * DAY_MS)
  const ahead = { ...authority, ledger: { ...authority.ledger, serverTime: async () => theirs } }
  const job = startReminders(ahead, reminding, log, PACE, 'one')
  await expect.poll(() => lines.length).toBeGreaterThan(1)
  await job.stop()
  expect(lines.join('')).toContain('differ')
  expect(letters).toEqual([])
  expect(await remindInTurn(authority, reminding, 'other')).toMatchObject({ taken: 1 })
})
