import type { RevocationReason } from '#lib/model.ts'
import type { OwnRoot } from '#lib/pki/certificate/own-root.ts'
import type { CertId } from './ocsp.ts'

/** The newest CRL and OCSP responses that an offline root signed about its issuing CA, signatures verified. */
export type RootStatus = {
  /** The root's CRL in DER. */
  readonly crl: Uint8Array
  readonly number: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** One response for each hash algorithm of a CertID (RFC 6960 section 4.1.1). */
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

/** Gives the status that the root signed, as read last; null where the root is not one of our key ceremony. */
export type ReadRoot = () => RootReading | null

export type RootReading = {
  readonly root: OwnRoot
  /** The newest valid file; null when none was read since the process started. */
  readonly status: RootStatus | null
  /** One sentence on why the current file is not used, or null. */
  readonly problem: string | null
}
