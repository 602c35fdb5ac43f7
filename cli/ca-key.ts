import { givenPassphrase, passphraseForNew } from '#cli/ca-passphrase.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import type { Config } from '#lib/config.ts'
import type { NewFile } from '#lib/signer/ca-folder.ts'
import { OWN_PASSPHRASE } from '#lib/signer/file.ts'
import { CA_FILES } from '#lib/signer/issuer-files.ts'
import { type CaKeyType, generateKey, signerOf } from '#lib/signer/key.ts'
import { readKeyFile, sealKey } from '#lib/signer/key-file.ts'
import { makeVaultKey, openVaultSigner, type VaultAccess } from '#lib/signer/key-vault.ts'
import type { Signer } from '#lib/signer/signer.ts'
import { vaultAccess } from '#lib/signer-place.ts'
import {
  readVaultKey,
  readVaultName,
  type SignerSetting,
  type VaultKey,
  vaultSetting,
} from '#lib/signer-setting.ts'

/** The keys of a ceremony: made here and sealed into a file, or where LATCHKEY_SIGNER says. */

export type CeremonyKey = {
  readonly signer: Signer
  /** What has to be stored for it; nothing where it stays in its place. */
  readonly files: readonly NewFile[]
}

/** Null for what the ceremony does by default, which is `ec-p256`. */
export type WantedKey = CaKeyType | null

/** The passphrase of what a ceremony stores, asked for only where it stores a key. */
export type CeremonySecret = {
  readonly passphrase: () => string
  /** The file of a passphrase that was made here, for the sandbox. */
  readonly files: () => readonly NewFile[]
}

export function ceremonySecret(config: Config): CeremonySecret {
  let asked: ReturnType<typeof passphraseForNew> | null = null
  const ask = () => {
    asked ??= passphraseForNew(config)
    return asked
  }
  return {
    passphrase: () => ask().passphrase,
    files: () =>
      asked?.own ? [{ name: OWN_PASSPHRASE, content: `${asked.passphrase}\n`, mode: 0o600 }] : [],
  }
}

/** Gives the key that will issue. Throws CannotStart or LatchkeyError with a sentence. */
export async function issuingKey(
  config: Config,
  type: WantedKey,
  secret: CeremonySecret,
): Promise<CeremonyKey> {
  const setting = config.LATCHKEY_SIGNER
  if (setting === undefined) return newKeyFile(CA_FILES.key, type, secret.passphrase())
  if (type !== null) {
    throw new CannotStart(
      '--key goes with a key that the ceremony makes, and LATCHKEY_SIGNER names one.',
    )
  }
  return { signer: await namedKey(config, setting), files: [] }
}

/** Gives the key that LATCHKEY_SIGNER names, which exists already. */
export async function namedKey(config: Config, setting: SignerSetting): Promise<Signer> {
  if (setting.kind === 'vault') return openVaultKey(config, setting.key, null)
  const passphrase = givenPassphrase()
  if (passphrase !== null) return signerOf(await readKeyFile(setting.path, passphrase))
  throw new CannotStart(
    `The key in ${setting.path} is locked. Set LATCHKEY_CA_PASSPHRASE_FILE or LATCHKEY_CA_PASSPHRASE.`,
  )
}

/** Makes a key in memory, and the file in which it is sealed. */
export async function newKeyFile(
  name: string,
  type: WantedKey,
  passphrase: string,
): Promise<CeremonyKey> {
  const key = await generateKey(type ?? 'ec-p256')
  const content = await sealKey(key, passphrase)
  return { signer: signerOf(key), files: [{ name, content, mode: 0o600 }] }
}

/** `issuerSpki` is the key of its certificate, where there is one. */
export function openVaultKey(
  config: Config,
  key: VaultKey,
  issuerSpki: Uint8Array | null,
): Promise<Signer> {
  return openVaultSigner(key, issuerSpki, accessTo(config))
}

/** Gives the vault's key that an option names, or null where it names a file. Throws CannotStart. */
export function vaultKeyIn(option: string, text: string): VaultKey | null {
  if (!text.startsWith(VAULT)) return null
  const key = readVaultKey(text.slice(VAULT.length))
  if (typeof key === 'string') throw new CannotStart(`${option} ${key}.`)
  return key
}

/** Makes a key in a vault, and gives the text for the operator. Throws CannotStart or LatchkeyError. */
export async function makeKeyInVault(
  config: Config,
  text: string,
  wish: { readonly type: WantedKey; readonly hsm: boolean },
): Promise<string> {
  const named = readVaultName(text.startsWith(VAULT) ? text.slice(VAULT.length) : text)
  if (typeof named === 'string') throw new CannotStart(`--make-key ${named}.`)
  if (named.version !== null) {
    throw new CannotStart('--make-key takes an address without a version: the vault gives it one.')
  }
  const type = wish.type ?? 'ec-p256'
  const key = await makeVaultKey(named, { type, hsm: wish.hsm }, accessTo(config).identity)
  return [
    `Made the key ${key.name} (${type}${wish.hsm ? ', in an HSM' : ''}) in ${key.vaultUrl}. It cannot be exported.`,
    'Name it for the ceremony and for the authority:',
    '',
    `  LATCHKEY_SIGNER=${vaultSetting(key)}`,
    '',
    'or, for a root that does not issue: --root-key and the same address.',
  ].join('\n')
}

const VAULT = 'keyvault:'

function accessTo(config: Config): VaultAccess {
  // A ceremony has a person before it, who gets the error itself.
  return vaultAccess({ ...config, workers: 1 }, () => undefined)
}
