/**
 * `npm run migrate`: brings the ledger's schema up to date, for operators who do so before the new release
 * starts, or whose authority runs as several database users that may not. The authority does the same at its
 * start where it may. On PostgreSQL it also gives the roles of those users their rights.
 */
import { readConfig } from '#lib/config.ts'
import { asSentence } from '#lib/ledger/as-sentence.ts'
import { openStore } from '#lib/ledger/open.ts'
import { grantRights } from '#lib/ledger/schema/grants.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'

try {
  const store = await openStore(readConfig().database, { create: true })
  try {
    const { from, to } = await migrate(store)
    console.log(from === to ? `The ledger is at schema ${to}.` : `Schema ${from} became ${to}.`)
    if (store.engine === 'postgres') {
      const roles = await store.write.transaction().execute(grantRights)
      console.log(
        roles.length > 0 ? `Rights: ${roles.join(', ')}.` : 'Rights: none of our roles is there.',
      )
    }
  } catch (error) {
    throw asSentence(error)
  } finally {
    await store.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : 'The ledger cannot be opened.')
  process.exitCode = 1
}
