/** Counts what is under way, so that there is an end to how much is. */
export type UnderWay = {
  readonly count: () => number
  /** Begins the work; null when `max` others are under way. */
  readonly begin: <T>(max: number, work: () => Promise<T>) => Promise<T> | null
}

export function underWay(): UnderWay {
  let count = 0
  const leave = () => {
    count -= 1
  }
  return {
    count: () => count,
    begin: (max, work) => {
      if (count >= max) return null
      count += 1
      return work().finally(leave)
    },
  }
}
