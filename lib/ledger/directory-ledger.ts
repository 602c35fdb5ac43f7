import type { AuditEvent } from '#lib/audit.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import type { BoundTo, Revocation } from '#lib/policy/status-types.ts'

/**
 * What the ledger stores of the directory: the objects that certificates depend on, as they were last seen,
 * and how far the directory was read. Statuses are computed from these rows without asking the directory. The
 * ledger decides nothing: it applies plans by compare-and-swap of versions, completely or not at all.
 */
export type DirectoryLedger = {
  readonly directoryState: () => Promise<DirectoryState>
  /** Gives the stored state of these objects; objects that are not stored are left out. */
  readonly directoryObjects: (keys: readonly DirectoryKey[]) => Promise<readonly DirectoryObject[]>
  /**
   * Gives the keys of every object that an issued certificate with `notAfter` not before `since` depends on,
   * ordered by kind and id, in pages. The owner of a device is included.
   */
  readonly boundObjects: (
    since: Date,
    after: DirectoryKey | null,
    limit: number,
  ) => Promise<readonly DirectoryKey[]>
  /**
   * Gives issued certificates that depend on one of these objects and are not permanently revoked; they may
   * be on hold.
   */
  readonly boundCertificates: (
    keys: readonly DirectoryKey[],
  ) => Promise<readonly BoundCertificate[]>
  /**
   * Gives issued, not permanently revoked certificates of people whose user principal name is one of the keys
   * (folded, ASCII) and whose holder is not the person that the directory assigns the name to now, the map's
   * value.
   */
  readonly certificatesOfNames: (
    names: ReadonlyMap<string, string>,
  ) => Promise<readonly BoundCertificate[]>
  /** Gives keys of objects with `dueAt` not after `now`, the earliest first. */
  readonly dueObjects: (now: Date, limit: number) => Promise<readonly DirectoryKey[]>
  /** Gives keys of objects with `needsRecheck`. */
  readonly objectsToRecheck: (limit: number) => Promise<readonly DirectoryKey[]>
  /** Gives Entra devices that are stored with one of these object ids of Graph. */
  readonly devicesWithObjectIds: (
    objectIds: readonly string[],
  ) => Promise<readonly DirectoryObject[]>
  /**
   * Gives keys of objects that are absent, not permanently deleted, and were last looked up before `before`.
   */
  readonly absentSeenBefore: (before: Date, limit: number) => Promise<readonly DirectoryKey[]>
  /** Gives keys of present devices whose owners were read before `before` or never, the longest ago first. */
  readonly ownersReadBefore: (before: Date, limit: number) => Promise<readonly DirectoryKey[]>
  /**
   * Gives keys of stored objects of a kind that are present and were last seen before `before`, in pages by
   * id.
   */
  readonly objectsSeenBefore: (
    kind: DirectoryKey['kind'],
    before: Date,
    afterId: string,
    limit: number,
  ) => Promise<readonly DirectoryKey[]>
  /**
   * Applies a plan in one transaction, with its audit events and, when given, the state of the round. Gives
   * false and writes nothing when anything that the plan was made from has changed: the version of an object,
   * of a certificate or of the state, or when a further certificate depends on an object of `complete`.
   */
  readonly applyPlan: (plan: SyncPlan, state: DirectoryStateChange | null) => Promise<boolean>
  /**
   * Engages or releases the circuit breaker, with the event. Gives false and writes nothing when its state
   * has changed.
   */
  readonly setCircuitBreaker: (change: CircuitBreakerChange, event: AuditEvent) => Promise<boolean>
}

/** An issued, not permanently revoked certificate, as the directory sync needs it. */
export type BoundCertificate = BoundTo & {
  readonly issuerId: string
  readonly serial: string
  /** Increases with every change of the row; a plan that was made from another version is not applied. */
  readonly version: number
  /** Whether one of its objects may stop it, so that CRLs have to evaluate it. */
  readonly isMarked: boolean
}

/** What a page of changes, a look-up or an issuance does to objects and certificates. Data only. */
export type SyncPlan = {
  /** Rows to write, each with the version that it was planned from; 0 for an object that is not stored. */
  readonly objects: readonly { readonly from: number; readonly to: DirectoryObject }[]
  readonly certificates: readonly CertificateChange[]
  /** Objects all of whose certificates were evaluated: see applyPlan. */
  readonly complete: readonly DirectoryKey[]
  /** Every certificate that was evaluated, with its version at that time. */
  readonly evaluated: readonly Pick<BoundCertificate, 'issuerId' | 'serial' | 'version'>[]
  /**
   * Objects that the plan does not write but on which a changed certificate depends, with their versions at
   * that time; 0 for an object that is not stored.
   */
  readonly beside: readonly (DirectoryKey & { readonly version: number })[]
  readonly events: readonly AuditEvent[]
  /** How many objects changed; the circuit breaker counts those that changed for the worse. */
  readonly changed: number
  readonly worse: number
}

/** A plan without effects. */
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

/** How far one change feed was read. */
export type StreamState = {
  /** Cursor for the next round; null to start from the beginning. */
  readonly cursor: string | null
  /** When the last complete round began; null before the first. */
  readonly readAt: Date | null
  /** When the last round of everything began. */
  readonly fullAt: Date | null
}

export type DirectoryState = {
  readonly version: number
  readonly streams: Readonly<Record<StreamName, StreamState>>
  /** When people at risk were last read; null before the first time. */
  readonly riskReadAt: Date | null
  readonly circuitBreaker: CircuitBreaker | null
  /** Hash of the policy that the stored marks were made with; null before the first time. */
  readonly policyHash: string | null
}

export type DirectoryStateChange = {
  /** The version that the change was planned from. */
  readonly from: number
  readonly to: Omit<DirectoryState, 'version' | 'circuitBreaker'>
}

/** Stops a sync that would change too much at once, until an operator releases it. */
export type CircuitBreaker = {
  readonly engagedAt: Date
  /** How many objects would have become worse, of how many that certificates depend on. */
  readonly changes: number
  readonly bound: number
  /** When an operator released it: the next sync applies its changes, however many they are. Null before. */
  readonly releasedAt: Date | null
}

/** Null: not engaged. */
export type CircuitBreakerChange = {
  readonly from: CircuitBreaker | null
  readonly to: CircuitBreaker | null
}
