import { describe, expect, test } from 'vitest'
import { statusOf } from './status.ts'
import type { HolderState, StatusSubject } from './status-types.ts'

const now = new Date('2026-11-22T12:00:00Z')
const before = new Date('2026-11-22T10:42:00Z')
const earlier = new Date('2026-11-20T08:00:00Z')
const policy = { holdNonCompliant: true, holdRiskyUsers: true, complianceGraceMinutes: 0 }
const live: StatusSubject = { notAfter: new Date('2027-11-22T00:00:00Z'), revocation: null }

const device: HolderState = {
  kind: 'device',
  asOf: now,
  deletedAt: null,
  retiredAt: null,
  disabledSince: null,
  leftIntuneSince: null,
  nonCompliantSince: null,
  enrolledAt: new Date('2026-01-01T00:00:00Z'),
}
const user: HolderState = {
  kind: 'user',
  asOf: now,
  deletedAt: null,
  disabledSince: null,
  riskySince: null,
}

function revoked(reason: 'keyCompromise' | 'certificateHold' | 'superseded', at = earlier) {
  return { ...live, revocation: { at, reason, by: 'alice@contoso.example', cause: null } }
}

test('a certificate whose holder is well is good', () => {
  expect(statusOf(policy, live, device, now)).toMatchObject({ state: 'good', code: null })
  expect(statusOf(policy, live, user, now)).toMatchObject({ state: 'good' })
  expect(statusOf(policy, live, { kind: 'none', asOf: now }, now)).toMatchObject({ state: 'good' })
})

describe('the directory', () => {
  const table: [string, HolderState, string, string, string][] = [
    [
      'a deleted device',
      { ...device, deletedAt: before },
      'revoked',
      'device_deleted',
      'cessationOfOperation',
    ],
    [
      'a wiped device',
      { ...device, retiredAt: before },
      'revoked',
      'device_retired',
      'cessationOfOperation',
    ],
    [
      'a disabled device',
      { ...device, disabledSince: before },
      'hold',
      'device_disabled',
      'certificateHold',
    ],
    [
      'a device that has left Intune',
      { ...device, leftIntuneSince: before, nonCompliantSince: earlier },
      'hold',
      'device_left_intune',
      'certificateHold',
    ],
    [
      'a non-compliant device',
      { ...device, nonCompliantSince: before },
      'hold',
      'device_not_compliant',
      'certificateHold',
    ],
    [
      'a deleted account',
      { ...user, deletedAt: before },
      'revoked',
      'account_deleted',
      'cessationOfOperation',
    ],
    [
      'a disabled account',
      { ...user, disabledSince: before },
      'hold',
      'account_disabled',
      'certificateHold',
    ],
    [
      'an account at risk',
      { ...user, riskySince: before },
      'hold',
      'account_at_risk',
      'certificateHold',
    ],
  ]
  test.each(table)('%s', (_title, holder, state, reason, code) => {
    expect(statusOf(policy, live, holder, now)).toEqual({
      state,
      reason,
      code,
      since: before,
      by: null,
      asOf: now,
    })
  })

  test('non-compliance and risk count only when configured', () => {
    const lax = { ...policy, holdNonCompliant: false, holdRiskyUsers: false }
    expect(statusOf(lax, live, { ...device, nonCompliantSince: before }, now).state).toBe('good')
    expect(statusOf(lax, live, { ...device, leftIntuneSince: before }, now).state).toBe('good')
    expect(statusOf(lax, live, { ...user, riskySince: before }, now).state).toBe('good')
  })

  test('a new device is not held inside its grace', () => {
    const fresh = { ...device, enrolledAt: before, nonCompliantSince: before }
    const graceful = { ...policy, complianceGraceMinutes: 120 }
    expect(statusOf(graceful, live, fresh, now).state).toBe('good')
    expect(statusOf({ ...graceful, complianceGraceMinutes: 60 }, live, fresh, now).state).toBe(
      'hold',
    )
  })

  test('that does not answer makes the status unknown, not good', () => {
    const silent: HolderState = { kind: 'unknown', asOf: before }
    expect(statusOf(policy, live, silent, now)).toMatchObject({ state: 'unknown', asOf: before })
  })
})

describe('the ledger', () => {
  test('a final revocation stands whatever the directory says', () => {
    const gone = { ...device, disabledSince: before }
    expect(statusOf(policy, revoked('keyCompromise'), gone, now)).toMatchObject({
      state: 'revoked',
      reason: 'key_compromise',
      since: earlier,
      code: 'keyCompromise',
    })
  })

  test('a hold yields to a deletion', () => {
    const gone = { ...device, deletedAt: before }
    expect(statusOf(policy, revoked('certificateHold'), gone, now)).toMatchObject({
      state: 'revoked',
      reason: 'device_deleted',
    })
  })

  test('a hold by a person outlasts one by the directory', () => {
    const held = { ...device, disabledSince: before }
    expect(statusOf(policy, revoked('certificateHold'), held, now)).toMatchObject({
      state: 'hold',
      reason: 'lost_device',
      by: 'alice@contoso.example',
    })
  })
})

test('an expired certificate is called expired when nothing worse is true', () => {
  const past = { ...live, notAfter: before }
  expect(statusOf(policy, past, device, now)).toMatchObject({ state: 'expired', since: before })
  expect(statusOf(policy, past, { ...device, disabledSince: before }, now).state).toBe('hold')
})
