import { createPublicKey } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { LatchkeyError } from '#lib/errors.ts'
import { type LedgerFinding, verifyLedger } from '#lib/ledger/audit/verify.ts'
import { programsIn, withSaved } from '#lib/ledger/copy/open-saved.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { hasLedger } from '#lib/ledger/open.ts'
import { ledgerOn } from '#lib/ledger/sql.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { lossIn, PUBLISHED_CRL } from '#lib/reconcile/ledger-guard.ts'
import type { Loss } from '#lib/reconcile/loss.ts'
import { isSignedBy } from '#lib/relying-party/ca.ts'
import { openFileSigner } from '#lib/signer/file.ts'
import { CA_FILES, caFolderOf, loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { LEDGER_FILE } from './contents.ts'
import { MANIFEST, type Manifest, type ManifestFile, measure, readManifest } from './manifest.ts'

export type CheckedBackup = {
  readonly manifest: Manifest
  /** Sentences on what is wrong with it. */
  readonly findings: readonly string[]
  readonly notes: readonly string[]
  /**
   * What the data folder knows and the backup does not, as a sentence; null when there is nothing newer. Of a
   * routine check it is no fault: the ledger in use goes on.
   */
  readonly newer: { readonly sentence: string; readonly isInUse: boolean } | null
}

/** Where it would be restored to, and what opens the CA key. */
export type Surroundings = {
  readonly dataDir: string
  readonly database: string
  readonly passphrase: string | null
  readonly now: Date
}

/**
 * Checks a backup without changing anything: every file by its hash, the audit chain and every row, that the CA
 * key opens and is the certificate's, the last CRL, and that the signer's log knows nothing newer: the log in the
 * backup, and the one in the data folder. Throws LatchkeyError with a sentence when there is no backup that this
 * release can read.
 */
export async function checkBackup(folder: string, around: Surroundings): Promise<CheckedBackup> {
  const manifest = await readManifest(folder)
  const damaged = await damagedFiles(folder, manifest.files)
  const notes = [...strangers(folder, manifest)]
  // What is damaged is not read further.
  if (damaged.length > 0) return { manifest, findings: damaged, notes, newer: null }

  return withSaved(path.join(folder, LEDGER_FILE), async (store) => {
    const ledger = ledgerOn(store)
    const verification = await verifyLedger(store)
    const { issuer, ...ca } = await checkCa(folder, around)
    return {
      manifest,
      findings: [
        ...(await programsIn(store)).map(
          (name) => `${LEDGER_FILE} has the ${name}, which is not ours.`,
        ),
        ...verification.findings.map(auditProblem),
        ...ca.findings,
        ...(issuer ? await crlProblems(folder, issuer, ledger) : []),
        ...(await ownLoss(folder, ledger)),
      ],
      notes: [...notes, ...ca.notes],
      newer: await newerThan(ledger, around),
    }
  })
}

function auditProblem({ index, serial, message }: LedgerFinding): string {
  const record = index === null ? '' : `, record ${index}`
  const certificate = serial === null ? '' : `, certificate ${serial}`
  return `The audit chain${record}${certificate}: ${message}`
}

async function damagedFiles(
  folder: string,
  files: readonly ManifestFile[],
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const wanted of files) {
    const found = lstatSync(path.join(folder, wanted.name), { throwIfNoEntry: false })
    if (!found?.isFile()) {
      // A link leads out of the backup, and a pipe has no end.
      problems.push(`${wanted.name} is ${found ? 'no file' : 'missing'}.`)
      continue
    }
    const { octets, sha256 } = await measure(folder, wanted.name)
    if (octets !== wanted.octets) {
      problems.push(`${wanted.name} has ${octets} octets; it had ${wanted.octets}.`)
    } else if (sha256 !== wanted.sha256) {
      problems.push(`${wanted.name} was changed: its SHA-256 is another one.`)
    }
  }
  const hasLedgerFile = files.some(({ name }) => name === LEDGER_FILE)
  return hasLedgerFile ? problems : [...problems, `${LEDGER_FILE} is not in it.`]
}

/** Nothing that is not in the list is restored. */
function strangers(folder: string, { files }: Manifest): readonly string[] {
  const known = new Set([MANIFEST, ...files.map(({ name }) => name)])
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !known.has(name.split(path.sep).join('/')))
  return found.map((name) => `${name} does not belong to it, and is not restored.`)
}

async function checkCa(folder: string, { passphrase, now }: Surroundings) {
  const notes: string[] = []
  let issuer: Issuer | null = null
  try {
    // Addresses do not matter here.
    issuer = loadPublicIssuer(folder, { caIssuers: '', caIssuersHttp: '', ocsp: '', crl: null })
    const keyPath = [CA_FILES.key, CA_FILES.broughtKey]
      .map((name) => path.join(caFolderOf(folder), name))
      .find((file) => existsSync(file))
    if (issuer.notAfter < now) notes.push('The CA certificate has ended.')
    if (keyPath) await openFileSigner(keyPath, passphrase, issuer.spki)
    else notes.push('The CA key is not in it, so that it fits the certificate was not tried.')
    return { issuer, findings: [], notes }
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error
    return { issuer, findings: [error.message], notes }
  }
}

async function crlProblems(
  folder: string,
  issuer: Issuer,
  ledger: Ledger,
): Promise<readonly string[]> {
  const file = path.join(folder, PUBLISHED_CRL)
  if (!existsSync(file)) return []
  const crl = readCrl(new Uint8Array(readFileSync(file)))
  const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  if (!isSignedBy(key, crl)) return [`The CA did not sign ${PUBLISHED_CRL}.`]
  const last = await ledger.lastCrlNumber(issuer.id)
  return Number(crl.number) > last
    ? [`${PUBLISHED_CRL} has the number ${crl.number}, and the ledger knows of ${last}.`]
    : []
}

async function ownLoss(folder: string, ledger: Ledger): Promise<readonly string[]> {
  const loss = await lossIn({ dataDir: folder }, ledger)
  return loss
    ? [`The log of signatures and the ledger in it are not of one moment${known(loss)}.`]
    : []
}

async function newerThan(ledger: Ledger, { dataDir, database }: Surroundings) {
  const loss = await lossIn({ dataDir }, ledger)
  if (loss === null) return null
  const isInUse = await hasLedger(database)
  const what =
    loss.kind === 'other'
      ? `The data folder ${dataDir} has worked with another ledger than the one in the backup`
      : `The data folder ${dataDir} knows of more than the backup`
  return { sentence: `${what}${known(loss)}.`, isInUse }
}

function known({ certificates, first, last, crlNumbers }: Loss): string {
  const number = Math.max(0, ...crlNumbers.values())
  const list = number > 0 ? `; the last CRL that was signed has the number ${number}` : ''
  if (!first || !last) return list
  const ends = first === last ? '' : `, the last at ${last.at}`
  return `: ${certificates} certificates, the first signed at ${first.at}${ends}${list}`
}
