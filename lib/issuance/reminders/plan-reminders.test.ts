import { describe, expect, test } from 'vitest'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { ReminderRecord } from '#lib/ledger/reminder-ledger.ts'
import { alice, laptop, now } from '#lib/policy/testing/context.ts'
import { dueMark, isRemindable, isReplaced, mailsOf } from './plan-reminders.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const inDays = (count: number) => new Date(now.getTime() + count * DAY_MS)

function record(changes: Partial<CertificateRecord> = {}): CertificateRecord {
  return {
    ...{ issuerId: 'ca', serial: '01', state: 'issued', profile: 'device', source: 'api' },
    owner: { tid: 'tenant', oid: alice.oid },
    holder: {
      ...{ kind: 'device', deviceId: laptop.deviceId, intuneId: laptop.intuneId },
      ownerOid: alice.oid,
    },
    ...{ displayName: laptop.displayName, subject: 'CN=x', subjectAltName: '', keyThumbprint: 'k' },
    ...{ fingerprint: 'f', notBefore: inDays(-345), notAfter: inDays(20), createdAt: inDays(-345) },
    ...{ partition: '2026-01', revocation: null, replaces: null, enrollment: '01', upn: null },
    ...{ signedInAt: inDays(-345), label: null, version: 1 },
    ...changes,
  } as CertificateRecord
}

const known = (days: number, changes: Partial<ReminderRecord> = {}): ReminderRecord => ({
  ...{ serial: '01', days, attempts: 1, retryAt: null, isStopped: false },
  ...changes,
})

describe('which mark is due', () => {
  const hour = HOUR_MS / DAY_MS
  const cases: [string, number, readonly ReminderRecord[], number | null][] = [
    ['31 days before', 31, [], null],
    ['an hour before the first mark', 30 + hour, [], null],
    ['on the first mark', 30, [], 30],
    ['between two marks', 20, [], 30],
    ['on the second mark', 14, [], 14],
    ['on the second mark, after the first mail', 14, [known(30)], 14],
    ['on the last mark', 3, [known(30), known(14)], 3],
    ['an hour before the end', hour, [], 3],
    ['after the end', -hour, [], null],
    ['when the mail was sent', 20, [known(30)], null],
    ['when a later mark was sent under other settings', 20, [known(14)], null],
    ['when the mail of another certificate was sent', 20, [known(30, { serial: '02' })], 30],
    ['when it may be tried again', 20, [known(30, { retryAt: now })], 30],
    ['when it may be tried again later', 20, [known(30, { retryAt: inDays(hour) })], null],
    ['when it was never taken, and the next mark has come', 14, [known(30, { retryAt: now })], 14],
    ['when its owner wants none', 14, [known(30, { isStopped: true })], null],
  ]
  test.each(cases)('%s', (_, days, reminders, wanted) => {
    const mark = dueMark(record({ notAfter: inDays(days) }), [30, 14, 3], reminders, now)
    expect(mark).toEqual(wanted === null ? null : { serial: '01', days: wanted })
  })

  test('a mark that had passed before there was a certificate is nobody’s', () => {
    const week = record({ notBefore: inDays(-1), notAfter: inDays(6) })
    expect(dueMark(week, [30, 14, 3], [], now)).toBeNull()
    expect(dueMark({ ...week, notAfter: inDays(3) }, [30, 14, 3], [], now)?.days).toBe(3)
  })
})

describe('what somebody is told of', () => {
  const hold = { at: now, reason: 'certificateHold', by: 'x', cause: 'by_operator' } as const
  const cases: [string, Partial<CertificateRecord>, boolean][] = [
    ['one of a device', {}, true],
    ['one of a person', { holder: { kind: 'user', oid: alice.oid } }, true],
    ['one of an application', { holder: { kind: 'application', oid: 'a' } }, false],
    ['one on hold', { revocation: hold }, true],
    ['one on hold as lost', { revocation: { ...hold, cause: 'lost_device' } }, false],
    ['a revoked one', { revocation: { ...hold, reason: 'superseded' } }, false],
  ]
  test.each(cases)('%s', (_, changes, wanted) => {
    expect(isRemindable(record(changes))).toBe(wanted)
  })
})

describe('what took its place', () => {
  const later = { serial: '02', createdAt: now, notAfter: inDays(365) }
  const user = { holder: { kind: 'user', oid: alice.oid } } as const
  const revoked = { at: now, reason: 'superseded', by: 'x', cause: null } as const
  const held = { ...revoked, reason: 'certificateHold' } as const
  const cases: [string, Partial<CertificateRecord>, Partial<CertificateRecord>[], boolean][] = [
    ['nothing', {}, [], false],
    ['itself', {}, [{}], false],
    ['a later one of the device', {}, [later], true],
    ['a later one of the device on hold', {}, [{ ...later, revocation: held }], true],
    ['a later one that was revoked', {}, [{ ...later, revocation: revoked }], false],
    ['a later one that is in the making', {}, [{ ...later, state: 'pending' }], false],
    ['a later one of another owner', {}, [{ ...later, owner: { tid: 't', oid: 'bob' } }], false],
    ['one that ends before', {}, [{ ...later, notAfter: inDays(10) }], false],
    ['a later one of the person', user, [{ ...user, ...later }], false],
    ['its renewal', user, [{ ...user, ...later, replaces: '01' }], true],
    [
      'the renewal of its renewal, which was revoked',
      user,
      [
        { ...user, ...later, serial: '03', replaces: '02' },
        { ...user, ...later, replaces: '01', revocation: revoked },
      ],
      true,
    ],
  ]
  test.each(cases)('%s', (_, changes, others, wanted) => {
    expect(isReplaced(record(changes), others.map(record))).toBe(wanted)
  })
})

test('one mail for each holder and owner, the first to end first', () => {
  const own = (serial: string, changes: Partial<CertificateRecord>) => ({
    record: record({ serial, ...changes }),
    mark: { serial, days: 30 },
    isHeld: false,
  })
  const user = { holder: { kind: 'user', oid: alice.oid } } as const
  const mails = mailsOf([
    own('01', { ...user, notAfter: inDays(20) }),
    own('02', { notAfter: inDays(19) }),
    own('03', { ...user, notAfter: inDays(5) }),
    own('04', { owner: { tid: 'tenant', oid: 'bob' } }),
  ])
  expect(mails.map((mail) => mail.map(({ mark }) => mark.serial))).toEqual([
    ['03', '01'],
    ['02'],
    ['04'],
  ])
})
