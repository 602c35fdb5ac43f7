import type { SignerSetting } from '#lib/signer-setting.ts'
import { openFileSigner } from './file.ts'
import { findKey } from './issuer-files.ts'
import { openVaultSigner, type VaultAccess } from './key-vault.ts'
import type { Signer } from './signer.ts'

export type SignerPlace = {
  readonly dataDir: string
  /** Null for the key in the CA folder. */
  readonly setting: SignerSetting | null
  /** Of a key file; null for the sandbox's own beside it. */
  readonly passphrase: string | null
  readonly vault: VaultAccess
}

/**
 * Opens the CA key where the configuration says that it is. Throws LatchkeyError('signer_unavailable') with a
 * sentence when it cannot be opened, or is not the key of the CA certificate (`issuerSpki`).
 */
export async function openSigner(
  { dataDir, setting, passphrase, vault }: SignerPlace,
  issuerSpki: Uint8Array,
): Promise<Signer> {
  if (setting?.kind === 'vault') return openVaultSigner(setting.key, issuerSpki, vault)
  return openFileSigner(setting?.path ?? findKey(dataDir), passphrase, issuerSpki)
}
