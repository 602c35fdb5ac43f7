import type { AuditEvent } from '#lib/audit.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import type { BoundTo, Revocation } from '#lib/policy/status-types.ts'

/**
 * What the ledger keeps of the directory: the objects that certificates depend on, as they were last
 * seen, and how far the directory was read. Who reads a status reads it from here and asks no
 * directory. The ledger decides nothing: it applies plans, whole or not at all, by comparing versions.
 */
export type DirectoryLedger = {
  readonly directoryState: () => Promise<DirectoryState>
  /** The stored state of these objects; one that is not stored is left out. */
  readonly directoryObjects: (keys: readonly DirectoryKey[]) => Promise<readonly DirectoryObject[]>
  /**
   * Keys of every object that an issued certificate with `notAfter` not before `since` depends on, in
   * order of kind and id, in pages. The owner of a device is one.
   */
  readonly boundObjects: (
    since: Date,
    after: DirectoryKey | null,
    limit: number,
  ) => Promise<readonly DirectoryKey[]>
  /** Issued certificates that depend on one of these objects and are not revoked for good; held ones may be. */
  readonly boundCertificates: (
    keys: readonly DirectoryKey[],
  ) => Promise<readonly BoundCertificate[]>
  /**
   * Certificates of people, issued and not revoked for good, whose user principal name is one of
   * these, folded (ASCII), while their holder is somebody else: the value is the object id of whom the
   * directory gives the name to now.
   */
  readonly certificatesOfNames: (
    names: ReadonlyMap<string, string>,
  ) => Promise<readonly BoundCertificate[]>
  /** Keys of objects with `dueAt` not after `now`, the earliest first. */
  readonly dueObjects: (now: Date, limit: number) => Promise<readonly DirectoryKey[]>
  /** Keys of objects with `needsRecheck`. */
  readonly objectsToRecheck: (limit: number) => Promise<readonly DirectoryKey[]>
  /** Entra devices that are stored with one of these object ids of Graph's. */
  readonly devicesWithObjectIds: (
    objectIds: readonly string[],
  ) => Promise<readonly DirectoryObject[]>
  /** Keys of objects that are absent, not for good, and were last asked for before `before`. */
  readonly absentSeenBefore: (before: Date, limit: number) => Promise<readonly DirectoryKey[]>
  /** Keys of present devices whose owners were read before `before` or never, the longest ago first. */
  readonly ownersReadBefore: (before: Date, limit: number) => Promise<readonly DirectoryKey[]>
  /** Keys of stored objects of a kind that are present and were last seen before `before`, in pages by id. */
  readonly objectsSeenBefore: (
    kind: DirectoryKey['kind'],
    before: Date,
    afterId: string,
    limit: number,
  ) => Promise<readonly DirectoryKey[]>
  /**
   * Applies a plan in one transaction, with its audit events and, when it is given, the state of the
   * round. False, and nothing is written, when anything that the plan was made from is different by
   * then: the version of an object, of a certificate or of the state, or a further certificate that
   * depends on an object of `complete`.
   */
  readonly applyPlan: (plan: SyncPlan, state: DirectoryStateChange | null) => Promise<boolean>
  /**
   * Engages or releases the circuit breaker; the event says which. False, and nothing is written, when
   * it is not as it was by then.
   */
  readonly setCircuitBreaker: (change: CircuitBreakerChange, event: AuditEvent) => Promise<boolean>
}

/** An issued certificate that is not revoked for good, as the directory sync needs it. */
export type BoundCertificate = BoundTo & {
  readonly issuerId: string
  readonly serial: string
  /** Grows with every change of its row: a plan that was made from another one does not apply. */
  readonly version: number
  /** True while it may be stopped by one of its objects, so that a CRL looks at it. */
  readonly isMarked: boolean
}

/** What a page of changes, a look-up or an issuance does to objects and certificates. Data only. */
export type SyncPlan = {
  /** Rows to write, each with the version that it was planned from; 0: not stored yet. */
  readonly objects: readonly { readonly from: number; readonly to: DirectoryObject }[]
  readonly certificates: readonly CertificateChange[]
  /** The objects whose certificates were all looked at: see applyPlan. */
  readonly complete: readonly DirectoryKey[]
  /** Every certificate that was looked at, with its version then. */
  readonly evaluated: readonly Pick<BoundCertificate, 'issuerId' | 'serial' | 'version'>[]
  /**
   * Objects that it does not write and that a certificate which it changes depends on, with their
   * versions then; 0: not stored.
   */
  readonly beside: readonly (DirectoryKey & { readonly version: number })[]
  readonly events: readonly AuditEvent[]
  /** How many objects changed, and how many of them for the worse; the circuit breaker counts these. */
  readonly changed: number
  readonly worse: number
}

/** A plan that does nothing. */
export const NO_PLAN: SyncPlan = {
  objects: [],
  certificates: [],
  complete: [],
  evaluated: [],
  beside: [],
  events: [],
  changed: 0,
  worse: 0,
}

export type CertificateChange = Pick<BoundCertificate, 'issuerId' | 'serial' | 'version'> & {
  readonly isMarked: boolean
  /** Null when only the mark changes. */
  readonly revocation: Revocation | null
}

export type StreamName = 'users' | 'entraDevices' | 'intuneDevices'

/** How far one stream of changes was read. */
export type StreamState = {
  /** For the next round; null: begin anew. */
  readonly cursor: string | null
  /** The beginning of the last round that came to its end; null before the first. */
  readonly readAt: Date | null
  /** The beginning of the last round that told everything. */
  readonly fullAt: Date | null
}

export type DirectoryState = {
  readonly version: number
  readonly streams: Readonly<Record<StreamName, StreamState>>
  /** When people at risk were last read; null before the first time. */
  readonly riskReadAt: Date | null
  readonly circuitBreaker: CircuitBreaker | null
  /** Of the policy that the stored marks were made with; null before the first time. */
  readonly policyHash: string | null
}

export type DirectoryStateChange = {
  /** The version that it was planned from. */
  readonly from: number
  readonly to: Omit<DirectoryState, 'version' | 'circuitBreaker'>
}

/** Stops a sync that would change too much at once, until an operator releases it. */
export type CircuitBreaker = {
  readonly engagedAt: Date
  /** How many objects would have become worse, of how many that certificates depend on. */
  readonly changes: number
  readonly bound: number
  /** Set by an operator: what waits goes through, whatever it changes. */
  readonly releasedAt: Date | null
}

/** Null: not engaged. */
export type CircuitBreakerChange = {
  readonly from: CircuitBreaker | null
  readonly to: CircuitBreaker | null
}
