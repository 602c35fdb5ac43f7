import type { AuditEvent, AuditRecord } from '#lib/audit.ts'
import type { Holder, ProfileId, RequestSource } from '#lib/model.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import type { DirectoryLedger, SyncPlan } from './directory-ledger.ts'
import type { CertificateRecord, Owner, RevocationChange } from './records.ts'
import type { StatusLedger } from './status-ledger.ts'
import type { AuditHead, LostCertificate, SignedCertificate } from './traces.ts'

/**
 * The ledger is trusted: who can write to it can revoke, un-revoke and hide, but cannot sign and
 * cannot rewrite the audit chain unseen. Every change of a certificate commits together with its
 * audit event, or not at all. Every method throws LatchkeyError('store_unavailable') when the
 * database is failing, and LatchkeyError('audit_unavailable') when only the event cannot be written.
 */
export type Ledger = StatusLedger &
  DirectoryLedger & {
    /**
     * Step 7 of the issuance cycle, in one durable transaction: checks that nobody else holds the
     * key, that the key is not blocked and that the same request is not already answered, then
     * records the intent as PENDING. The checks and the insert cannot be raced.
     */
    readonly begin: (intent: Intent, event: AuditEvent) => Promise<BeginResult>
    /**
     * Step 11, in one transaction: PENDING becomes ISSUED, and `plan` stores what step 10 saw of its
     * holder. Not when something came meanwhile that forbids it: see CompleteResult; nothing is written
     * then. All of it is looked at in the transaction, where all writers of all replicas take turns.
     */
    readonly complete: (
      done: Completion,
      event: AuditEvent,
      plan: SyncPlan,
    ) => Promise<CompleteResult>
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

    /**
     * Revokes or holds, and revokes what was renewed from it too when `withDescendants` says so, however
     * far down; pending descendants become void. An operator's hold replaces a user's. Gives the serials
     * that changed: without its own when it was not in a state that allows it, and of what was revoked
     * already the descendants alone.
     */
    readonly revoke: (
      change: RevocationChange,
      options: { readonly withDescendants: boolean },
      event: AuditEvent,
    ) => Promise<readonly string[]>
    /**
     * Ends the hold of one certificate, when it is one of these causes. False when there is no such hold:
     * only an operator ends what an operator began, which the caller says by `causes`. False as well
     * while its device is reported lost: see withdrawReport.
     */
    readonly release: (
      serial: string,
      causes: readonly StatusReason[],
      event: AuditEvent,
    ) => Promise<boolean>
    /**
     * Reports a device lost, in one transaction: every issued certificate of it, whoever enrolled it,
     * goes on hold with the cause `lost_device` unless it is stopped already, every pending one becomes
     * void, and nothing is issued for it while the report stands. Gives the serials that went on hold.
     */
    readonly reportLost: (report: LostReport, event: AuditEvent) => Promise<readonly string[]>
    /** Withdraws the report, and frees what is on hold because of it. Gives the freed serials; null when there was no report. */
    readonly withdrawReport: (
      device: DeviceRef,
      event: AuditEvent,
    ) => Promise<readonly string[] | null>
    /** The report that stands for a device with one of these ids, or null. */
    readonly lostReport: (device: DeviceRef) => Promise<LostReport | null>
    /** All certificates of a device, whoever enrolled them, or of a person; void ones are left out. Newest first, 500 at most. */
    readonly certificatesOfHolder: (holder: Holder) => Promise<readonly CertificateRecord[]>
    /** Puts the certificates of one person on hold and voids their pending ones, as reportLost does but without a report. */
    readonly holdPerson: (hold: PersonHold, event: AuditEvent) => Promise<readonly string[]>
    /**
     * Blocks a key for ever and calls compromised, in the same transaction, all that was made with it;
     * what was renewed from that is revoked too, however far down, with the cause `renewed_from_revoked`.
     * Gives the serials that changed.
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
  /** Serial of the enrolment that this certificate descends from; its own when it is one. */
  readonly enrollment: string
  /** When somebody last signed in for it: at the enrolment, whatever was renewed since. */
  readonly signedInAt: Date
  /** The user principal name that stands in it; null when none does. */
  readonly upn: string | null
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
  /** The device is reported lost. */
  | { readonly kind: 'device_lost' }
  /** The certificate that it replaces is revoked or on hold by now. */
  | { readonly kind: 'replaced_revoked_or_held' }
  /** The serial is taken; take another. */
  | { readonly kind: 'serial_taken' }

export type CompleteResult =
  | 'completed'
  /** What the plan was made from is different by now: plan again. */
  | 'conflict'
  /** The row is not PENDING any more: a hold, a report or the clean-up of old rows came first. */
  | 'withdrawn'
  | 'device_lost'
  | 'replaced_revoked_or_held'
  | 'key_blocked'

/** A device by what a certificate may name it by; at least one of them is not null. */
export type DeviceRef = { readonly deviceId: string | null; readonly intuneId: string | null }

export type LostReport = DeviceRef & {
  readonly at: Date
  /** Object id of who reported it. */
  readonly reporterOid: string
  /** For people: a user principal name. */
  readonly by: string
}

export type PersonHold = {
  readonly oid: string
  readonly at: Date
  readonly by: string
}

export type Completion = {
  readonly serial: string
  readonly der: Uint8Array
  /** Hex SHA-256 of the DER. */
  readonly fingerprint: string
  readonly at: Date
  /** Whether its objects may stop it without a word from the directory, so that a CRL looks at it. */
  readonly isMarked: boolean
}

export type KeyBlock = {
  readonly keyThumbprint: string
  readonly at: Date
  readonly by: string
}
