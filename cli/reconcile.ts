/**
 * `npm run reconcile`: compares ledger, audit chain, CRLs, OCSP and the signer's log. Prints each
 * disagreement. Exit 1 when there is one, 2 when something cannot be read.
 */
import path from 'node:path'
import { command } from '#cli/command.ts'
import { policyFrom } from '#lib/compose.ts'
import { type Config, readConfig } from '#lib/config.ts'
import { openExisting } from '#lib/ledger/open.ts'
import { ledgerOn } from '#lib/ledger/sql.ts'
import type { Finding } from '#lib/reconcile/finding.ts'
import { type Reconciliation, reconcile } from '#lib/reconcile/reconcile.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { openRootStatus } from '#lib/signer/root-status-file.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'

const USAGE = `npm run reconcile -- [options]

  --url URL    where OCSP is asked (default: the configured address, with /ocsp)
  --offline    the authority is stopped on purpose: OCSP is not asked, and lists may have run out
  --log FILE   a log of signatures; with several replicas give all of theirs
               (default: ${SIGNATURE_LOG} in the data folder)
  --json       one line of JSON`

/** A replica that died during publication is replaced after a minute. */
const TAKE_OVER_SECONDS = 60

const OTHER_SIDE = {
  audit: 'the audit chain',
  crl: 'the CRL',
  ocsp: 'OCSP',
  row: 'other rows',
  signature: 'the signer’s log',
} as const satisfies Record<Finding['check'], string>

/** The command with these arguments; says what it found, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: {
    url: { type: 'string' },
    offline: { type: 'boolean', default: false },
    log: { type: 'string', multiple: true },
  },
  failure: { says: 'Something cannot be read.', status: 2 },
  run: async ({ values }) => {
    const config = readConfig()
    const ocspUrl = values.offline ? null : (values.url ?? `${config.statusUrl}/ocsp`)
    const result = await run(config, ocspUrl, values.log ?? null)
    console.log(values.json ? JSON.stringify(result) : inWords(result))
    return result.ok ? 0 : 1
  },
})

async function run(config: Config, ocspUrl: string | null, logs: readonly string[] | null) {
  // Addresses do not matter here.
  const urls = {
    caIssuers: config.authorityUrl,
    caIssuersHttp: config.statusUrl,
    ocsp: config.statusUrl,
    crl: null,
  }
  const issuer = loadPublicIssuer(config.dataDir, urls)
  const store = await openExisting(config.database)
  const ledger = ledgerOn(store)
  try {
    return await reconcile({
      store,
      ledger,
      issuer,
      policy: policyFrom(config),
      directoryBudgetMs: config.LATCHKEY_DIRECTORY_BUDGET_SECONDS * 1000,
      now: () => new Date(),
      root: openRootStatus(config.dataDir, issuer.chain)(),
      statusUrl: config.statusUrl,
      ocspUrl,
      crls: {
        lateAfterMs: lateAfterSeconds(config) * 1000,
        partitionAbove: config.LATCHKEY_CRL_PARTITION_ABOVE,
      },
      signatureLogs: {
        files: logs ?? [path.join(config.dataDir, SIGNATURE_LOG)],
        // An embedded ledger has one instance, and so one log.
        complete: logs !== null || store.engine === 'sqlite',
      },
    })
  } finally {
    await ledger.close()
  }
}

/**
 * Seconds for which a change may be missing in CRLs: until the next directory sync, at the latest until the
 * budget of the last one is over, plus the time until the next CRL may be made, plus the time until a replica
 * makes it.
 */
function lateAfterSeconds(config: Config): number {
  const { directorySyncSeconds, crlRefreshSeconds, LATCHKEY_DIRECTORY_BUDGET_SECONDS } = config
  return (
    directorySyncSeconds + LATCHKEY_DIRECTORY_BUDGET_SECONDS + crlRefreshSeconds + TAKE_OVER_SECONDS
  )
}

function inWords({ findings, notes, counts, headHash }: Reconciliation): string {
  const { certificates, records, crlEntries, ocspAnswers, signatures } = counts
  const compared =
    `${certificates} certificates, ${records} records, ${crlEntries} CRL entries, ` +
    `${ocspAnswers} OCSP answers, ${signatures} signatures; head of the audit chain ${headHash}.`
  const sum =
    findings.length === 0
      ? `All sides agree: ${compared}`
      : `Disagreements: ${findings.length}. Compared: ${compared}`
  return [...findings.map(line), ...notes.map((note) => `Note: ${note}`), sum].join('\n')
}

function line({ check, serial, ledger, other }: Finding): string {
  const start = serial === null ? 'Ledger' : `${serial}: ledger`
  return `${start}: ${ledger}; ${OTHER_SIDE[check]}: ${other}`
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
