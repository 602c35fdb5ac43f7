import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { type Account, accessProblem, makePrivate, type Wanted } from '#cli/access.ts'
import type { Config } from '#lib/config.ts'
import { sqliteFile } from '#lib/ledger/address.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { CA_FILES, caFolderOf } from '#lib/signer/issuer-files.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'

/** Files that Latchkey keeps on disk, and who may read them. */

type OwnFile = Wanted & { readonly path: string }

/**
 * Gives sentences with their correction for files and folders of ours that others can read or change. With a
 * tenant these are refused, except an empty data folder, whose mode is corrected: nobody can have read or
 * changed anything in it. In the sandbox, whose people are invented, modes are corrected where possible, and
 * nothing is refused.
 */
export function ownFileProblems(
  config: Pick<Config, 'dataDir' | 'database' | 'sandbox' | 'LATCHKEY_SIGNER'>,
  account: Account,
): readonly string[] {
  const files = ownFiles(config)
  const isOurs =
    isEmpty(config.dataDir) ||
    existsSync(path.join(caFolderOf(config.dataDir), CA_FILES.certificate))
  if (config.sandbox) {
    // A folder that is ours only by its name is not changed.
    if (isOurs) for (const file of files) makePrivate(file.path, file, account)
    return []
  }
  const [folder] = files
  if (folder && isEmpty(folder.path)) makePrivate(folder.path, folder, account)
  return files.flatMap((file) => accessProblem(file.path, file, account) ?? [])
}

function ownFiles({
  dataDir,
  database,
  LATCHKEY_SIGNER: signer,
}: Pick<Config, 'dataDir' | 'database' | 'LATCHKEY_SIGNER'>): readonly OwnFile[] {
  const folder = (name: string, called: string): OwnFile => ({
    path: path.join(dataDir, name),
    is: 'folder',
    called,
    // A volume for several replicas, or a separate disk; the target of the link is checked.
    link: true,
  })
  const file = (name: string, called: string): OwnFile => ({
    path: path.join(dataDir, name),
    is: 'file',
    called,
  })
  const certificate = (name: string, called: string): OwnFile => ({
    ...file(name, called),
    public: true,
    link: true,
  })
  const keys = [CA_FILES.key, CA_FILES.broughtKey, CA_FILES.rootKey]
  return [
    folder('', 'The data folder'),
    folder('ca', 'The folder of the CA'),
    ...keys.map((name) => file(path.join('ca', name), 'The CA key')),
    ...(signer?.kind === 'file'
      ? [{ path: path.resolve(signer.path), is: 'file', called: 'The CA key' } as const]
      : []),
    file(path.join('ca', OWN_PASSPHRASE), 'The passphrase of the CA key'),
    certificate(path.join('ca', CA_FILES.certificate), 'The CA certificate'),
    certificate(path.join('ca', CA_FILES.chain), 'The CA chain'),
    certificate(path.join('ca', CA_FILES.rootStatus), 'The status of the CA'),
    folder('ca-request', 'The folder of the CA request'),
    file(path.join('ca-request', CA_FILES.key), 'The CA key'),
    folder('tls', 'The folder of the https certificate'),
    file(path.join('tls', 'ca-key.pem'), 'The key of the https CA'),
    file(path.join('tls', 'server.pem'), 'The https key'),
    certificate(path.join('tls', 'ca.pem'), 'The https CA certificate'),
    file('session.secret', 'The session secret'),
    file(SIGNATURE_LOG, 'The log of signatures'),
    ...ledgerFiles(database),
  ]
}

/** The database of the embedded ledger, SQLite's files beside it, and the lock, which whoever can open it can keep. */
function ledgerFiles(database: string): readonly OwnFile[] {
  const file = sqliteFile(database)
  if (file === null) return []
  const called = (name: string, ...ends: readonly string[]) =>
    ends.map((end): OwnFile => ({ path: file + end, is: 'file', called: name }))
  return [...called('The ledger', '', '-wal', '-shm'), ...called('The lock of the ledger', '.lock')]
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return false
  }
}
