/**
 * `npm run verify-audit -- [--json]`: reads the whole ledger and says whether the audit chain is
 * whole and agrees with the certificates. Exit 1 when it does not, 2 when it cannot be read.
 */
import { parseArgs } from 'node:util'
import { readConfig } from '#lib/config.ts'
import { openStore } from '#lib/ledger/open.ts'
import { type Verification, verifyLedger } from '#lib/ledger/verify.ts'

const UNREADABLE = 2

try {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const store = await openStore(readConfig().database, { create: false })
  try {
    const verification = await verifyLedger(store)
    console.log(values.json ? JSON.stringify(verification) : inWords(verification))
    process.exitCode = verification.ok ? 0 : 1
  } finally {
    await store.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : 'The ledger cannot be read.')
  process.exitCode = UNREADABLE
}

function inWords({ records, certificates, headHash, finding }: Verification): string {
  if (finding === null) {
    return `The audit log is whole: ${records} records, ${certificates} certificates, head ${headHash}.`
  }
  const where = finding.index === null ? 'First bad row' : `First bad record: ${finding.index}`
  const whose = finding.serial === null ? '' : `, certificate ${finding.serial}`
  return `${where}${whose}. ${finding.message} (${records} records before it are good.)`
}
