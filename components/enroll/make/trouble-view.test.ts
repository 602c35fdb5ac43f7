import { describe, expect, test } from 'vitest'
import { enrollWords } from '#lib/i18n/dictionary.ts'
import type { Trouble } from './making-trouble.ts'
import { troubleView } from './trouble-view.ts'

const words = enrollWords('en')
const viewOf = (trouble: Trouble, step: 'key' | 'check' | 'sign' | 'wrap' = 'check') =>
  troubleView({ step, trouble }, words)

const refused = (code: Extract<Trouble, { kind: 'refused' }>['code']): Trouble => ({
  kind: 'refused',
  code,
  message: 'The request asks for another use than client authentication.',
  remedy: 'Leave the extension out.',
})

describe.each([
  ['device_not_compliant', 'This device is not compliant right now.', 'retry'],
  ['device_not_managed', 'This device is not managed right now.', 'retry'],
  ['device_disabled', 'This device is switched off in the directory.', 'message'],
  ['device_lost', 'This device is reported lost.', 'retry'],
  ['ownership_changed', 'The directory changed while the certificate was being made.', 'retry'],
  ['principal_disabled', 'Your account is switched off.', 'message'],
  ['not_owner', 'The directory does not list this device as yours.', 'message'],
  ['missing_role', 'Certificates are not switched on for you.', 'message'],
] as const)('refused as %s', (code, title, first) => {
  test(`it says "${title}" and offers "${first}" first`, () => {
    const view = viewOf(refused(code))
    expect(view).toMatchObject({ title, code, tone: 'hold', retryAfterSeconds: null })
    expect(view.ways[0]).toBe(first)
    expect(view.can.length).toBeGreaterThan(0)
  })
})

test('a rule without words of its own speaks for itself', () => {
  expect(viewOf(refused('policy_violation'))).toMatchObject({
    title: 'This certificate cannot be issued.',
    what: 'The request asks for another use than client authentication.',
    can: ['Leave the extension out.', 'Then try again.'],
    code: 'policy_violation',
  })
})

test.each([
  ['directory_unavailable', 'The directory is not answering.'],
  ['authority_unavailable', 'The Latchkey server is not answering.'],
  ['signer_unavailable', 'The Latchkey server is not answering.'],
  ['draining', 'The Latchkey server is not answering.'],
  ['rate_limited', 'That was a little too often.'],
] as const)('%s counts down, with a way to ask at once', (code, title) => {
  expect(viewOf({ kind: 'later', code, retryAfterSeconds: 7 })).toMatchObject({
    title,
    tone: 'info',
    retryAfterSeconds: 7,
    ways: ['retry'],
  })
})

test.each([
  [{ kind: 'offline' }, 'You are offline.', []],
  [{ kind: 'lost' }, 'We got no answer.', ['retry']],
  [{ kind: 'signed_out' }, 'You are signed out.', ['signIn', 'retry']],
  [{ kind: 'stale' }, 'This page is older than the server.', ['reload']],
] as const)('%o', (trouble, title, ways) => {
  expect(viewOf(trouble)).toMatchObject({ title, ways })
})

test.each([
  ['key', 'Your browser could not make the key.', ['retry', 'chooseAgain']],
  ['sign', 'Something went wrong on the server.', ['retry', 'message']],
  [
    'wrap',
    'The file did not open with its password, so we do not give it to you.',
    ['wrapAgain', 'separate'],
  ],
] as const)('what breaks at "%s" is named by its step', (step, title, ways) => {
  expect(viewOf({ kind: 'broken' }, step)).toMatchObject({ title, ways, tone: 'hold' })
})

test.each([
  ['asked', 'Confirm it is you.', ['confirm', 'chooseAgain']],
  ['blocked', 'Your browser blocked the sign-in window.', ['confirm', 'newTab', 'chooseAgain']],
  ['account', 'That was another account.', ['confirm', 'chooseAgain']],
  ['failed', 'The sign-in did not work.', ['confirm', 'message', 'chooseAgain']],
] as const)('a confirmation that is %s', (reason, title, ways) => {
  const view = viewOf({ kind: 'confirm', reason, name: 'bob@contoso.example' }, 'check')
  expect(view).toMatchObject({ title, ways, code: 'step_up_required' })
  expect(view.what).not.toContain('{')
})
