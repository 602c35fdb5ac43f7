import { describe, expect, test } from 'vitest'
import { inBatches } from './in-batches.ts'

describe('work that comes in one turn', () => {
  test('is done together before anyone is told', async () => {
    const order: string[] = []
    const double = inBatches((n: number) => {
      order.push(`work ${n}`)
      return 2 * n
    }, 10)
    const told = [1, 2, 3].map(async (n) => order.push(`told ${await double(n)}`))
    await Promise.all(told)
    expect(order).toEqual(['work 1', 'work 2', 'work 3', 'told 2', 'told 4', 'told 6'])
  })

  test('goes on in the next turn when there is more than a batch', async () => {
    let turn = 0
    const turns: number[] = []
    const note = inBatches(() => turns.push(turn), 2)
    const all = Promise.all([note(null), note(null), note(null)])
    setImmediate(() => {
      turn = 1
    })
    await all
    expect(turns).toEqual([0, 0, 1])
  })

  test('fails for the one whose work fails, and for nobody else', async () => {
    const strict = inBatches((n: number) => {
      if (n === 2) throw new Error('two')
      return n
    }, 10)
    const told = await Promise.allSettled([strict(1), strict(2), strict(3)])
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await strict(4)).toBe(4)
  })
})
