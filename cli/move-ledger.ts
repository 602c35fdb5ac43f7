/**
 * `npm run move-ledger`: moves the embedded ledger into the PostgreSQL database of LATCHKEY_DATABASE, and proves
 * that both are equal. Exit 1 when it cannot be moved; then both are as they were.
 */
import path from 'node:path'
import { command } from '#cli/command.ts'
import { readConfig } from '#lib/config.ts'
import { sqliteFile } from '#lib/ledger/address.ts'
import { type Moved, moveLedger } from '#lib/ledger/copy/move.ts'

const USAGE = `npm run move-ledger -- [options]

  --from FILE  the ledger of now (default: ledger.sqlite in the data folder)
  --json       one line of JSON

Stop the authority first, and set LATCHKEY_DATABASE to an empty PostgreSQL database, as the user who will own
its tables.`

/** The command with these arguments; says what it moved, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: { from: { type: 'string' } },
  failure: { says: 'The ledger cannot be moved.', status: 1 },
  run: async ({ values }) => {
    const { dataDir, database } = readConfig()
    if (database.startsWith('sqlite:')) {
      console.error(
        'Set LATCHKEY_DATABASE to the PostgreSQL database to which the ledger is to move.',
      )
      return 1
    }
    const from = values.from ?? path.join(dataDir, 'ledger.sqlite')
    const file = sqliteFile(from.startsWith('sqlite:') ? from : `sqlite:${from}`) ?? from
    const moved = await moveLedger(file, database, new Date())
    console.log(values.json ? JSON.stringify(moved) : inWords(moved))
    return 0
  },
})

function inWords({ proof, sequence, headHash }: Moved): string {
  const end = `The audit chain ends with record ${sequence}, ${headHash}.`
  if (proof === null) return `It had been moved before; now its file says so. ${end}`
  const tables = Object.entries(proof)
    .filter(([, { rows }]) => rows > 0)
    .map(([name, { rows, hash }]) => `${name.padEnd(18)} ${String(rows).padStart(10)}  ${hash}`)
  return [
    'Moved, read back and compared; each table with its rows and their SHA-256, the same on both sides:',
    ...tables,
    end,
    'Start the authority with LATCHKEY_DATABASE as it is now. The file is not used any more.',
  ].join('\n')
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
