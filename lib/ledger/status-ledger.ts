import type { AuditEvent } from '#lib/audit.ts'
import type { DirectoryKey, DirectoryObject, RevocationReason } from '#lib/model.ts'
import type { CertificateRecord, RevocationChange } from './ledger.ts'

/**
 * What the ledger keeps for status: the directory snapshot, the published CRLs, and a counter
 * that says that some status may have changed. Only objects that a certificate is bound to are
 * kept; who reads a status reads it from here and asks no directory.
 */
export type StatusLedger = {
  readonly snapshot: () => Promise<Snapshot>
  /** The stored state of these objects; one that is not stored is left out. */
  readonly directoryObjects: (keys: readonly DirectoryKey[]) => Promise<readonly DirectoryObject[]>
  /**
   * Keys of every object that an issued certificate with `notAfter` not before `since` is bound to,
   * in order of kind and id, in pages.
   */
  readonly boundObjects: (
    since: Date,
    after: DirectoryKey | null,
    limit: number,
  ) => Promise<readonly DirectoryKey[]>
  /**
   * Keys of the objects that issuance or a live look-up stored and no sweep has heard of since: a
   * delta query may have told of them before they were stored, and tells nothing twice.
   */
  readonly unsettledObjects: () => Promise<readonly DirectoryKey[]>
  /**
   * Stores what a live look-up saw, in one transaction; gives all that is stored of it then. Null,
   * and nothing is stored, when more objects became worse by look-ups than the limit lets pass.
   */
  readonly observe: (
    seen: Observation,
    limit: WorseLimit,
  ) => Promise<readonly DirectoryObject[] | null>
  /**
   * One sweep in one transaction: objects, cursors and time of reading, an audit event per change,
   * and the revocation of what the directory ended. False when another replica stored a later
   * snapshot meanwhile; then nothing is written.
   */
  readonly applySweep: (sweep: Sweep) => Promise<boolean>
  readonly setBrake: (brake: Brake | null, event: AuditEvent) => Promise<void>

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
  readonly stopped: (
    page: StatusPage & { readonly issuerId: string },
  ) => Promise<readonly StoppedCertificate[]>

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

export type Snapshot = {
  readonly version: number
  /** When the directory was last read to the end; null before the first time. */
  readonly readAt: Date | null
  /** Delta links and the like, by name. */
  readonly cursors: Readonly<Record<string, string>>
  readonly brake: Brake | null
}

/** Stops a sweep that would change too much at once, until an operator releases it. */
export type Brake = {
  readonly engagedAt: Date
  /** How many objects would have become worse, of how many that certificates are bound to. */
  readonly changes: number
  readonly bound: number
  /** Set by an operator: the next sweep goes through, whatever it changes. */
  readonly releasedAt: Date | null
}

/** What was seen of some directory objects. */
export type Observation = {
  readonly keys: readonly DirectoryKey[]
  /** Called in the transaction: what is stored of them goes in; what shall be, and its events, come out. */
  readonly merge: (stored: readonly DirectoryObject[]) => Merged & {
    /** How many of them became worse. */
    readonly worse: number
  }
  readonly ending: Ending
}

/** Counted for all replicas together, in a window that is named by its beginning. */
export type WorseLimit = { readonly window: Date; readonly max: number }

export type Merged = {
  readonly objects: readonly DirectoryObject[]
  /** One for each object that changed. */
  readonly events: readonly AuditEvent[]
}

/**
 * How the directory ended a certificate for good, by the objects that it is bound to; null when it
 * did not. The ledger revokes it in the same transaction, so that neither a later reading nor
 * another configuration can free it.
 */
export type Ending = (
  record: CertificateRecord,
  objects: readonly DirectoryObject[],
) => { readonly change: RevocationChange; readonly event: AuditEvent } | null

export type Sweep = {
  readonly keys: readonly DirectoryKey[]
  /** What to store, given what is stored of these objects now: others may have seen them meanwhile. */
  readonly merge: (stored: readonly DirectoryObject[]) => Merged
  /** The version that this sweep began from. */
  readonly fromVersion: number
  readonly readAt: Date
  readonly cursors: Readonly<Record<string, string>>
  readonly ending: Ending
}

export type StatusPage = {
  readonly since: Date
  readonly after: string | null
  readonly limit: number
}

/** Milliseconds: a Date for each of a million would cost more than the rest. */
export type StoppedBy = { readonly atMs: number; readonly reason: RevocationReason }

export type StoppedCertificate = {
  readonly serial: string
  readonly partition: string
  /** What the ledger holds; null when only the directory stopped it. */
  readonly revocation: StoppedBy | null
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
