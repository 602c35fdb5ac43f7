import type { AuditEvent } from '#lib/audit.ts'
import type { RevocationReason } from '#lib/model.ts'
import type { CertificateRecord } from './records.ts'

/** The part of the ledger for statuses, besides the directory: published CRLs and a counter of changes. */
export type StatusLedger = {
  /**
   * Increases with every change that may change the status of some issued certificate, by any process. Not
   * with a new certificate, so nobody may cache that a serial is unknown. Cheap enough to be read for every
   * OCSP request.
   */
  readonly statusVersion: () => Promise<number>
  /** The time of the database's machine; null where the database is in this process. */
  readonly serverTime: () => Promise<Date | null>
  /** Gives all issued or void certificates with `notAfter` not before `since`, by serial. */
  readonly unexpired: (page: StatusPage) => Promise<readonly CertificateRecord[]>
  /**
   * Gives certificates of one issuer that may be revoked or on hold, because of a revocation in the ledger or
   * of a mark by a directory object, with `notAfter` not before `since`. By serial, `limit` at most.
   */
  readonly revocationCandidates: (
    page: StatusPage & { readonly issuerId: string; readonly partition: string | null },
  ) => Promise<readonly CertificateRecord[]>

  /** Gives the same certificates of every partition, with the few columns that a CRL needs. */
  readonly revokedOrHeld: (
    page: StatusPage & { readonly issuerId: string },
  ) => Promise<readonly RevokedOrHeld[]>

  readonly publishedCrl: (key: CrlKey) => Promise<PublishedCrl | null>
  /** Gives the number alone, for a caller that has a copy of the CRL. */
  readonly publishedCrlNumber: (key: CrlKey) => Promise<number | null>
  /**
   * Gives the next CRL number of this issuer: above every earlier number and not below `atLeast`. One locked
   * row makes sure that neither replicas nor a jumping clock get a number twice.
   */
  readonly nextCrlNumber: (issuerId: string, atLeast: number) => Promise<number>
  /** Stores a CRL unless one with this or a higher number is stored already; then gives false. */
  readonly publishCrl: (crl: PublishedCrl, event: AuditEvent) => Promise<boolean>

  /** Takes or extends a lease that one replica holds at a time. */
  readonly takeLease: (name: string, holder: string, now: Date, until: Date) => Promise<boolean>
  /** For operators: issued or void, newest first by serial, paged by key, without count. */
  readonly search: (query: SearchQuery) => Promise<readonly CertificateRecord[]>
}

export type StatusPage = {
  readonly since: Date
  readonly after: string | null
  readonly limit: number
}

/** A number in place of a Date, which for a million entries would cost more than everything else. */
export type RevocationEntry = { readonly atMs: number; readonly reason: RevocationReason }

export type RevokedOrHeld = {
  readonly serial: string
  readonly partition: string
  /** The revocation or hold in the ledger; null when only the directory may stop the certificate. */
  readonly revocation: RevocationEntry | null
}

export type CrlKey = {
  readonly issuerId: string
  /** Null is the full CRL; otherwise the partition's name. */
  readonly partition: string | null
  readonly delta: boolean
}

export type PublishedCrl = CrlKey & {
  readonly number: number
  /** Number of the full CRL that a delta builds on. */
  readonly baseNumber: number | null
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly entries: number
  readonly der: Uint8Array
}

export type SearchQuery = {
  /** Matched with the beginning of serial, names or user principal name, without regard to case. */
  readonly text: string | null
  /**
   * A pre-selection by what the ledger knows: `revoked` and `held` find certificates with a revocation, a
   * hold or a mark by a directory object; `active` finds unexpired ones with neither revocation nor hold. The status of
   * each decides afterwards.
   */
  readonly validity: 'any' | 'active' | 'held' | 'expired' | 'revoked'
  readonly profile: 'device' | 'user' | 'application' | null
  readonly now: Date
  readonly after: string | null
  readonly limit: number
}
