/**
 * How often a test with random or very many tries makes them: in `npm test`, in `.ci/run`
 * (`LATCHKEY_TEST_LONG=short`) and at full length (`npm run test:long`).
 */
export function tries(each: {
  readonly test: number
  readonly short: number
  readonly long: number
}): number {
  switch (process.env.LATCHKEY_TEST_LONG) {
    case undefined:
    case '':
      return each.test
    case 'short':
      return each.short
    default:
      return each.long
  }
}

/** Those that are tried in turn: all of them in `npm run test:long`, in `npm test` those that are `enough`. */
export function turns<Item>(
  items: readonly Item[],
  enough: (item: Item) => boolean,
): readonly Item[] {
  return process.env.LATCHKEY_TEST_LONG ? items : items.filter(enough)
}
