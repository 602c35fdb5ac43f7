/**
 * `npm run verify-audit -- [--json]`: reads the whole ledger and says whether the audit chain is intact and
 * agrees with the certificates. Exit 1 when it does not, 2 when it cannot be read.
 */
import { command } from '#cli/command.ts'
import { readConfig } from '#lib/config.ts'
import { type LedgerFinding, type Verification, verifyLedger } from '#lib/ledger/audit/verify.ts'
import { openExisting } from '#lib/ledger/open.ts'

const USAGE = `npm run verify-audit -- [options]

  --json       one line of JSON`

/** The command with these arguments; says what it found, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: {},
  failure: { says: 'The ledger cannot be read.', status: 2 },
  run: async ({ values }) => {
    const verification = await verify()
    console.log(values.json ? JSON.stringify(verification) : inWords(verification))
    return verification.ok ? 0 : 1
  },
})

async function verify(): Promise<Verification> {
  const store = await openExisting(readConfig().database)
  try {
    return await verifyLedger(store)
  } finally {
    await store.close()
  }
}

function inWords({ records, certificates, headHash, findings }: Verification): string {
  const good = `${records} records, ${certificates} certificates, head ${headHash}.`
  if (findings.length === 0) return `The audit log is whole: ${good}`
  return [...findings.map(line), `Faults: ${findings.length}. Good are ${good}`].join('\n')
}

function line({ index, serial, message }: LedgerFinding): string {
  const where = [
    ...(index === null ? [] : [`Record ${index}`]),
    ...(serial === null ? [] : [`certificate ${serial}`]),
  ].join(', ')
  return where === '' ? message : `${where}: ${message}`
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
