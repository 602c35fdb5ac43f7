/**
 * A cache with a limited number of entries. It drops one after whose last use at least three quarters of the others
 * were inserted or used.
 */
export type AnswerCache<T> = {
  readonly get: (key: string) => T | undefined
  readonly set: (key: string, value: T) => void
}

export function answerCache<T>(entriesMax: number): AnswerCache<T> {
  const entries = new Map<string, { readonly value: T; movedAt: number }>()
  let moves = 0
  const putLast = (key: string, value: T) => {
    entries.delete(key)
    moves += 1
    entries.set(key, { value, movedAt: moves })
  }
  return {
    get: (key) => {
      const found = entries.get(key)
      if (found === undefined) return undefined
      // A Map keeps the order of insertion, so an entry that is used is inserted again at the end, but not while
      // it still is in the last quarter: that takes longer than to find it.
      if (moves - found.movedAt >= entriesMax / 4) putLast(key, found.value)
      return found.value
    },
    set: (key, value) => {
      putLast(key, value)
      if (entries.size <= entriesMax) return
      for (const oldest of entries.keys()) {
        entries.delete(oldest)
        return
      }
    },
  }
}
