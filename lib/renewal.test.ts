import { expect, test } from 'vitest'
import type { CertificateView } from './api/schemas.ts'
import { renewalOf } from './renewal.ts'

const now = new Date('2026-11-22T10:00:00Z')
const certificate = {
  signedInAt: '2026-01-01T00:00:00Z',
  notAfter: '2027-01-01T00:00:00Z',
} as CertificateView
const day = (text: string) => new Date(`${text}T00:00:00Z`)

test.each([
  ['at any time, so long after the sign-in', 730, null, null, '2028-01-01'],
  ['without end', 0, null, null, null],
  ['in the last days only', 730, 30, '2026-12-02', '2028-01-01'],
  ['in the last days, which have begun', 730, 60, null, '2028-01-01'],
  ['on its last day', 365.5, null, null, '2027-01-01T12'],
] as const)('renews by itself %s', (_name, renewalMaxDays, renewalWindowDays, from, until) => {
  expect(renewalOf(certificate, { renewalMaxDays, renewalWindowDays }, now)).toEqual({
    kind: 'possible',
    from: from && day(from),
    until: until && (until.includes('T') ? new Date(`${until}:00:00Z`) : day(until)),
  })
})

test.each([
  ['when nobody signed in for it for too long', 300, null],
  ['when that is so before its last days begin', 330, 30],
])('renews by itself no more %s', (_name, renewalMaxDays, renewalWindowDays) => {
  expect(renewalOf(certificate, { renewalMaxDays, renewalWindowDays }, now)).toEqual({
    kind: 'over',
  })
})
