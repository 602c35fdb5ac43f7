/**
 * How often a test with random or very many tries makes them, in a file whose name ends in `.long.test.ts`: in
 * `.ci/run` (`LATCHKEY_TEST_LONG=short`) and at full length (`npm run test:long`).
 */
export function tries(each: { readonly short: number; readonly long: number }): number {
  return process.env.LATCHKEY_TEST_LONG === 'short' ? each.short : each.long
}
