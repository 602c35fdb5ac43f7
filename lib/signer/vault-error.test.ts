import { describe, expect, test, vi } from 'vitest'
import { Throttled } from './pace.ts'
import { asVaultError, readVaultTrouble, sayVaultTrouble } from './vault-error.ts'

/** As Azure's library throws: with the request and its token. */
function restError(statusCode: number | undefined, details: object, headers: object = {}) {
  const all = new Map(Object.entries(headers))
  return Object.assign(new Error('refused'), {
    name: 'RestError',
    statusCode,
    details,
    request: { headers: { authorization: 'Bearer secret' } },
    response: { headers: { get: (name: string) => all.get(name) } },
  })
}

const NOW = new Date('2026-11-29T12:00:00Z')

describe('a vault that is busy', () => {
  test.each([
    ['7', 7000],
    ['0', 0],
    ['Sun, 29 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
    ['1.5', 1500],
    ['5,5', 5000],
  ])('with Retry-After %s', (header, retryAfterMs) => {
    vi.useFakeTimers({ now: NOW })
    const error = restError(429, {}, header === undefined ? {} : { 'retry-after': header })
    expect(asVaultError(error)).toEqual(new Throttled(retryAfterMs))
    expect(readVaultTrouble(error).retryAfterMs).toBe(retryAfterMs)
    vi.useRealTimers()
  })
})

describe('what a vault says', () => {
  const codes = [
    [
      { error: { code: 'Forbidden', innererror: { code: 'KeyDisabled' } } },
      'Forbidden/KeyDisabled',
    ],
    [
      { error: { code: 'Forbidden', innerError: { code: 'KeyDisabled' } } },
      'Forbidden/KeyDisabled',
    ],
    [{ error: { code: 'KeyNotFound' } }, 'KeyNotFound'],
    [{}, 'RestError'],
    [{ error: 'text' }, 'RestError'],
  ] as const
  test.each(codes)('%j is %s', (details, code) => {
    const said = asVaultError(restError(403, details, { 'x-ms-request-id': 'r1' })).message
    expect(said).toBe(`the vault says 403 ${code} (request r1)`)
  })

  test('without an answer it is the code of the connection', () => {
    const error = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    expect(sayVaultTrouble(readVaultTrouble(error))).toBe('no answer of the vault: ECONNRESET')
    expect(asVaultError('odd').message).toBe('no answer of the vault: unknown')
  })

  test('nothing of the request comes along', () => {
    const error = asVaultError(restError(500, {}))
    expect(error.cause).toBeUndefined()
    expect(JSON.stringify(error) + error.stack).not.toContain('secret')
  })
})
