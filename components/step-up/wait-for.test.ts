import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Attempt, beginAttempt, outcomeOf, reopen } from './attempt.ts'
import { CHANNEL, type Message, type Outcome } from './messages.ts'

const SUBJECT = { text: 'Revoke it.' }
const OTHER = '11111111-2222-4333-8444-555555555555'
const PROOF: Outcome = { kind: 'proof', proof: { idToken: 'a.b.c', accessToken: null } }

/** What windows say and hear. */
let windows = new BroadcastChannel(CHANNEL)
let heard: Message[] = []

beforeAll(() => void vi.stubGlobal('window', { setTimeout, clearTimeout, open: () => ({}) }))
afterAll(() => void vi.unstubAllGlobals())
beforeEach(() => {
  heard = []
  windows = new BroadcastChannel(CHANNEL)
  windows.onmessage = ({ data }) => heard.push(data)
})
afterEach(() => windows.close())

/** The window says that it is there until the page answers, as it does while the page loads its code. */
async function ready(id: string | null) {
  await expect
    .poll(() => {
      windows.postMessage({ id, from: 'window', kind: 'ready' })
      return heard.find((message) => message.id === id)?.kind
    })
    .toBe('ask')
}

function finish(attempt: Attempt): void {
  windows.postMessage({ id: attempt.id, from: 'window', kind: 'outcome', outcome: PROOF })
}

test('the window of an attempt is told the nonce, and its outcome is taken', async () => {
  const attempt = beginAttempt()
  const outcome = outcomeOf(attempt, SUBJECT)
  await ready(attempt.id)
  finish(attempt)
  expect(await outcome).toEqual(PROOF)
})

test('a window that was opened before is closed, and what it brings does not count', async () => {
  const attempt = beginAttempt()
  const outcome = outcomeOf(attempt, SUBJECT)
  await ready(attempt.id)
  const before = { ...attempt }
  reopen(attempt)
  finish(before)
  await expect.poll(() => heard.at(-1)).toEqual({ id: before.id, from: 'page', kind: 'close' })
  await ready(attempt.id)
  finish(attempt)
  expect(await outcome).toEqual(PROOF)
})

test('the window of another page is left alone', async () => {
  const attempt = beginAttempt()
  const outcome = outcomeOf(attempt, SUBJECT)
  await ready(attempt.id)
  windows.postMessage({ id: OTHER, from: 'window', kind: 'ready' })
  finish(attempt)
  expect(await outcome).toEqual(PROOF)
  await expect.poll(() => heard.at(-1)?.kind).toBe('close')
  expect(heard.filter(({ id }) => id === OTHER)).toEqual([])
})

test('cancelled before its code is there, it waits for nothing', async () => {
  const attempt = beginAttempt()
  const outcome = outcomeOf(attempt, SUBJECT)
  attempt.cancel()
  expect(await outcome).toEqual({ kind: 'none', reason: 'cancelled', name: null })
})
