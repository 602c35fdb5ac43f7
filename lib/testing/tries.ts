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
