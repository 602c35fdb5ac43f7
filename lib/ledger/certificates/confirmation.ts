import type { Operation, Writing } from '#lib/ledger/writing.ts'
import type { Confirmation } from '#lib/model.ts'

/** Confirmations that were used, each until it is too old anyway. */

/** Whether this confirmation was used before. Nobody can use it between this and `use`: writers queue. */
export async function isUsed({ db }: Writing, { id }: Confirmation): Promise<boolean> {
  const found = await db
    .selectFrom('confirmation')
    .select('until')
    .where('id', '=', id)
    .executeTakeFirst()
  return found !== undefined
}

/** Records the use, and deletes what is too old at `now`. */
export async function use({ db }: Writing, { id, until }: Confirmation, now: Date): Promise<void> {
  await db.deleteFrom('confirmation').where('until', '<=', now.getTime()).execute()
  await db.insertInto('confirmation').values({ id, until: until.getTime() }).execute()
}

/** Uses a confirmation for a change of its own. Gives false when it was used before. */
export function takeConfirmation(confirmation: Confirmation, now: Date): Operation<boolean> {
  return async (writing) => {
    if (await isUsed(writing, confirmation)) return false
    await use(writing, confirmation, now)
    return true
  }
}
