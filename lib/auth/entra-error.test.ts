import { expect, test } from 'vitest'
import { createLog } from '#lib/log.ts'
import { entraErrorOf, signInLog } from './entra-error.ts'

const TRACE = '0c3a1b52-9d0e-4f67-8a21-5b7c9d1e3f01'
const CORRELATION = '1d4b2c63-0e1f-4a78-9b32-6c8d0e2f4a02'
const DESCRIPTION =
  "AADSTS50105: Your administrator has blocked the user 'alice@contoso.example'. " +
  `Trace ID: ${TRACE} Correlation ID: ${CORRELATION} Timestamp: 2026-11-22 12:00:00Z`

const found = {
  oauthError: 'access_denied',
  aadsts: 'AADSTS50105',
  traceId: TRACE,
  correlationId: CORRELATION,
  timestamp: '2026-11-22 12:00:00Z',
}

test.each([
  [
    'a query of the callback',
    { error: new Error('access_denied'), error_description: DESCRIPTION },
  ],
  ['an error of the token endpoint', new Error(`access_denied (${DESCRIPTION})`)],
  ['an error inside an error', { error: { message: 'x', cause: `access_denied ${DESCRIPTION}` } }],
])('codes and ids are found in %s, and no name', (_name, details) => {
  expect(entraErrorOf(details)).toEqual(found)
})

test.each([
  ['nothing', undefined],
  ['a sentence', new Error('state mismatch for alice@contoso.example')],
  ['a loop', Object.assign(new Error('x'), { cause: new Error('y') })],
  ['a number', 5],
])('%s gives nothing', (_name, details) => {
  expect(entraErrorOf(details)).toEqual({})
})

test('a hostile description adds nothing of its own', () => {
  const hostile = `AADSTS1234567890123 eyJhbGciOi.x.y\nTrace ID: ${'a'.repeat(5000)}`
  expect(entraErrorOf({ error_description: hostile })).toEqual({ aadsts: 'AADSTS123456789' })
})

test('a loop of causes ends', () => {
  const error: Error & { error?: unknown } = new Error('invalid_client')
  error.error = error
  error.cause = error
  expect(entraErrorOf(error)).toEqual({ oauthError: 'invalid_client' })
})

test('a sign-in that Entra refuses is one line of the log, with its codes and ids and no name', () => {
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const log = createLog('portal', { level: 'info', readable: false, write })
  const details = { error: new Error('access_denied'), error_description: DESCRIPTION }
  signInLog(log).error('OAUTH_CALLBACK_HANDLER_ERROR', { ...details, providerId: 'azure-ad' })
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    program: 'portal',
    msg: 'sign-in failed',
    code: 'OAUTH_CALLBACK_HANDLER_ERROR',
    ...found,
  })
  expect(lines[0]).not.toContain('alice')
})
