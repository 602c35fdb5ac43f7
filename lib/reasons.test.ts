import { expect, test } from 'vitest'
import type { CertificateView, MeView } from '#lib/api/schemas.ts'
import { STATUS_REASONS } from '#lib/policy/status-types.ts'
import type { Reader } from './format.ts'
import { dictionary } from './i18n/dictionary.ts'
import { causeOf, type Rules, reasonOf } from './reasons.ts'

type Status = CertificateView['status']

const reader: Reader = {
  language: 'en',
  timeZone: 'UTC',
  now: new Date('2026-11-22T10:47:00Z'),
}
const words = dictionary('en')
const policy = {
  deviceFollowsOwner: true,
  holdNonCompliant: true,
  transferDays: 1,
  restoreDays: 30,
} as MeView['policy']
const rules: Rules = {
  policy,
  upn: 'alice@contoso.example',
  propagation: { directory: 60, good: 300, hold: 240, list: 60, lostDays: 7 },
}

test.each<[string, Partial<Status>, string]>([
  ['good', {}, 'Good until 12 March 2027, as long as the device is compliant and keeps its owner.'],
  [
    'not compliant',
    { state: 'hold', reason: 'device_not_compliant', since: '2026-11-22T10:42:00Z' },
    'On hold since today, 10:42, because Intune marked this device as not compliant. It works again by itself, about 5 minutes after Intune says compliant.',
  ],
  [
    'device deleted',
    { state: 'revoked', reason: 'device_deleted', since: '2026-07-02T10:42:00Z' },
    'Revoked on 2 July 2026, because the device was removed from the directory. This is final; a new device gets a new certificate.',
  ],
  [
    'key exposed',
    { state: 'revoked', reason: 'key_compromise', since: '2026-07-02T10:42:00Z' },
    'Revoked on 2 July 2026, because the key may be known to someone else. That key can never be used again.',
  ],
  [
    'device gone, which may come back',
    { state: 'hold', reason: 'device_absent', since: '2026-11-22T10:42:00Z' },
    'On hold since today, 10:42, because the directory no longer has this device. It works again by itself, about 5 minutes after IT restores the device. If nothing changes by 22 December 2026, 10:42, it is revoked for good.',
  ],
  [
    'handed over',
    { state: 'hold', reason: 'owner_changed', since: '2026-11-22T10:42:00Z' },
    'On hold since today, 10:42, because the device has another owner in the directory than when this certificate was made. It works again by itself, about 5 minutes after that is undone. If nothing changes by tomorrow, 10:42, it is revoked for good.',
  ],
  [
    'handed over long ago, and not yet written to the ledger',
    { state: 'hold', reason: 'owner_changed', since: '2026-11-20T10:42:00Z' },
    'On hold since 20 November 2026, 10:42, because the device has another owner in the directory than when this certificate was made. It works again by itself, about 5 minutes after that is undone. If nothing changes, it is revoked for good.',
  ],
  [
    'revoked after it was handed over',
    { state: 'revoked', reason: 'owner_changed', since: '2026-11-22T10:42:00Z' },
    'Revoked on 22 November 2026, because the device has another owner now. This is final; whoever has it now gets a new certificate.',
  ],
  [
    'renewed from a revoked one',
    { state: 'revoked', reason: 'renewed_from_revoked', since: '2026-11-22T10:42:00Z' },
    'Revoked on 22 November 2026, because the one it was renewed from was revoked. This is final; sign in and get a new one.',
  ],
  [
    'reported lost by the reader',
    {
      state: 'hold',
      reason: 'lost_device',
      since: '2026-11-22T10:42:00Z',
      by: 'Alice@contoso.example',
    },
    'On hold since today, 10:42: you reported the device lost. It works again once you say that you have it again. If nothing changes by 29 November 2026, 10:42, it is revoked for good.',
  ],
  [
    'reported lost by somebody else',
    {
      state: 'hold',
      reason: 'lost_device',
      since: '2026-11-22T10:42:00Z',
      by: 'bob@contoso.example',
    },
    'On hold since today, 10:42: bob@contoso.example reported the device lost. It works again once the report is withdrawn. If nothing changes by 29 November 2026, 10:42, it is revoked for good.',
  ],
  [
    'revoked by the reader',
    {
      state: 'revoked',
      reason: 'by_owner',
      since: '2026-11-22T10:42:00Z',
      by: 'alice@contoso.example',
    },
    'Revoked on 22 November 2026 by you.',
  ],
  [
    'revoked by whoever owns the device now',
    {
      state: 'revoked',
      reason: 'by_owner',
      since: '2026-11-22T10:42:00Z',
      by: 'bob@contoso.example',
    },
    'Revoked on 22 November 2026 by bob@contoso.example.',
  ],
  ['expired', { state: 'expired' }, 'Ended on 12 March 2027.'],
  [
    'unknown',
    { state: 'unknown' },
    'We cannot ask the directory right now; its last answer is of today, 10:46. Until it answers, whoever asks is told to ask again later.',
  ],
  [
    'on hold by IT, which is not revoked',
    { state: 'hold', reason: 'by_operator', since: '2026-11-22T10:42:00Z' },
    'On hold since today, 10:42 by IT. Only IT can end it.',
  ],
  [
    'revoked by IT',
    { state: 'revoked', reason: 'by_operator', since: '2026-11-22T10:42:00Z' },
    'Revoked on 22 November 2026 by IT.',
  ],
  [
    'on hold without a reason',
    { state: 'hold', since: '2026-11-21T10:42:00Z' },
    'On hold since yesterday, 10:42.',
  ],
])('%s in words', (_, status, sentence) => {
  expect(reasonOf(view(status), rules, reader, words)).toBe(sentence)
})

test.each([
  [{ holdNonCompliant: false }, 'the device is in the directory and keeps its owner'],
  [{ deviceFollowsOwner: false }, 'the device is compliant'],
  [{ deviceFollowsOwner: false, holdNonCompliant: false }, 'the device is in the directory'],
])('with %o it is good as long as %s', (change, condition) => {
  expect(reasonOf(view({}), { ...rules, policy: { ...policy, ...change } }, reader, words)).toBe(
    `Good until 12 March 2027, as long as ${condition}.`,
  )
})

test('while the policy is not known, nothing is said that follows from it', () => {
  const held = { state: 'hold', reason: 'device_absent', since: '2026-11-22T10:42:00Z' } as const
  const unknown = { ...rules, policy: null }
  expect(reasonOf(view({}), unknown, reader, words)).toBe(
    'Good until 12 March 2027, as long as the device is in the directory.',
  )
  expect(reasonOf(view(held), unknown, reader, words)).toMatch(
    / If nothing changes, it is revoked for good\.$/,
  )
})

test('a certificate of a person depends on the account', () => {
  expect(reasonOf({ ...view({}), profile: 'user' }, rules, reader, words)).toBe(
    'Good until 12 March 2027, as long as your account is active.',
  )
})

test('who stopped their own certificates has reported no device lost', () => {
  const lost = { state: 'hold', reason: 'lost_device', since: '2026-11-22T10:42:00Z' } as const
  const own = { ...view(lost), profile: 'user' } as const
  expect(reasonOf(own, rules, reader, words)).toBe(
    'On hold since today, 10:42: you stopped the certificates made out to you. They work again once you undo that. If nothing changes by 29 November 2026, 10:42, it is revoked for good.',
  )
})

test('the wait is as long as the authority is configured to take', () => {
  const propagation = { directory: 300, good: 600, hold: 600, list: 60, lostDays: 7 }
  const held = { state: 'hold', reason: 'account_disabled', since: '2026-11-22T10:42:00Z' } as const
  expect(reasonOf(view(held), { ...rules, propagation }, reader, words)).toContain(
    'about 15 minutes after IT switches the account on.',
  )
})

test.each([
  'en',
  'de',
] as const)('in %s no two reasons read alike, and each has words', (language) => {
  const { hold, revoked } = dictionary(language).certificate.why
  for (const words of [hold, revoked]) {
    expect(new Set(Object.values(words)).size).toBe(Object.keys(words).length)
  }
  const told = new Set([...Object.keys(hold), ...Object.keys(revoked)])
  expect([...told].sort()).toEqual([...STATUS_REASONS, 'other'].sort())
})

test.each<[Reader['language'], string]>([
  ['en', 'On hold since 2 July 2026, 10:42, because Intune marked this device as not compliant.'],
  ['de', 'Pausiert seit 2. Juli 2026, 10:42, weil Intune dieses Gerät als nicht konform meldet.'],
])('in %s a message for IT does not say that it ends by itself', (language, cause) => {
  const status = { state: 'hold', since: '2026-07-02T10:42:00Z' } as const
  const held = view({ ...status, reason: 'device_not_compliant' })
  expect(causeOf(held, rules, { ...reader, language }, dictionary(language))).toBe(cause)
})

test('a reason of a newer authority gets the plain sentence', () => {
  const odd = { state: 'hold', since: '2026-11-22T10:42:00Z' } as const
  for (const reason of ['toString', '__proto__', 'moon_phase']) {
    const status = { ...odd, reason: reason as Status['reason'] }
    expect(reasonOf(view(status), rules, reader, words)).toBe('On hold since today, 10:42.')
  }
})

function view(status: Partial<Status>): CertificateView {
  return {
    serial: '01',
    profile: 'device',
    displayName: 'alice-ws',
    subject: 'CN=x',
    subjectAltName: '',
    deviceId: null,
    intuneId: null,
    notBefore: '2026-03-12T00:00:00Z',
    notAfter: '2027-03-12T00:00:00Z',
    issuedAt: '2026-03-12T00:00:00Z',
    source: 'api',
    keyThumbprint: 'k',
    fingerprint: 'f',
    replaces: null,
    signedInAt: '2026-11-22T10:00:00.000Z',
    label: null,
    status: {
      state: 'good',
      reason: null,
      since: null,
      by: null,
      revocationReason: null,
      asOf: '2026-11-22T10:46:00Z',
      ...status,
    },
  }
}
