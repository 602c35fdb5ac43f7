import { describe, expect, it } from 'vitest'
import { now } from '#lib/policy/testing/context.ts'
import { statusOf } from './status.ts'
import { BY_DIRECTORY, type DirectoryEffect, type StatusSubject } from './status-types.ts'

const HOUR = 3_600_000
const asOf = new Date(now.getTime() - 60_000)
const since = new Date(now.getTime() - HOUR)
const subject: StatusSubject = { notAfter: new Date(now.getTime() + HOUR), revocation: null }
const expired: StatusSubject = { notAfter: since, revocation: null }

const none: DirectoryEffect = { kind: 'none', endsAt: null }
const held: DirectoryEffect = { kind: 'hold', cause: 'device_disabled', since, finalAt: null }
const over: DirectoryEffect = { kind: 'revoke', cause: 'device_deleted', since }

const revoked = (reason: 'superseded' | 'certificateHold' | 'keyCompromise', by = 'Alice') => ({
  ...subject,
  revocation: { at: since, reason, by, cause: null },
})

describe('the status of a certificate', () => {
  it.each([
    ['good while nothing stops it', subject, none, 'good', null],
    ['on hold by the directory', subject, held, 'hold', 'device_disabled'],
    ['on hold until the ledger has written its end', subject, over, 'hold', 'device_deleted'],
    ['unknown when nothing is known', subject, null, 'unknown', 'directory_unknown'],
    ['expired', expired, none, 'expired', null],
    ['expired though nothing is known', expired, null, 'expired', null],
    ['on hold though it expired', expired, held, 'hold', 'device_disabled'],
    ['revoked by a person', revoked('superseded'), none, 'revoked', 'superseded'],
    [
      'revoked though nothing is known',
      revoked('keyCompromise'),
      null,
      'revoked',
      'key_compromise',
    ],
    ['revoked though the directory holds it', revoked('superseded'), held, 'revoked', 'superseded'],
    ['on hold by a person', revoked('certificateHold'), none, 'hold', 'lost_device'],
    [
      'on hold by a person though nothing is known',
      revoked('certificateHold'),
      null,
      'hold',
      'lost_device',
    ],
  ] as const)('is %s', (_, given, effect, state, reason) => {
    expect(statusOf(given, { effect, asOf }, now)).toMatchObject({ state, reason, asOf })
  })

  it('carries the reasons of RFC 5280 that relying parties read', () => {
    expect(statusOf(subject, { effect: held, asOf }, now).code).toBe('certificateHold')
    expect(statusOf(subject, { effect: over, asOf }, now).code).toBe('certificateHold')
    expect(statusOf(revoked('keyCompromise'), { effect: none, asOf }, now).code).toBe(
      'keyCompromise',
    )
    expect(statusOf(subject, { effect: none, asOf }, now).code).toBeNull()
  })

  it('names a person, and nobody when it was the directory', () => {
    expect(statusOf(revoked('superseded'), { effect: none, asOf }, now).by).toBe('Alice')
    const byDirectory = revoked('superseded', BY_DIRECTORY)
    expect(statusOf(byDirectory, { effect: none, asOf }, now).by).toBeNull()
  })
})
