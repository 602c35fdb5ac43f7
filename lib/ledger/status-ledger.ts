import type { AuditEvent } from '#lib/audit.ts'
import type { RevocationReason } from '#lib/model.ts'
import type { CertificateRecord } from './records.ts'

/** What the ledger keeps for status besides the directory: the published CRLs, and a counter of changes. */
export type StatusLedger = {
  /**
   * Grows with every change that may change the status of some issued certificate, by any process.
   * Not with a new certificate: that a serial is unknown must not be kept. Cheap enough for every
   * OCSP request.
   */
  readonly statusVersion: () => Promise<number>
  /** All issued or void certificates with `notAfter` not before `since`, by serial. */
  readonly unexpired: (page: StatusPage) => Promise<readonly CertificateRecord[]>
  /**
   * Certificates of one issuer that may be revoked or on hold: a revocation in the ledger or a mark
   * on a bound object; with `notAfter` not before `since`. By serial, `limit` at most.
   */
  readonly revocationCandidates: (
    page: StatusPage & { readonly issuerId: string; readonly partition: string | null },
  ) => Promise<readonly CertificateRecord[]>

  /** The same certificates of every partition in the few columns that a CRL needs. */
  readonly revokedOrHeld: (
    page: StatusPage & { readonly issuerId: string },
  ) => Promise<readonly RevokedOrHeld[]>

  readonly publishedCrl: (key: CrlKey) => Promise<PublishedCrl | null>
  /** Its number alone, for whoever holds a copy. */
  readonly publishedCrlNumber: (key: CrlKey) => Promise<number | null>
  /**
   * The next CRL number of this issuer: above every number given before and not below `atLeast`, by
   * one row that is locked, so that neither replicas nor a clock that jumps can give one twice.
   */
  readonly nextCrlNumber: (issuerId: string, atLeast: number) => Promise<number>
  /** Stores a CRL unless one with this or a higher number is stored already; false then. */
  readonly publishCrl: (crl: PublishedCrl, event: AuditEvent) => Promise<boolean>

  /** Takes or prolongs a lease that one replica holds at a time. */
  readonly takeLease: (name: string, holder: string, now: Date, until: Date) => Promise<boolean>
  /** For operators: issued or void, newest first by serial, keyset paging, no count. */
  readonly search: (query: SearchQuery) => Promise<readonly CertificateRecord[]>
}

export type StatusPage = {
  readonly since: Date
  readonly after: string | null
  readonly limit: number
}

/** Milliseconds: a Date for each of a million would cost more than the rest. */
export type RevocationEntry = { readonly atMs: number; readonly reason: RevocationReason }

export type RevokedOrHeld = {
  readonly serial: string
  readonly partition: string
  /** What the ledger holds; null when only the directory may hold it. */
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
  /** Matched at the start of serial, names or user principal name, without case. */
  readonly text: string | null
  /**
   * Of those that may be so, as far as the ledger knows: revoked may be what it holds a revocation
   * or a hold of, and what is bound to an object of which the directory says something bad; active
   * may be what it holds neither of and what has not expired.
   */
  readonly validity: 'any' | 'active' | 'expired' | 'revoked'
  readonly profile: 'device' | 'user' | 'application' | null
  readonly now: Date
  readonly after: string | null
  readonly limit: number
}
