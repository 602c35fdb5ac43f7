/** A cache with a limited number of entries, which drops the least recently used one. */
export type AnswerCache<T> = {
  readonly get: (key: string) => T | undefined
  readonly set: (key: string, value: T) => void
}

export function answerCache<T>(entriesMax: number): AnswerCache<T> {
  const entries = new Map<string, T>()
  return {
    get: (key) => {
      const found = entries.get(key)
      if (found === undefined) return undefined
      // A Map keeps the order of insertion, so an entry that is used is inserted again at the end.
      entries.delete(key)
      entries.set(key, found)
      return found
    },
    set: (key, value) => {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= entriesMax) return
      for (const oldest of entries.keys()) {
        entries.delete(oldest)
        return
      }
    },
  }
}
