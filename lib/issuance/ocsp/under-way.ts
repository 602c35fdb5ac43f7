/** Counts the operations in progress, so that their number can be limited. */
export type UnderWay = {
  readonly count: () => number
  /** Starts the work; null when `max` other operations are in progress. */
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
