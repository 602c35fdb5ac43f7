import type { GraphCalls } from './transport/graph-client.ts'

/**
 * Gives calls that ask Graph once for each object and list, whoever asks again: all get the same answer. For one
 * question and its short time, and for callers that read a path by one schema alone.
 */
export function askedOnce(calls: GraphCalls): GraphCalls {
  const asked = new Map<string, Promise<unknown>>()

  function once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = asked.get(key)
    // The key holds the kind of call and the path, and the caller has one schema for each path.
    if (known !== undefined) return known as Promise<T>
    const answer = ask()
    asked.set(key, answer)
    return answer
  }

  return {
    ...calls,
    get: (path, schema) => once(`get ${path}`, () => calls.get(path, schema)),
    list: (path, schema, turns) => once(`list ${path}`, () => calls.list(path, schema, turns)),
    collection: (path, schema, turns) =>
      once(`collection ${path}`, () => calls.collection(path, schema, turns)),
  }
}
