import { existsSync } from 'node:fs'
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { type Config, readSecret } from '#lib/config.ts'
import { makePassphrase } from '#lib/signer/ca-folder.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { caFolderOf } from '#lib/signer/issuer-files.ts'
import { readPrivateFile } from '#lib/signer/key-file.ts'

/** The passphrase of the CA key, from a file or the environment, never from the command line. */

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
 * Gives the passphrase of a root key that does not issue: a separate one, when the operator gives it, else
 * that of the CA key. Throws CannotStart when there is none.
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

/**
 * Gives the operator's separate passphrase for a root key, or null. Throws CannotStart when its file cannot
 * be read.
 */
export function givenRootPassphrase(): string | null {
  return read('LATCHKEY_ROOT_PASSPHRASE')
}

/** Gives the passphrase for a new CA: the operator's or, for the sandbox only, a random one. */
export function passphraseForNew(config: Config): { passphrase: string; own: boolean } {
  const given = givenPassphrase()
  if (given !== null) return { passphrase: given, own: false }
  if (config.sandbox) return { passphrase: makePassphrase(), own: true }
  throw new CannotStart(
    'The CA key needs a passphrase. Set LATCHKEY_CA_PASSPHRASE_FILE to a file that holds one, ' +
      'for instance from: openssl rand -base64 32',
  )
}

/** Whether the CA's passphrase is beside its key, as only the sandbox's is. */
export function hasOwnPassphrase(config: Config): boolean {
  return existsSync(path.join(caFolderOf(config.dataDir), OWN_PASSPHRASE))
}
