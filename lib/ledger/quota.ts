import type { Statements } from './certificates/statements.ts'
import type { Connection } from './connection.ts'
import type { Owner } from './records.ts'
import type { Operation } from './writing.ts'

/** Quotas in fixed windows, counted in the database for all replicas together. */

/** Longer than every window that is counted. */
const KEEP_MS = 8 * 24 * 3600 * 1000

/** Under which the certificates of somebody are counted. */
export function certificateQuotaOf({ tid, oid }: Owner): string {
  return `certificates:${tid}:${oid}`
}

type Use = { readonly principal: string; readonly windowStart: number; readonly max: number }

export function takeQuota(
  statements: Statements,
  principal: string,
  windowStart: Date,
  max: number,
): Operation<boolean> {
  const use = { principal, windowStart: windowStart.getTime(), max }
  return (writing) => countUse(statements, writing, use)
}

/** Counts one use. Gives false, without counting, when `max` uses of this window were counted. */
export async function countUse(
  statements: Statements,
  writing: Connection,
  { principal, windowStart, max }: Use,
): Promise<boolean> {
  if (max < 1) return false
  const rows = await statements.takeQuota(writing, { principal, windowStart, max })
  const used = rows[0]?.used
  // The first use of a window deletes old windows.
  if (used === 1) {
    await statements.clearQuota(writing, { principal, before: windowStart - KEEP_MS })
  }
  return used !== undefined
}
