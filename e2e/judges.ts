import { test } from '@playwright/test'

/** Tells of a missing judge in the report of the test, where `.ci/tally.js` finds it, and on the console. */
export function annotate(line: string): void {
  test.info().annotations.push({ type: 'missing judge', description: line })
  process.stderr.write(`${line}\n`)
}
