/**
 * `npm run migrate`: brings the ledger's schema up to date, for operators who do so before the new release
 * starts. The authority does the same at its start.
 */
import { readConfig } from '#lib/config.ts'
import { openStore } from '#lib/ledger/open.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'

try {
  const store = await openStore(readConfig().database, { create: true })
  try {
    const { from, to } = await migrate(store)
    console.log(from === to ? `The ledger is at schema ${to}.` : `Schema ${from} became ${to}.`)
  } finally {
    await store.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : 'The ledger cannot be opened.')
  process.exitCode = 1
}
