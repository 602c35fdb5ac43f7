/**
 * Runs an asynchronous function for each item, at most `size` at once, and gives the results in the order of
 * items.
 */
export async function inGroups<T, R>(
  items: readonly T[],
  size: number,
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += size) {
    results.push(...(await Promise.all(items.slice(start, start + size).map(act))))
  }
  return results
}
