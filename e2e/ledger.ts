import type { RawBuilder } from 'kysely'
import { openStore } from '#lib/ledger/open.ts'
import { database } from './stack.ts'

/** Changes rows of the ledger as no program does, for what takes days otherwise. */
export async function changeLedger(...changes: readonly RawBuilder<unknown>[]): Promise<void> {
  const store = await openStore(database(), { create: false })
  for (const change of changes) await change.execute(store.write)
  await store.close()
}
