/**
 * `npm run restore -- BACKUP`: checks a backup and puts it in the place of what is missing; with `--check` it only
 * checks. Exit 1 when something is wrong with the backup, 2 when it cannot be read or restored.
 */
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { command } from '#cli/command.ts'
import { portProblems } from '#cli/preflight.ts'
import { ACCEPT_FLAG, type Config, readConfig, readSecret } from '#lib/config.ts'
import { type CheckedBackup, checkBackup } from '#lib/keep/check.ts'
import { type Restored, restoreBackup } from '#lib/keep/restore.ts'

const USAGE = `npm run restore -- BACKUP [options]

  BACKUP       the folder of one backup, latchkey-…
  --check      says whether it is whole and could be restored, and changes nothing
  --older      restore it although the data folder knows of more, which is then revoked
  --json       one line of JSON

Stop the authority first, except for --check. Nothing is ever overwritten.`

/** The command with these arguments; says what it did or found, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: {
    check: { type: 'boolean', default: false },
    older: { type: 'boolean', default: false },
  },
  allowPositionals: true,
  failure: { says: 'The backup cannot be read.', status: 2 },
  run: async ({ values, positionals: [folder, ...more] }) => {
    if (folder === undefined || more.length > 0) return null
    const result = await run(path.resolve(folder), readConfig(), values)
    console.log(values.json ? JSON.stringify(result) : inWords(result))
    return result.findings.length === 0 ? 0 : 1
  },
})

type Result = {
  readonly findings: readonly string[]
  readonly notes: readonly string[]
  readonly manifest: CheckedBackup['manifest']
  /** Null when nothing was restored. */
  readonly restored: Restored | null
}

async function run(
  folder: string,
  config: Config,
  { check, older }: { readonly check: boolean; readonly older: boolean },
): Promise<Result> {
  if (!check) await requireStopped(config)
  const passphrase = readSecret('LATCHKEY_CA_PASSPHRASE')
  const { dataDir, database } = config
  const around = { dataDir, database, passphrase, now: new Date() }
  const { manifest, newer, ...checked } = await checkBackup(folder, around)
  const isFault = newer !== null && !older && !(check && newer.isInUse)
  const findings = [...checked.findings, ...(isFault ? [newer.sentence] : [])]
  const notes = [...checked.notes, ...(newer && !isFault ? [newer.sentence] : [])]
  const restored =
    check || findings.length > 0 ? null : await restoreBackup(folder, manifest, config)
  const next = restored && newer ? [AFTER_OLDER] : []
  return { findings, notes: [...notes, ...next], manifest, restored }
}

/** An authority whose files were moved away goes on, and would write into what is restored. */
async function requireStopped({ AUTHORITY_PORT: port, host }: Config): Promise<void> {
  const problems = await portProblems([
    { port, host, variable: 'AUTHORITY_PORT', program: 'authority' },
  ])
  if (problems.length === 0) return
  throw new CannotStart(
    `Something answers at port ${port}. Stop the authority first; if it is another program, set AUTHORITY_PORT to the authority’s.`,
  )
}

const AFTER_OLDER = `Start once with ${ACCEPT_FLAG}: what only the data folder knows of is revoked then.`

function inWords({ findings, notes, manifest, restored }: Result): string {
  const { madeAt, ledger } = manifest
  const what =
    `of ${madeAt}, ${ledger.rows.certificate} certificates and ${ledger.sequence} audit records; ` +
    `head ${ledger.headHash}.`
  return [
    ...findings,
    ...notes.map((note) => `Note: ${note}`),
    ...(restored?.kept.map((name) => `Kept as it is: ${name}`) ?? []),
    summary(findings, restored) + what,
  ].join('\n')
}

function summary(findings: readonly string[], restored: Restored | null): string {
  if (findings.length > 0) return `Faults: ${findings.length}; nothing was restored. The backup is `
  if (restored === null) return 'The backup is whole: '
  return 'Restored. Start the authority, then: npm run verify-audit and npm run reconcile. The backup was '
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
