import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '#lib/config.ts'
import { CA_LEDGER, MARK, PUBLISHED_CRL } from '#lib/reconcile/ledger-guard.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { CA_FILES } from '#lib/signer/issuer-files.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { isFileName, type Manifest } from './manifest.ts'

/** Which files of the data folder a backup has, and which it has not, and why. */

export const LEDGER_FILE = 'ledger.sqlite'

/**
 * Read in this order, and the ledger after all of them: then the ledger has everything that the mark, the log and
 * the list know of, since each of them is written after the commit of what it speaks of.
 */
const TRACES = [MARK, SIGNATURE_LOG, PUBLISHED_CRL]

/** What may be newer in a data folder than in any backup, and is kept where it is. */
export const KEPT_WHERE_NEWER = [...TRACES, `ca/${CA_LEDGER}`, `ca/${CA_FILES.rootStatus}`]

type LeftOut = Manifest['leftOut'][number]

/** Gives the names of the files, with `/`, and what of the folder is left out. */
export function contentsOf({ dataDir, sandbox }: Pick<Config, 'dataDir' | 'sandbox'>): {
  readonly names: readonly string[]
  readonly leftOut: readonly LeftOut[]
} {
  const ca = filesIn(dataDir, 'ca')
  const hasPassphrase = ca.includes(`ca/${OWN_PASSPHRASE}`)
  const hasKey = [CA_FILES.key, CA_FILES.broughtKey].some((name) => ca.includes(`ca/${name}`))
  const found = [
    ...TRACES.filter((name) => existsSync(path.join(dataDir, name))),
    // The made-up tenant's CA alone has its passphrase beside its key, and cannot be opened without it.
    ...ca.filter((name) => sandbox || name !== `ca/${OWN_PASSPHRASE}`),
    ...filesIn(dataDir, 'ca-request'),
    ...filesIn(dataDir, 'tls').filter((name) => name !== 'tls/server.pem'),
  ]
  return {
    names: found.filter(isFileName),
    leftOut: [
      ...found.filter((name) => !isFileName(name)).map((what) => ({ what, why: NO_NAME_OF_OURS })),
      ...(hasPassphrase && sandbox ? [] : [PASSPHRASE]),
      ...(hasKey ? [] : [NO_KEY]),
      SESSION_SECRET,
      SERVER_KEY,
      CONFIGURATION,
    ],
  }
}

const NO_NAME_OF_OURS = 'no file of ours has such a name'
const PASSPHRASE = {
  what: 'the passphrase of the CA key',
  why: 'whoever has both can act as the CA; keep it elsewhere',
}
const NO_KEY = { what: 'the CA key', why: 'it is not in the data folder' }
const SESSION_SECRET = {
  what: 'session.secret',
  why: 'it is made anew, and people sign in again; who has it can sign in as anybody',
}
const SERVER_KEY = { what: 'tls/server.pem', why: 'it is made anew by the CA for https' }
const CONFIGURATION = {
  what: 'the environment, and the files that it names',
  why: 'they are not in the data folder',
}

/** Regular files, also behind a link; not what a crash left half-written. */
function filesIn(dataDir: string, folder: string): readonly string[] {
  const full = path.join(dataDir, folder)
  if (!existsSync(full)) return []
  return readdirSync(full)
    .filter((name) => !name.includes('.making') && statSync(path.join(full, name)).isFile())
    .toSorted()
    .map((name) => `${folder}/${name}`)
}
