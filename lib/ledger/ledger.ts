import type { AuditEvent, AuditRecord } from '#lib/audit.ts'
import type { Holder, ProfileId, RequestSource, RevocationReason } from '#lib/model.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import type { Observation, StatusLedger } from './status-ledger.ts'
import type { AuditHead, LostCertificate, SignedCertificate } from './traces.ts'

/**
 * The ledger is trusted: who can write to it can revoke, un-revoke and hide, but cannot sign and
 * cannot rewrite the audit chain unseen. Every change of a certificate commits together with its
 * audit event, or not at all. Every method throws LatchkeyError('store_unavailable') when the
 * database is in trouble, and LatchkeyError('audit_unavailable') when only the event cannot be written.
 */
export type Ledger = StatusLedger & {
  /**
   * Step 7 of the issuance cycle, in one durable transaction: checks that nobody else holds the
   * key, that the key is not blocked and that the same request is not already answered, then
   * records the intent as PENDING. The checks and the insert cannot be raced.
   */
  readonly begin: (intent: Intent, event: AuditEvent) => Promise<BeginResult>
  /**
   * Step 11: PENDING becomes ISSUED with its certificate, and what step 10 saw of its holder is
   * stored with it. Throws when the row is no longer PENDING.
   */
  readonly complete: (done: Completion, event: AuditEvent, seen?: Observation) => Promise<void>
  /** PENDING (or just ISSUED, not delivered) becomes VOID, which every relying party is told as revoked. */
  readonly void: (serial: string, at: Date, event: AuditEvent) => Promise<void>
  /** Turns each PENDING row older than `before` into VOID with an audit event each. Gives their serials. */
  readonly expirePending: (before: Date, now: Date) => Promise<readonly string[]>

  readonly certificate: (serial: string) => Promise<CertificateRecord | null>
  /** Those of these serials that there are, in no order; up to a few hundred. */
  readonly certificatesBySerial: (
    serials: readonly string[],
  ) => Promise<readonly CertificateRecord[]>
  /** Newest first, 50 at most; `after` is the serial that ended the previous page. */
  readonly certificatesOf: (
    owner: Owner,
    after: string | null,
  ) => Promise<readonly CertificateRecord[]>
  /** DER of an ISSUED certificate. */
  readonly der: (serial: string) => Promise<Uint8Array | null>

  /** Revokes or holds. False when it was not in a state that allows it. */
  readonly revoke: (change: RevocationChange, event: AuditEvent) => Promise<boolean>
  /** Ends a hold that a person set. False when there was none. */
  readonly release: (serial: string, at: Date, event: AuditEvent) => Promise<boolean>
  /**
   * Blocks a key for ever and calls all its certificates compromised in the same transaction; gives
   * the serials of those that were not yet.
   */
  readonly blockKey: (block: KeyBlock, event: AuditEvent) => Promise<readonly string[]>
  readonly keyIsBlocked: (keyThumbprint: string) => Promise<boolean>
  /** Object id of the person or application that holds this key in a certificate, or null. */
  readonly keyOwner: (keyThumbprint: string) => Promise<string | null>

  /** Counts one use of a quota shared by all replicas. False when `max` in this window is reached already. */
  readonly takeQuota: (principal: string, windowStart: Date, max: number) => Promise<boolean>

  /** Appends to the hash chain on its own: refusals, sign-ins of operators, start of the service. */
  readonly audit: (event: AuditEvent) => Promise<void>
  /** Records in order, `limit` at most, beginning after `afterSequence`. */
  readonly auditTrail: (afterSequence: number, limit: number) => Promise<readonly AuditRecord[]>

  /** Made with the schema, and never changed: tells this ledger from another. */
  readonly identity: () => Promise<string>
  readonly auditHead: () => Promise<AuditHead>
  /** Whether this once was the head of the chain, and so nothing before it was lost. */
  readonly holdsRecord: (head: AuditHead) => Promise<boolean>
  /** The last number that was given to a CRL of this issuer; 0 before the first. */
  readonly lastCrlNumber: (issuerId: string) => Promise<number>
  /** Those of which there is neither a row nor, for an OCSP responder, a record. */
  readonly unrecorded: <Signed extends SignedCertificate>(
    signed: readonly Signed[],
  ) => Promise<readonly Signed[]>
  /**
   * Enters what a lost ledger had as void, each with its audit event; a few hundred in one
   * transaction. One that has a row stays as it is.
   */
  readonly enterLost: (lost: readonly LostCertificate[], now: Date) => Promise<void>

  /** Proves at start that the database keeps the unique index and its durability settings; throws a sentence otherwise. */
  readonly selfTest: () => Promise<void>
  readonly close: () => Promise<void>
}

export type Owner = { readonly tid: string; readonly oid: string }

export type CertificateState = 'pending' | 'issued' | 'void'

export type Intent = {
  /** Hex SHA-256 of the issuer's SubjectPublicKeyInfo: two CAs may give the same serial. */
  readonly issuerId: string
  readonly serial: string
  readonly profile: ProfileId
  readonly source: RequestSource
  readonly owner: Owner
  readonly holder: Holder
  /** For people: the device's or person's name, the subject CN and what stands in the SAN. */
  readonly displayName: string
  readonly subject: string
  readonly subjectAltName: string
  /** Hex SHA-256 over tenant, oid, profile and the re-encoded CertificationRequestInfo. */
  readonly requestKey: string
  /** RFC 7638 thumbprint of the public key, base64url. */
  readonly keyThumbprint: string
  readonly tbs: Uint8Array
  readonly tbsHash: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly createdAt: Date
  /** What the directory said, as canonical JSON. */
  readonly directorySnapshot: string
  /** Serial of the certificate that was presented for renewal. */
  readonly replaces: string | null
  /** A finished answer to the same request is given again until it is this old, or has expired. */
  readonly repeatAfter: Date
  /** Counted per owner, in the same transaction, when the row is really reserved. */
  readonly quota: { readonly windowStart: Date; readonly max: number } | null
}

export type BeginResult =
  | { readonly kind: 'reserved' }
  /** The same request was answered already, with a certificate that is still valid: give it again. */
  | { readonly kind: 'answered'; readonly serial: string; readonly der: Uint8Array }
  | { readonly kind: 'in_progress' }
  | { readonly kind: 'key_bound' }
  | { readonly kind: 'key_blocked' }
  /** The owner has had `quota.max` certificates in this window. */
  | { readonly kind: 'quota_exceeded' }
  /** The serial is taken; take another. */
  | { readonly kind: 'serial_taken' }

export type Completion = {
  readonly serial: string
  readonly der: Uint8Array
  /** Hex SHA-256 of the DER. */
  readonly fingerprint: string
  readonly at: Date
}

export type RevocationChange = {
  readonly serial: string
  readonly reason: RevocationReason
  readonly at: Date
  /** Who did it, for people: an UPN, "directory", … */
  readonly by: string
  /** Why, in Latchkey's own words; null when the reason says it all. */
  readonly cause: StatusReason | null
}

export type KeyBlock = {
  readonly keyThumbprint: string
  readonly at: Date
  readonly by: string
  /** Since when the certificate that the event names is revoked, by the directory or by a person; else null. */
  readonly revokedSince: Date | null
}

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
  readonly revocation: {
    readonly at: Date
    readonly reason: RevocationReason
    readonly by: string
    readonly cause: StatusReason | null
  } | null
  readonly replaces: string | null
}
