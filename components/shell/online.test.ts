import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** A page that is loaded by a browser that says so. */
async function load(onLine: boolean) {
  const browser = new EventTarget()
  const say = (word: boolean) => {
    vi.stubGlobal('navigator', { onLine: word })
    browser.dispatchEvent(new Event(word ? 'online' : 'offline'))
  }
  vi.stubGlobal('window', browser)
  say(onLine)
  const { isOnline } = await import('./online.ts')
  return { isOnline, say }
}

it('believes a browser that loses its connection and finds it again', async () => {
  const { isOnline, say } = await load(true)
  expect(isOnline()).toBe(true)
  say(false)
  expect(isOnline()).toBe(false)
  say(true)
  expect(isOnline()).toBe(true)
})

it('is online on a machine without any other network, until there was one', async () => {
  const { isOnline, say } = await load(false)
  expect(isOnline()).toBe(true)
  say(true)
  say(false)
  expect(isOnline()).toBe(false)
})
