import { z } from 'zod'

/** Where the key of the CA is: `file:PATH`, or `keyvault:https://VAULT/keys/NAME/VERSION`. */

/** One version of a key in Azure Key Vault or Managed HSM. */
export type VaultKey = {
  /** `https://name.vault.azure.net`, without a slash at its end. */
  readonly vaultUrl: string
  readonly name: string
  /** 32 hex digits. Pinned: another version is another key, for which there is no CA certificate. */
  readonly version: string
}

export type SignerSetting =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'vault'; readonly key: VaultKey }

const NAME = /^[0-9A-Za-z-]{1,127}$/
const VERSION = /^[0-9a-f]{32}$/
const FILE = 'file:'
const VAULT = 'keyvault:'

export const signerSetting = z.string().transform((text, context): SignerSetting => {
  if (text.startsWith(FILE) && text.length > FILE.length) {
    return { kind: 'file', path: text.slice(FILE.length) }
  }
  const read = text.startsWith(VAULT)
    ? readVaultKey(text.slice(VAULT.length))
    : 'is file:PATH or keyvault:https://VAULT/keys/NAME/VERSION'
  if (typeof read !== 'string') return { kind: 'vault', key: read }
  context.addIssue({ code: 'custom', message: read })
  return z.NEVER
})

/** Gives the key that an address names, or what is wrong with the address, as words that follow its name. */
export function readVaultKey(address: string): VaultKey | string {
  const named = readVaultName(address)
  if (typeof named === 'string') return named
  const { vaultUrl, name, version } = named
  if (version === null) {
    return (
      `names no version of the key ${name}. Add the one that the CA's certificate was made for, 32 hex ` +
      `digits: keyvault:${vaultUrl}/keys/${name}/VERSION`
    )
  }
  return { vaultUrl, name, version }
}

/** The same for an address that may end before the version, as of a key that is to be made. */
export function readVaultName(
  address: string,
): { readonly vaultUrl: string; readonly name: string; readonly version: string | null } | string {
  const url = URL.parse(address)
  const [nothing, keys, name, version, ...more] = url?.pathname.split('/') ?? []
  const isPlain = url !== null && `${url.origin}${url.pathname}` === address
  const isKey = nothing === '' && keys === 'keys' && name !== undefined && NAME.test(name)
  if (!isPlain || !isKey || more.length > 0 || url.protocol !== 'https:') {
    return 'is not the https address of a key: keyvault:https://VAULT/keys/NAME/VERSION'
  }
  if (version === undefined || version === '') return { vaultUrl: url.origin, name, version: null }
  if (VERSION.test(version)) return { vaultUrl: url.origin, name, version }
  return `has a version of the key ${name} that is not 32 hex digits`
}

/** The address of a key, as the vault itself writes it. */
export function vaultKeyId({ vaultUrl, name, version }: VaultKey): string {
  return `${vaultUrl}/keys/${name}/${version}`
}

/** The setting that names a key. */
export function vaultSetting(key: VaultKey): string {
  return `${VAULT}${vaultKeyId(key)}`
}
