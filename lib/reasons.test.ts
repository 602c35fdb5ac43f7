import { expect, test } from 'vitest'
import type { CertificateView } from '#lib/api/schemas.ts'
import type { Reader } from './format.ts'
import { dictionary } from './i18n/dictionary.ts'
import { reasonOf } from './reasons.ts'

type Status = CertificateView['status']

const reader: Reader = {
  language: 'en',
  timeZone: 'UTC',
  now: new Date('2026-11-22T10:47:00Z'),
}
const words = dictionary('en')
const rules = {
  complianceCounts: true,
  pace: { directory: 60, good: 300, hold: 240, list: 60 },
}

test.each<[string, Partial<Status>, string]>([
  ['good', {}, 'Good until 12 March 2027, as long as the device is compliant.'],
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

test('where compliance does not count, no sentence speaks of it', () => {
  expect(reasonOf(view({}), { ...rules, complianceCounts: false }, reader, words)).toBe(
    'Good until 12 March 2027, as long as the device is in the directory.',
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
    'On hold since today, 10:42: you stopped the certificates made out to you. They work again once you undo that.',
  )
})

test('the wait is as long as the authority is configured to take', () => {
  const pace = { directory: 300, good: 600, hold: 600, list: 60 }
  const held = { state: 'hold', reason: 'account_disabled', since: '2026-11-22T10:42:00Z' } as const
  expect(reasonOf(view(held), { ...rules, pace }, reader, words)).toContain(
    'about 15 minutes after IT switches the account on.',
  )
})

test('every reason the authority may give has a sentence of its own in both languages', () => {
  const reasons: Status['reason'][] = [
    'device_not_compliant',
    'device_left_intune',
    'device_disabled',
    'device_deleted',
    'device_retired',
    'account_disabled',
    'account_deleted',
    'account_at_risk',
    'lost_device',
    'by_owner',
    'superseded',
    'by_operator',
    'key_compromise',
    'not_delivered',
    'directory_unknown',
  ]
  for (const language of ['en', 'de'] as const) {
    const sentences = reasons.map((reason) =>
      reasonOf(
        view({ state: 'hold', reason, since: '2026-11-22T10:42:00Z' }),
        rules,
        { ...reader, language },
        dictionary(language),
      ),
    )
    expect(new Set(sentences).size).toBe(reasons.length)
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
