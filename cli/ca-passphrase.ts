import { existsSync } from 'node:fs'
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { type Config, readSecret } from '#lib/config.ts'
import { makePassphrase } from '#lib/signer/ca-folder.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { caFolderOf } from '#lib/signer/issuer-files.ts'
import { readPrivateFile } from '#lib/signer/key-file.ts'

/** Where the passphrase of the CA key comes from. It never stands on a command line. */

/** The operator's passphrase, or null. Throws CannotStart when its file cannot be read. */
export function givenPassphrase(): string | null {
  return read('LATCHKEY_CA_PASSPHRASE')
}

function read(name: 'LATCHKEY_CA_PASSPHRASE' | 'LATCHKEY_ROOT_PASSPHRASE'): string | null {
  try {
    return readSecret(name)
  } catch {
    throw new CannotStart(`The file that ${name}_FILE names cannot be read.`)
  }
}

/**
 * The passphrase of a root key that does not issue: one of its own when the operator keeps the two
 * keys apart by it, else that of the CA key. Throws CannotStart when there is none.
 */
export async function rootPassphrase(config: Config): Promise<string> {
  const own = path.join(caFolderOf(config.dataDir), OWN_PASSPHRASE)
  const passphrase =
    givenRootPassphrase() ??
    givenPassphrase() ??
    (existsSync(own) ? (await readPrivateFile(own)).trimEnd() : null)
  if (passphrase !== null) return passphrase
  throw new CannotStart(
    'The root key is locked. Set LATCHKEY_ROOT_PASSPHRASE_FILE or LATCHKEY_ROOT_PASSPHRASE, or those ' +
      'of the CA key where both have one passphrase.',
  )
}

/** The operator's passphrase for a root key alone, or null. Throws CannotStart when its file cannot be read. */
export function givenRootPassphrase(): string | null {
  return read('LATCHKEY_ROOT_PASSPHRASE')
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
