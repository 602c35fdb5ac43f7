import { expect, test } from 'vitest'
import type { CertificateView } from '#lib/api/schemas.ts'
import { dictionary } from '#lib/i18n/dictionary.ts'
import { changeOf, liveStatusOf, versionOf } from './live-status.ts'

const reader = { language: 'en', timeZone: 'UTC', now: new Date('2026-11-22T10:47:00Z') } as const
const words = dictionary('en').certificate

test.each([
  ['good', null, 'good'],
  ['hold', 'device_not_compliant', 'not compliant'],
  ['hold', 'directory_unknown', 'on hold'],
  ['hold', null, 'on hold'],
  ['hold', 'owner_changed', 'on hold, because the device has another owner'],
  ['hold', 'device_absent', 'on hold, because the directory no longer has the device'],
  [
    'hold',
    'device_deleted',
    'about to be revoked, because the device was removed from the directory',
  ],
  ['revoked', 'renewed_from_revoked', 'revoked'],
  ['revoked', 'by_owner', 'revoked'],
  ['expired', null, 'expired'],
  ['unknown', 'directory_unknown', 'unknown'],
] as const)('%s because of %s is told as "%s"', (state, reason, how) => {
  const { still, now } = liveStatusOf(certificate({ state, reason }), reader, words)
  expect(still).toBe(`Checked 10:47: still ${how}.`)
  expect(now).toBe(`Checked 10:47: now ${how}.`)
  expect(changeOf(certificate({ state, reason }), 'alice-ws', words)).toBe(
    `alice-ws is now ${how}.`,
  )
})

test('the version changes with state, reason and time of change, not with the time of reading', () => {
  const since = '2026-11-22T10:00:00.000Z'
  const held = { state: 'hold', reason: 'device_not_compliant', since } as const
  const version = versionOf(certificate(held))
  expect(versionOf(certificate({ ...held, asOf: '2026-11-22T10:46:59.000Z' }))).toBe(version)
  expect(versionOf(certificate({ ...held, reason: 'lost_device' }))).not.toBe(version)
  expect(versionOf(certificate({ ...held, since: null }))).not.toBe(version)
  expect(versionOf(certificate({ ...held, state: 'revoked' }))).not.toBe(version)
})

function certificate(status: Partial<CertificateView['status']>): CertificateView {
  const asOf = '2026-11-22T10:46:00.000Z'
  const none = { reason: null, since: null, by: null, revocationReason: null }
  return { status: { state: 'good', ...none, asOf, ...status } } as CertificateView
}
