import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rememberKinds } from './network-kinds.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('is asked once a minute, by all pages together', async () => {
  const clock = { now: 0 }
  const ask = vi.fn(async () => ['wifi'] as const)
  const kinds = rememberKinds(ask, () => clock.now)
  expect(await Promise.all([kinds(), kinds()])).toEqual([['wifi'], ['wifi']])
  clock.now = 59_999
  expect(await kinds()).toEqual(['wifi'])
  expect(ask).toHaveBeenCalledTimes(1)
})

test('what was known is given at once, while it is asked again and when that fails', async () => {
  const clock = { now: 0 }
  const ask = vi.fn(async (): Promise<readonly ('wifi' | 'vpn')[]> => ['wifi'])
  const kinds = rememberKinds(ask, () => clock.now)
  await kinds()
  clock.now = 60_000
  ask.mockRejectedValueOnce(new Error('silent'))
  expect(await kinds()).toEqual(['wifi'])
  clock.now = 65_000
  ask.mockResolvedValueOnce(['vpn'])
  expect(await kinds()).toEqual(['wifi'])
  await vi.advanceTimersByTimeAsync(0)
  expect(await kinds()).toEqual(['vpn'])
  expect(ask).toHaveBeenCalledTimes(3)
})

test('without an answer a page waits a second, and there are none', async () => {
  const ask = vi.fn(() => new Promise<never>(() => undefined))
  const kinds = rememberKinds(ask, () => 0)
  const first = kinds()
  const second = kinds()
  await vi.advanceTimersByTimeAsync(1000)
  expect(await Promise.all([first, second])).toEqual([[], []])
  expect(await kinds()).toEqual([])
  expect(ask).toHaveBeenCalledTimes(1)
})
