/** When a worker that ended is replaced: at once, then ever later, and not for ever. */
export type Successor =
  | { readonly kind: 'in'; readonly ms: number }
  | { readonly kind: 'never'; readonly sentence: string }

const FIRST_MS = 500
/** One that ran for longer was no part of a loop. */
const LONG_MS = 120_000
const DEATHS_MAX = 6

/** Counts the ends of one worker and of those that took its place. `ranMs` is how long it had run. */
export function successions(number: number): (ranMs: number) => Successor {
  let deaths = 0
  return (ranMs) => {
    deaths = ranMs > LONG_MS ? 1 : deaths + 1
    if (deaths <= DEATHS_MAX) return { kind: 'in', ms: FIRST_MS * 2 ** (deaths - 1) }
    const sentence =
      `Worker ${number} ended ${deaths} times in a row, each time soon after its start; its last lines ` +
      'above say why. The authority stops.'
    return { kind: 'never', sentence }
  }
}
