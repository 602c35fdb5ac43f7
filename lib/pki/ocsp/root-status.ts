import type { RevocationReason } from '#lib/model.ts'
import type { OwnRoot } from '#lib/pki/certificate/own-root.ts'
import type { CertId } from './ocsp.ts'

/** What a root said of the CA that issues under it, as it was read and found to be signed by the root. */
export type RootStatus = {
  /** DER. */
  readonly crl: Uint8Array
  readonly number: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** One for each hash that a client may ask by. */
  readonly answers: readonly RootAnswer[]
  /** When and why the issuing CA was revoked; null while it is good. */
  readonly revoked: Revoked | null
}

export type Revoked = { readonly at: Date; readonly reason: RevocationReason | null }

export type RootAnswer = {
  readonly certId: CertId
  /** OCSPResponse, DER. */
  readonly der: Uint8Array
  readonly producedAt: Date
}

/** Gives what is known now of the root's word; null where the root's status is not ours to tell. */
export type ReadRoot = () => RootReading | null

export type RootReading = {
  readonly root: OwnRoot
  /** The newest that could be read; null when there was none since the start. */
  readonly status: RootStatus | null
  /** Why the file as it is now is not used, in one sentence, or null. */
  readonly problem: string | null
}
