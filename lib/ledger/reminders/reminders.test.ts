import { describe, expect, test } from 'vitest'
import type { ReminderMail } from '#lib/ledger/reminder-ledger.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  EVE,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'

const DAY_MS = 86_400_000
const days = (count: number) => after(count * DAY_MS)
const recorded = sampleEvent('reminder.recorded', null)
const stopped = sampleEvent('reminder.stopped', null)
const mail = (changes: Partial<ReminderMail> = {}): ReminderMail => ({
  marks: [{ serial: '01', days: 30 }],
  token: 'first',
  at: NOW,
  ...changes,
})

describe.each(testEngines())('reminders on $name', (engine) => {
  const { open } = ledgersOn(engine)

  test('what ends in a span is given in pages, whoever has it', async () => {
    const ledger = await open()
    for (const [serial, end] of [
      ['01', 10],
      ['02', 30],
      ['03', 31],
      ['04', -1],
      ['05', 0],
    ] as const) {
      await issueSample(ledger, serial, { notAfter: days(end) })
    }
    await ledger.begin(sampleIntent('06', { notAfter: days(5) }), intended('06'))
    const page = { since: NOW, until: days(30), after: null, limit: 2 }
    const serials = async (changes = {}) =>
      (await ledger.endingCertificates({ ...page, ...changes })).map(({ serial }) => serial)
    expect(await serials()).toEqual(['01', '02'])
    expect(await serials({ after: '02' })).toEqual(['05'])
  })

  test('a mail is recorded once, with its event, and again when it was not taken', async () => {
    const ledger = await open()
    await issueSample(ledger, '01')
    expect(await ledger.recordReminder(mail(), recorded)).toBe(true)
    expect((await ledger.auditTrail(0, 9)).at(-1)?.event.kind).toBe('reminder.recorded')
    const length = (await ledger.auditTrail(0, 99)).length
    expect(await ledger.recordReminder(mail({ token: 'other' }), recorded)).toBe(false)
    expect((await ledger.auditTrail(0, 99)).length).toBe(length)

    await ledger.retryReminder('first', after(60_000))
    expect(await ledger.recordReminder(mail({ at: after(59_999) }), recorded)).toBe(false)
    const again = mail({ token: 'second', at: after(60_000) })
    expect(await ledger.recordReminder(again, recorded)).toBe(true)
    expect(await ledger.remindersOf(['01', '02'])).toEqual([
      { serial: '01', days: 30, attempts: 2, retryAt: null, isStopped: false },
    ])
    // The links of a mail that was not taken are of nobody.
    expect(await ledger.mailOf('first')).toBeNull()
    expect(await ledger.recordReminder(again, recorded)).toBe(false)
  })

  test('what was recorded of certificates that are long past is removed, page by page', async () => {
    const ledger = await open()
    for (const [serial, end] of [
      ['01', 10],
      ['02', -31],
      ['03', -29],
      ['04', -400],
    ] as const) {
      await issueSample(ledger, serial, { notAfter: days(end) })
      for (const mark of [30, 14]) {
        const marks = [{ serial, days: mark }]
        await ledger.recordReminder(mail({ marks, token: `${serial} ${mark}` }), recorded)
      }
    }
    // Of a certificate that the ledger does not know, as after a restore.
    await ledger.recordReminder(mail({ marks: [{ serial: '05', days: 7 }], token: 'x' }), recorded)
    const page = { endedBefore: days(-30), limit: 2 }
    expect(await ledger.forgetReminders({ ...page, after: null })).toEqual({
      next: '02',
      removed: 1,
    })
    expect(await ledger.forgetReminders({ ...page, after: '02' })).toEqual({
      next: '04',
      removed: 1,
    })
    expect(await ledger.forgetReminders({ ...page, after: '04' })).toEqual({
      next: null,
      removed: 1,
    })
    const all = await ledger.remindersOf(['01', '02', '03', '04', '05'])
    expect(all.map(({ serial }) => serial)).toEqual(['01', '01', '03', '03'])
    expect(await ledger.mailOf('03 30')).not.toBeNull()
  })

  test('a mail with one reminder that was recorded is not recorded at all', async () => {
    const ledger = await open()
    await ledger.recordReminder(mail(), recorded)
    const both = [
      { serial: '02', days: 14 },
      { serial: '01', days: 30 },
    ]
    expect(await ledger.recordReminder(mail({ marks: both, token: 'x' }), recorded)).toBe(false)
    expect(await ledger.remindersOf(['02'])).toEqual([])
    const later = mail({ marks: [{ serial: '01', days: 14 }], token: 'x' })
    expect(await ledger.recordReminder(later, recorded)).toBe(true)
  })

  test('two replicas at once: one of them sends', async () => {
    const ledger = await open()
    const all = await Promise.all(
      ['a', 'b', 'c'].map((token) => ledger.recordReminder(mail({ token }), recorded)),
    )
    expect(all.filter((one) => one)).toHaveLength(1)
  })

  test('who stops the reminders of a mail gets none of its certificates, until they want them again', async () => {
    const ledger = await open()
    const marks = ['01', '02'].map((serial) => ({ serial, days: 30 }))
    await ledger.recordReminder(mail({ marks }), recorded)
    expect(await ledger.mailOf('first')).toEqual({ serials: ['01', '02'], isStopped: false })
    expect(await ledger.stopReminders('first', NOW, stopped)).toBe(true)
    expect(await ledger.mailOf('first')).toEqual({ serials: ['01', '02'], isStopped: true })
    const length = (await ledger.auditTrail(0, 99)).length
    expect(await ledger.stopReminders('first', NOW, stopped)).toBe(true)
    expect((await ledger.auditTrail(0, 99)).length).toBe(length)

    const next = mail({ marks: [{ serial: '02', days: 14 }], token: 'next' })
    expect(await ledger.recordReminder(next, recorded)).toBe(false)
    const resumed = sampleEvent('reminder.resumed', null)
    expect(await ledger.stopReminders('first', null, resumed)).toBe(true)
    expect(await ledger.recordReminder(next, recorded)).toBe(true)
    expect(await ledger.stopReminders('nobody', NOW, stopped)).toBe(false)
    expect(await ledger.mailOf('nobody')).toBeNull()
  })

  test('a person has one calendar, at the newest address', async () => {
    const ledger = await open()
    const opened = sampleEvent('calendar.opened', null)
    const calendar = { owner: ADA, language: 'de', madeAt: NOW }
    await ledger.openCalendar({ ...calendar, secret: 'one' }, opened)
    await ledger.openCalendar({ ...calendar, secret: 'two', language: 'fr' }, opened)
    expect(await ledger.calendarAt('one')).toBeNull()
    expect(await ledger.calendarAt('two')).toEqual({ ...calendar, language: 'fr' })
    expect(await ledger.calendarOf(ADA)).toEqual({ ...calendar, language: 'fr' })
    expect(await ledger.calendarOf(EVE)).toBeNull()

    const closed = sampleEvent('calendar.closed', null)
    expect(await ledger.closeCalendar(EVE, closed)).toBe(false)
    expect(await ledger.closeCalendar({ ...ADA, tid: 'other' }, closed)).toBe(false)
    expect(await ledger.closeCalendar(ADA, closed)).toBe(true)
    expect(await ledger.calendarAt('two')).toBeNull()
  })
})
