import { expect, test } from 'vitest'
import { successions } from './successor.ts'

test('a worker that keeps dying is replaced ever later, and in the end not any more', () => {
  const next = successions(2)
  const waits = Array.from({ length: 6 }, () => next(1000))
  expect(waits.map((one) => one.kind === 'in' && one.ms)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000,
  ])
  expect(next(1000)).toEqual({
    kind: 'never',
    sentence:
      'Worker 2 ended 7 times in a row, each time soon after its start; its last lines above say why. ' +
      'The authority stops.',
  })
})

test('one that had run for long starts the count again', () => {
  const next = successions(1)
  for (let n = 0; n < 6; n++) next(1000)
  expect(next(120_001)).toEqual({ kind: 'in', ms: 500 })
})
