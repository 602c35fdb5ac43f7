import { expect, test } from 'vitest'
import { answerCache } from './answer-cache.ts'

test('it holds so many entries, and drops the one that was not used for the longest time', () => {
  const cache = answerCache<number>(8)
  for (let at = 0; at < 8; at += 1) cache.set(`${at}`, at)
  expect(cache.get('0')).toBe(0)
  cache.set('8', 8)
  expect([cache.get('0'), cache.get('1'), cache.get('2')]).toEqual([0, undefined, 2])
})

test('what is used all the time stays, however much comes', () => {
  const cache = answerCache<number>(100)
  cache.set('used', 1)
  for (let at = 0; at < 10_000; at += 1) {
    cache.set(`${at}`, at)
    expect(cache.get('used')).toBe(1)
  }
  expect(cache.get('9900')).toBeUndefined()
  expect(cache.get('9901')).toBe(9901)
})

test('an entry that is set again has its new value', () => {
  const cache = answerCache<number>(2)
  cache.set('a', 1)
  cache.set('a', 2)
  cache.set('b', 3)
  expect([cache.get('a'), cache.get('b')]).toEqual([2, 3])
})
