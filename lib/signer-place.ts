import { type Config, ConfigError, type Env, readSecret, vaultIdentity } from '#lib/config.ts'
import type { VaultAccess } from '#lib/signer/key-vault.ts'
import type { SignerPlace } from '#lib/signer/open-signer.ts'

/** Less than the portal waits for an answer, with the questions to the directory around it. */
const DEADLINE_MS = 15_000

/**
 * Where the CA key is and how it is reached, as configured. Throws ConfigError for a key file without its
 * passphrase. `report` is told of what must not happen.
 */
export function signerPlace(config: Config, report: VaultAccess['report'], env?: Env): SignerPlace {
  const setting = config.LATCHKEY_SIGNER ?? null
  const passphrase = readSecret('LATCHKEY_CA_PASSPHRASE', env)
  // Only the sandbox CA stores its passphrase beside its key.
  if (passphrase === null && !config.sandbox && setting?.kind !== 'vault') {
    throw new ConfigError('LATCHKEY_CA_PASSPHRASE(_FILE) is missing.')
  }
  return { dataDir: config.dataDir, setting, passphrase, vault: vaultAccess(config, report) }
}

export function vaultAccess({ workers }: Config, report: VaultAccess['report']): VaultAccess {
  return { identity: vaultIdentity(), processes: workers, deadlineMs: DEADLINE_MS, report }
}
