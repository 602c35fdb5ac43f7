/**
 * `npm run backup -- FOLDER`: CA, ledger and the signer's log as they are at one moment, in a new folder below
 * this one, while the authority works. Exit 2 when it cannot be made.
 */
import { command } from '#cli/command.ts'
import { readConfig } from '#lib/config.ts'
import { type Backup, makeBackup } from '#lib/keep/backup.ts'
import { CA_FILES } from '#lib/signer/issuer-files.ts'

const USAGE = `npm run backup -- FOLDER [options]

  FOLDER       where backups are kept: a disk that is not lost with this one
  --json       one line of JSON

Check it with: npm run restore -- FOLDER/latchkey-… --check`

/** The command with these arguments; says what it made, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: {},
  allowPositionals: true,
  failure: { says: 'The backup cannot be made.', status: 2 },
  run: async ({ values, positionals: [into, ...more] }) => {
    if (into === undefined || more.length > 0) return null
    const backup = await makeBackup(readConfig(), into, new Date())
    console.log(values.json ? JSON.stringify(backup) : inWords(backup))
    return 0
  },
})

function inWords({ folder, manifest: { ledger, files, leftOut } }: Backup): string {
  const octets = files.reduce((sum, file) => sum + file.octets, 0)
  return [
    `Made ${folder}: ${files.length} files, ${Math.ceil(octets / 1024)} KiB.`,
    `The ledger has ${ledger.rows.certificate} certificates and ${ledger.sequence} audit records; head ${ledger.headHash}.`,
    secrecy(files.map(({ name }) => name)),
    ...(files.some(({ name }) => name === ROOT_KEY) ? [ROOT_IS_IN_IT] : []),
    'Not in it:',
    ...leftOut.map(({ what, why }) => `  ${what}: ${why}`),
  ].join('\n')
}

const ROOT_KEY = `ca/${CA_FILES.rootKey}`
const ROOT_IS_IN_IT =
  'The root key is in it too, since nobody has taken it off-line (docs/key-ceremony.md).'

function secrecy(names: readonly string[]): string {
  if (names.includes('ca/passphrase')) {
    return 'Keep it safe: the CA of the made-up tenant has its passphrase beside its key.'
  }
  const hasKey = names.some((name) => /^ca\/.*\.key\./.test(name))
  return hasKey
    ? 'Keep it safe: it names people and devices, and only the CA key in it is encrypted, by its passphrase.'
    : 'Keep it safe: it names people and devices, and nothing in it is encrypted.'
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
