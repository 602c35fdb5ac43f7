import type { CertificateState, Holder, ProfileId, RequestSource } from '#lib/model.ts'
import type { Revocation } from '#lib/policy/status-types.ts'

/** A certificate as the ledger keeps it, without its DER, and a change of what it is for relying parties. */

export type Owner = { readonly tid: string; readonly oid: string }

export type RevocationChange = Revocation & { readonly serial: string }

export type CertificateRecord = {
  readonly issuerId: string
  readonly serial: string
  readonly state: CertificateState
  readonly profile: ProfileId
  readonly source: RequestSource
  readonly owner: Owner
  readonly holder: Holder
  readonly displayName: string
  readonly subject: string
  readonly subjectAltName: string
  readonly keyThumbprint: string
  readonly fingerprint: string | null
  readonly notBefore: Date
  readonly notAfter: Date
  readonly createdAt: Date
  /** Name of the CRL partition that this certificate belongs to: the UTC month of `createdAt`, 'YYYY-MM'. */
  readonly partition: string
  /** Set by a person, by void, or by the directory for good; a hold of the directory is not stored here. */
  readonly revocation: Revocation | null
  readonly replaces: string | null
  /** Serial of the enrolment that it descends from; its own when it is one. */
  readonly enrollment: string
  readonly signedInAt: Date
  /** The user principal name that stands in it; null when none does. */
  readonly upn: string | null
  /** Grows with every change of the row. */
  readonly version: number
}
