import { existsSync } from 'node:fs'
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { type Config, readSecret } from '#lib/config.ts'
import { makePassphrase } from '#lib/signer/ca-folder.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { caFolderOf } from '#lib/signer/issuer-files.ts'

/** Where the passphrase of the CA key comes from. It never stands on a command line. */

/** The operator's passphrase, or null. Throws CannotStart when its file cannot be read. */
export function givenPassphrase(): string | null {
  try {
    return readSecret('LATCHKEY_CA_PASSPHRASE')
  } catch {
    throw new CannotStart('The file that LATCHKEY_CA_PASSPHRASE_FILE names cannot be read.')
  }
}

/** The passphrase for a new CA: the operator's, or one of its own for the sandbox only. */
export function passphraseForNew(config: Config): { passphrase: string; own: boolean } {
  const given = givenPassphrase()
  if (given !== null) return { passphrase: given, own: false }
  if (config.sandbox) return { passphrase: makePassphrase(), own: true }
  throw new CannotStart(
    'The CA key needs a passphrase. Set LATCHKEY_CA_PASSPHRASE_FILE to a file that holds one, ' +
      'for instance from: openssl rand -base64 32',
  )
}

/** Says whether the CA opens its key by itself, as only the sandbox's does. */
export function hasOwnPassphrase(config: Config): boolean {
  return existsSync(path.join(caFolderOf(config.dataDir), OWN_PASSPHRASE))
}
