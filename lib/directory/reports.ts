import type { GraphClientOptions } from './transport/graph-token.ts'

type Report = NonNullable<GraphClientOptions['report']>

const AGAIN_MS = 60 * 60 * 1000

/** Gives the `report` of these options, limited to once an hour for each sentence. */
export function reportsOf({ report, now }: GraphClientOptions): Report {
  const saidAt = new Map<string, number>()
  return (sentence, error) => {
    const at = (now ?? (() => new Date()))().getTime()
    if (at - (saidAt.get(sentence) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    saidAt.set(sentence, at)
    report?.(sentence, error)
  }
}
