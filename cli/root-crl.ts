import { existsSync } from 'node:fs'
import path from 'node:path'
import { openVaultKey, vaultKeyIn } from '#cli/ca-key.ts'
import { rootPassphrase } from '#cli/ca-passphrase.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import type { Config } from '#lib/config.ts'
import type { RevocationReason } from '#lib/model.ts'
import { type OwnRoot, ownRootOf } from '#lib/pki/certificate/own-root.ts'
import type { Revoked, RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { isKeyOf } from '#lib/signer/file.ts'
import { CA_FILES, caFolderOf, loadChain } from '#lib/signer/issuer-files.ts'
import { signerOf } from '#lib/signer/key.ts'
import { readKeyFile } from '#lib/signer/key-file.ts'
import { signRootStatus } from '#lib/signer/root-status.ts'
import { loadRootStatus, rootStatusPath, writeRootStatus } from '#lib/signer/root-status-file.ts'
import type { Signer } from '#lib/signer/signer.ts'

/**
 * `npm run init-ca -- --root-crl`: signs the root's CRL and OCSP responses about the issuing CA again, with
 * the root key. Needs only that key and the public files of the CA folder, so with a key file it can run on a
 * machine without a network; only the file that it writes is carried back.
 */

export type RootCrlOptions = {
  /** Path of the root key, or its address in a vault; null for its place in the CA folder. */
  readonly rootKey: string | null
  readonly days: number
  /** The CRL number, above the last one; null to continue from the last CRL. */
  readonly number: bigint | null
  /** Why the issuing CA is to be revoked; null for no change. */
  readonly revoke: IssuingReason | null
}

/**
 * Reasons to revoke a CA's certificate (RFC 5280 section 5.3.1): cACompromise in place of keyCompromise, and
 * no hold, since all certificates below the CA depend on it.
 */
export const ISSUING_REASONS = [
  'unspecified',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const satisfies readonly RevocationReason[]

export type IssuingReason = (typeof ISSUING_REASONS)[number]

/** Signs and writes the file; gives the text for the operator. Throws CannotStart or LatchkeyError. */
export async function renewRootCrl(
  config: Config,
  options: RootCrlOptions,
  now: Date,
): Promise<string> {
  const root = ownRoot(config)
  const before = lastStatus(config, root, options)
  const number = nextNumber(before, options)
  const revoked = nextRevoked(before, options, now)
  const signer = await openRootKey(config, root, options)
  const wish = { number, now, days: options.days, revoked }
  const status = await signRootStatus(root, signer, wish)
  await writeRootStatus(config.dataDir, status)
  return adviceOn(status, rootStatusPath(config.dataDir))
}

function ownRoot(config: Config): OwnRoot {
  const root = ownRootOf(loadChain(config.dataDir))
  if (root !== null) return root
  throw new CannotStart(
    `The CA in ${caFolderOf(config.dataDir)} is not under a root that was made here with --issuing-ca, ` +
      'so there is no root CRL of ours.',
  )
}

/** A given number replaces that of a CRL that was lost, and is refused otherwise. */
function lastStatus(config: Config, root: OwnRoot, { number }: RootCrlOptions): RootStatus | null {
  const file = rootStatusPath(config.dataDir)
  if (existsSync(file)) return loadRootStatus(config.dataDir, root)
  if (number !== null) return null
  throw new CannotStart(
    `The last root CRL is not there, so its number is not known. Put back ${file} from your backup; ` +
      'if it is lost, give a number above its own with --crl-number, and again what it revoked.',
  )
}

function nextNumber(before: RootStatus | null, { number }: RootCrlOptions): bigint {
  const last = before?.number ?? 0n
  if (number === null) return last + 1n
  if (number > last) return number
  throw new CannotStart(`--crl-number must be above ${last}, the number of the last root CRL.`)
}

/** A revocation stays, with its first date and reason. */
function nextRevoked(
  before: RootStatus | null,
  { revoke }: RootCrlOptions,
  now: Date,
): Revoked | null {
  const revoked = before?.revoked ?? null
  if (revoke === null) return revoked
  if (revoked) {
    const since = revoked.at.toISOString().slice(0, 10)
    throw new CannotStart(`The issuing CA is revoked already, since ${since}, and stays so.`)
  }
  const at = new Date(Math.floor(now.getTime() / 1000) * 1000)
  return { at, reason: revoke === 'unspecified' ? null : revoke }
}

async function openRootKey(
  config: Config,
  root: OwnRoot,
  { rootKey }: RootCrlOptions,
): Promise<Signer> {
  const inVault = rootKey === null ? null : vaultKeyIn('--root-key', rootKey)
  if (inVault) return openVaultKey(config, inVault, root.spki)
  const file = rootKey ?? path.join(caFolderOf(config.dataDir), CA_FILES.rootKey)
  if (!existsSync(file)) {
    throw new CannotStart(
      `There is no root key in ${file}. Bring it from where you keep it, and name it: --root-key FILE`,
    )
  }
  const key = await readKeyFile(file, await rootPassphrase(config))
  if (isKeyOf(key, root.spki)) return signerOf(key)
  throw new CannotStart(`The key in ${file} is not the key of the root above this CA.`)
}

function adviceOn({ number, nextUpdate, revoked }: RootStatus, file: string): string {
  const until = nextUpdate.toISOString().slice(0, 10)
  return [
    `Wrote root CRL number ${number} to ${file}. It ends on ${until}: sign the next one before.`,
    ...(revoked
      ? [
          `It revokes the CA that issues (${revoked.reason ?? 'unspecified'}): relying parties that check ` +
            'the chain refuse every certificate of it. Make a new CA.',
        ]
      : []),
    'A running authority serves it at once. Relying parties that keep a copy need the new one.',
  ].join('\n')
}
