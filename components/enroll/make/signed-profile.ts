import type { ActionResult } from '#lib/errors.ts'
import type { WrappedFile } from './key-engine.ts'

/** Signs a configuration profile among these files. */
export type SignProfile = (files: readonly WrappedFile[]) => Promise<SignedFiles>

export type SignedFiles = {
  readonly files: readonly WrappedFile[]
  /** Null where there is no profile; false where it stays unsigned, which devices take as well. */
  readonly signed: boolean | null
}

type Signature = {
  readonly certificates: readonly Uint8Array[]
  readonly signerInfo: Uint8Array
}

/**
 * Has a configuration profile signed by its SHA-256 alone, so that the key inside stays here. A signature that
 * cannot be had does not keep the file back: the page says that it is missing.
 */
export async function signedFiles(
  files: readonly WrappedFile[],
  sign: (sha256: Uint8Array) => Promise<ActionResult<Signature>>,
): Promise<SignedFiles> {
  const profile = files.find(({ kind }) => kind === 'mobileconfig')
  if (!profile) return { files, signed: null }
  try {
    const content = new Uint8Array(profile.octets)
    const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', content))
    const [answer, { signedData }] = await Promise.all([
      sign(sha256),
      import('#lib/pki/certificate/cms-signed.ts'),
    ])
    if (!answer.ok) return { files, signed: false }
    const octets = signedData(content, answer.value)
    return { files: files.map((it) => (it === profile ? { ...it, octets } : it)), signed: true }
  } catch {
    return { files, signed: false }
  }
}
