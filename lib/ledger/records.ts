import type { CertificateState, Holder, ProfileId, RequestSource } from '#lib/model.ts'
import type { Revocation } from '#lib/policy/status-types.ts'

/** A certificate as the ledger stores it, without its DER, and the kinds of changes of its status. */

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
  /**
   * Set by a person, by void, or by the directory when permanent. A hold by the directory is computed, not
   * stored.
   */
  readonly revocation: Revocation | null
  readonly replaces: string | null
  /** Serial of the enrolment that the certificate descends from; its own serial for an enrolment. */
  readonly enrollment: string
  readonly signedInAt: Date
  /** The user principal name in the certificate; null when it has none. */
  readonly upn: string | null
  /** What its owner calls a certificate made out to them; null without a label. */
  readonly label: string | null
  /** Increases with every change of the row. */
  readonly version: number
}
