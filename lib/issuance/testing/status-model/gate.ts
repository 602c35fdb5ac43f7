import type { Answerer } from './graph.ts'

/** Questions that wait: from `first` on they are answered when the gate is opened. */
export type Gate = {
  readonly answer: Answerer
  /** Resolves when a question waits. */
  readonly reached: Promise<void>
  readonly open: () => void
}

/**
 * `isStale`: a late answer was true when the question came, as from a Graph that is slow to answer; otherwise
 * it is true when the gate opens, as from one that is slow to start.
 */
export function gateOn(answer: Answerer, first: number, isStale: boolean): Gate {
  const opened = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let asked = 0
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    answer: async (question) => {
      asked += 1
      if (asked < first) return answer(question)
      const early = isStale ? { answer: await answer(question) } : null
      reached.resolve()
      await opened.promise
      return early === null ? answer(question) : early.answer
    },
  }
}
