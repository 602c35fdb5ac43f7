import { redirect } from 'next/navigation'
import { beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import { action } from './action.ts'
import type { Session } from './session.ts'

/** Next's functions for the current request, which exist only inside Next, are replaced. */
const request = vi.hoisted(() => ({ headers: new Headers(), session: null as Session | null }))
vi.mock('next/headers', () => ({ headers: async () => request.headers }))
vi.mock('./session.ts', () => ({ currentSession: async () => request.session }))
vi.mock('./portal.ts', () => ({
  portal: () => ({
    config: { portalUrl: 'https://keys.example.org' },
    log: { error: () => undefined },
  }),
}))

const ada: Session = {
  requester: { kind: 'user', tid: 't', oid: 'ada', name: 'Ada', roles: ['CSR.SelfService'] },
  upn: 'ada@example.org',
  accessToken: 'token',
  endsAt: new Date('2026-11-22T11:00:00Z'),
  requestId: null,
}
const double = action(z.number(), async (_session, number) => number * 2)

function signOut(): void {
  request.session = null
}

beforeEach(() => {
  request.headers = new Headers({ origin: 'https://keys.example.org' })
  request.session = ada
})

test('a page of ours, signed in, with a good input gets its value', async () => {
  expect(await double(21)).toEqual({ ok: true, value: 42 })
})

test('the action is told who asks', async () => {
  const who = action(z.null(), async ({ requester }) => requester.oid)
  expect(await who(null)).toEqual({ ok: true, value: 'ada' })
})

test.each<[string, string, () => void]>([
  ['another origin', 'csrf', () => request.headers.set('origin', 'https://evil.example')],
  ['the origin null', 'csrf', () => request.headers.set('origin', 'null')],
  ['no origin', 'csrf', () => request.headers.delete('origin')],
  ['another site', 'csrf', () => request.headers.set('sec-fetch-site', 'cross-site')],
  ['nobody signed in', 'session_required', signOut],
])('refused for %s as %s, and nothing is run', async (_, code, change) => {
  change()
  const run = vi.fn(async () => null)
  expect(await action(z.number(), run)(1)).toMatchObject({ ok: false, code })
  expect(run).not.toHaveBeenCalled()
})

test('an input of another form is refused before anything is run', async () => {
  expect(await double('21')).toMatchObject({
    ok: false,
    code: 'malformed_request',
    message: 'The form is not complete.',
  })
})

test('a refusal travels as data, with rule and remedy', async () => {
  const refuse = action(z.null(), async () => {
    throw new LatchkeyError('device_not_compliant', 'Not now.', {
      rule: 'device_compliant',
      remedy: 'Fix it.',
      retryAfterSeconds: 7,
    })
  })
  expect(await refuse(null)).toEqual({
    ok: false,
    code: 'device_not_compliant',
    message: 'Not now.',
    rule: 'device_compliant',
    remedy: 'Fix it.',
    retryAfterSeconds: 7,
  })
})

test('a bug says nothing of itself', async () => {
  const broken = action(z.null(), async () => {
    throw new TypeError('secret is undefined')
  })
  expect(await broken(null)).toMatchObject({
    ok: false,
    code: 'internal',
    message: 'Something went wrong. It has been logged.',
  })
})

test('redirect() goes on to Next', async () => {
  const leave = action(z.null(), async () => redirect('/signin'))
  await expect(leave(null)).rejects.toThrow('NEXT_REDIRECT')
})
