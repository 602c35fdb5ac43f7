import { expect, test } from 'vitest'
import type { CertificateView } from '#lib/api/schemas.ts'
import { dictionary } from '#lib/i18n/dictionary.ts'
import {
  agreementOf,
  agreementOfAll,
  type ChannelAnswer,
  sentenceOf,
} from './relying-party-view.ts'

const reader = { language: 'en', timeZone: 'UTC', now: new Date('2026-11-22T14:03:00Z') } as const
const context = {
  propagation: { directory: 60, good: 300, hold: 300, list: 60, lostDays: 7 },
  reader,
  words: dictionary('en'),
}

type State = Extract<ChannelAnswer, { kind: 'said' }>['state']

function said(state: State, from = '2026-11-22T14:01:00Z'): ChannelAnswer {
  return { kind: 'said', state, from: new Date(from), until: new Date('2026-11-23T14:01:00Z') }
}

function certificate(state: CertificateView['status']['state'], since: string | null = null) {
  const status = { state, since, reason: null, by: null, revocationReason: null, asOf: '' }
  return { status } as CertificateView
}

const HELD = certificate('hold', '2026-11-22T14:02:00Z')

test.each<[string, CertificateView, ChannelAnswer, string]>([
  ['the same', HELD, said('hold'), 'same'],
  ['good after a hold', certificate('good'), said('hold'), 'behind'],
  ['a hold that is not known yet', HELD, said('good'), 'behind'],
  ['revoked where it was on hold', certificate('revoked'), said('hold'), 'behind'],
  ['a certificate that is not known', certificate('good'), said('unknown'), 'behind'],
  ['silence', HELD, { kind: 'silent' }, 'none'],
  ['a forgery', HELD, { kind: 'refused' }, 'none'],
  ['"later" without a directory', certificate('unknown'), { kind: 'later' }, 'same'],
  ['a list without a directory', certificate('unknown'), said('good'), 'none'],
])('%s', (_, page, answer, agreement) => {
  expect(agreementOf(page, answer)).toBe(agreement)
})

test('one that is behind is news; silence is no agreement', () => {
  const all = (ocsp: ChannelAnswer, list: ChannelAnswer) => agreementOfAll(HELD, { ocsp, list })
  expect(all(said('hold'), said('hold'))).toBe('same')
  expect(all(said('hold'), said('good'))).toBe('behind')
  expect(all({ kind: 'silent' }, said('good'))).toBe('behind')
  expect(all({ kind: 'silent' }, said('hold'))).toBe('none')
})

test.each<[string, ChannelAnswer, string]>([
  [
    'what it says, from when and until when',
    said('hold'),
    'Published 14:01; may be believed until tomorrow, 14:01.',
  ],
  [
    'that it is behind, and when the next comes',
    said('good'),
    'The list of 14:01 does not know it yet; the next one comes within 1 minute.',
  ],
  ['that it cannot be read', { kind: 'silent' }, 'We cannot read it right now. We try again.'],
])('the list is said in words: %s', (_, answer, sentence) => {
  expect(sentenceOf('list', answer, { ...context, certificate: HELD })).toBe(sentence)
})

test('a list that should know it by now is said to be stuck', () => {
  const old = certificate('revoked', '2026-11-22T12:00:00Z')
  const list = said('good', '2026-11-22T11:59:00Z')
  expect(sentenceOf('list', list, { ...context, certificate: old })).toBe(
    'The list of 11:59 should know it by now, and no newer one was published. Tell IT.',
  )
})
