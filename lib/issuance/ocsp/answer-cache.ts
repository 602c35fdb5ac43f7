/** A cache of so many entries; who was asked for least recently goes first. */
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
      // A Map keeps the order of insertion: what is put in again is the newest.
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
