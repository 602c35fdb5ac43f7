import type { Operation, Writing } from '#lib/ledger/writing.ts'
import type { Confirmation } from '#lib/model.ts'
import type { Statements } from './statements.ts'

/** Confirmations that were used, each until it is too old anyway, also for a request that came in time and waited. */

/** Longer than a request takes from the check of its confirmation on, and than clocks of replicas differ. */
const KEEP_MS = 3600 * 1000

/** Whether this confirmation was used before. Nobody can use it between this and `use`: writers queue. */
export async function isUsed(
  statements: Statements,
  writing: Writing,
  { id }: Confirmation,
): Promise<boolean> {
  return (await statements.confirmation(writing, { id })).length > 0
}

/** Records the use, and deletes what is too old at `now`. */
export async function use(
  statements: Statements,
  writing: Writing,
  { id, until }: Confirmation,
  now: Date,
): Promise<void> {
  await statements.clearConfirmations(writing, { before: now.getTime() - KEEP_MS })
  await statements.insertConfirmation(writing, { id, until: until.getTime() })
}

/** Uses a confirmation for a change of its own. Gives false when it was used before. */
export function takeConfirmation(
  statements: Statements,
  confirmation: Confirmation,
  now: Date,
): Operation<boolean> {
  return async (writing) => {
    if (await isUsed(statements, writing, confirmation)) return false
    await use(statements, writing, confirmation, now)
    return true
  }
}
