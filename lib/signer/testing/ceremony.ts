import type { KeyObject } from 'node:crypto'
import type { RootStatus } from '#lib/pki/ocsp/root-status.ts'
import {
  type CeremonyOptions,
  certifyIssuingRoot,
  certifyRootAndIssuingCa,
  type IssuingCaOptions,
  type Surroundings,
} from '#lib/signer/ceremony.ts'
import { type CaKeyType, generateKey, signerOf } from '#lib/signer/key.ts'

/** The ceremony with keys in memory, for tests and benchmarks. */

export type RootOptions = CeremonyOptions & { readonly key: CaKeyType }
export type IssuingOptions = IssuingCaOptions & { readonly key: CaKeyType }

export type MadeHere = {
  /** DER, issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  readonly key: KeyObject
  /** Null when the root itself issues. */
  readonly root: { readonly key: KeyObject; readonly status: RootStatus } | null
}

export async function makeIssuingRoot(
  options: RootOptions,
  surroundings: Surroundings,
): Promise<MadeHere> {
  const key = await generateKey(options.key)
  const { chain } = await certifyIssuingRoot(signerOf(key), options, surroundings)
  return { chain, key, root: null }
}

export async function makeRootAndIssuingCa(
  options: IssuingOptions,
  surroundings: Surroundings,
): Promise<MadeHere> {
  const [rootKey, key] = [await generateKey(options.key), await generateKey(options.key)]
  const signers = { root: signerOf(rootKey), issuing: signerOf(key) }
  const { chain, status } = await certifyRootAndIssuingCa(signers, options, surroundings)
  return { chain, key, root: status && { key: rootKey, status } }
}
