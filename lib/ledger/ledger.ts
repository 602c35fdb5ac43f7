import type { AuditEvent, AuditRecord } from '#lib/audit.ts'
import type { Confirmation, Holder, ProfileId, RequestSource } from '#lib/model.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import type { DirectoryLedger, SyncPlan } from './directory-ledger.ts'
import type { CertificateRecord, Owner, RevocationChange } from './records.ts'
import type { ReminderLedger } from './reminder-ledger.ts'
import type { StatusLedger } from './status-ledger.ts'
import type { AuditHead, LostCertificate, SignedCertificate } from './traces.ts'

/**
 * The records of certificates and audit events. The ledger is trusted: who can write to it can revoke,
 * un-revoke and hide, but cannot sign, and cannot rewrite the audit chain unseen. Every change of a
 * certificate commits together with its audit event, or not at all. Every method throws
 * LatchkeyError('store_unavailable') when the database fails, and LatchkeyError('audit_unavailable') when
 * only the event cannot be written.
 */
export type Ledger = StatusLedger &
  DirectoryLedger &
  ReminderLedger & {
    /**
     * Step 7 of the issuance cycle, in one durable transaction: checks that the key belongs to nobody else
     * and is not blocked, and that the same request was not answered already; then records the intent as
     * PENDING. No other writer can come between check and insert.
     */
    readonly begin: (intent: Intent, event: AuditEvent) => Promise<BeginResult>
    /**
     * Step 11 of the issuance cycle, in one transaction: PENDING becomes ISSUED, and `plan` stores what step
     * 10 saw of the holder. When something came meanwhile that forbids the certificate, nothing is written:
     * see CompleteResult. All checks are in the transaction, in which writers of all replicas run one after
     * the other.
     */
    readonly complete: (
      done: Completion,
      event: AuditEvent,
      plan: SyncPlan,
    ) => Promise<CompleteResult>
    /** PENDING (or just ISSUED, not delivered) becomes VOID, which relying parties see as revoked. */
    readonly void: (serial: string, at: Date, event: AuditEvent) => Promise<void>
    /** The same for one that is still PENDING; has no effect otherwise. */
    readonly voidPending: (serial: string, at: Date, event: AuditEvent) => Promise<void>
    /**
     * Turns each PENDING row older than `before` into VOID, with an audit event each. Gives their serials.
     */
    readonly expirePending: (before: Date, now: Date) => Promise<readonly string[]>

    readonly certificate: (serial: string) => Promise<CertificateRecord | null>
    /** Gives those of these serials that exist, in no order; for up to a few hundred. */
    readonly certificatesBySerial: (
      serials: readonly string[],
    ) => Promise<readonly CertificateRecord[]>
    /**
     * Gives the certificates of an owner, newest first, 50 at most; `after` is the last serial of the
     * previous page.
     */
    readonly certificatesOf: (
      owner: Owner,
      after: string | null,
    ) => Promise<readonly CertificateRecord[]>
    /** DER of an ISSUED certificate. */
    readonly der: (serial: string) => Promise<Uint8Array | null>

    /**
     * Revokes or holds a certificate and, with `withDescendants`, everything that was renewed from it,
     * however far down; pending descendants become void. An operator's hold replaces a user's. Gives the
     * serials that changed: without its own when its state does not allow the change, and only descendants
     * when it was revoked already.
     */
    readonly revoke: (
      change: RevocationChange,
      options: { readonly withDescendants: boolean },
      event: AuditEvent,
    ) => Promise<readonly string[]>
    /**
     * Ends the hold of one certificate if its cause is one of `causes`, by which the caller says whose holds
     * it may end. Gives false when there is no such hold, and while the device is reported lost: see
     * withdrawReport.
     */
    readonly release: (
      serial: string,
      causes: readonly StatusReason[],
      event: AuditEvent,
    ) => Promise<boolean>
    /**
     * Reports a device lost, in one transaction: every issued certificate of it, whoever enrolled it, goes on
     * hold with the cause `lost_device` unless it is on hold or revoked already; every pending one becomes
     * void; and nothing is issued for the device while the report stands. Gives the serials that went on
     * hold.
     */
    readonly reportLost: (report: LostReport, event: AuditEvent) => Promise<readonly string[]>
    /**
     * Withdraws the report and releases the holds that it caused. Gives the released serials; null when there
     * was no report.
     */
    readonly withdrawReport: (
      device: DeviceRef,
      event: AuditEvent,
    ) => Promise<readonly string[] | null>
    /** Gives the report of a device with one of these ids, or null. */
    readonly lostReport: (device: DeviceRef) => Promise<LostReport | null>
    /**
     * Gives all certificates of a device, whoever enrolled them, or of a person, except void ones. Newest
     * first, 500 at most.
     */
    readonly certificatesOfHolder: (holder: Holder) => Promise<readonly CertificateRecord[]>
    /** Puts the certificates of one person on hold and voids their pending ones, as reportLost does but without a report. */
    readonly holdPerson: (hold: PersonHold, event: AuditEvent) => Promise<readonly string[]>
    /**
     * Revokes for good, in one transaction, what was put on hold as lost at `before` or earlier; some of it
     * when there is much. Gives the serials; none when there is nothing left.
     */
    readonly revokeLost: (before: Date, now: Date) => Promise<readonly string[]>
    /** Gives a certificate of this owner a label, or takes it away by null. False when there is none. */
    readonly setLabel: (
      serial: string,
      owner: Owner,
      label: string | null,
      event: AuditEvent,
    ) => Promise<boolean>
    /**
     * Blocks a key for ever and revokes, in the same transaction, all certificates with it as compromised,
     * and everything that was renewed from them, however far down, with the cause `renewed_from_revoked`.
     * Gives the serials that changed.
     */
    readonly blockKey: (block: KeyBlock, event: AuditEvent) => Promise<readonly string[]>
    readonly keyIsBlocked: (keyThumbprint: string) => Promise<boolean>
    /** Gives the object id of the person or application whose certificate has this key, or null. */
    readonly keyOwner: (keyThumbprint: string) => Promise<string | null>

    /**
     * Counts one use of a quota that all replicas share. Gives false when `max` uses in this window were
     * counted already.
     */
    readonly takeQuota: (principal: string, windowStart: Date, max: number) => Promise<boolean>

    /** Uses a confirmation once, over all replicas. Gives false when it was used before. */
    readonly takeConfirmation: (confirmation: Confirmation, now: Date) => Promise<boolean>

    /** Appends an event without a change of a row: refusals, sign-ins of operators, start of the service. */
    readonly audit: (event: AuditEvent) => Promise<void>
    /** Gives audit records in order, `limit` at most, from the one after `afterSequence`. */
    readonly auditTrail: (afterSequence: number, limit: number) => Promise<readonly AuditRecord[]>

    /**
     * A random id that was made with the schema and never changes, by which this ledger is told from another.
     */
    readonly identity: () => Promise<string>
    readonly auditHead: () => Promise<AuditHead>
    /** Whether this record was once the head of the chain, so that nothing before it is missing. */
    readonly holdsRecord: (head: AuditHead) => Promise<boolean>
    /** Gives the last CRL number of this issuer; 0 before the first. */
    readonly lastCrlNumber: (issuerId: string) => Promise<number>
    /**
     * Gives those signed certificates that have neither a row nor, for a delegate of the CA, an audit record.
     */
    readonly unrecorded: <Signed extends SignedCertificate>(
      signed: readonly Signed[],
    ) => Promise<readonly Signed[]>
    /**
     * Enters certificates of a lost ledger as void, each with its audit event; for up to a few hundred. One
     * that has a row is not changed.
     */
    readonly enterLost: (lost: readonly LostCertificate[], now: Date) => Promise<void>

    /**
     * Checks at start that the unique index and the durability settings of the database work; throws a
     * sentence otherwise.
     */
    readonly selfTest: () => Promise<void>
    readonly close: () => Promise<void>
  }

/** What answers to relying parties are made of: nothing of it writes. */
export type LedgerReader = Pick<
  Ledger,
  | 'statusVersion'
  | 'serverTime'
  | 'certificate'
  | 'certificatesBySerial'
  | 'directoryState'
  | 'directoryObjects'
  | 'publishedCrl'
  | 'publishedCrlNumber'
  | 'identity'
  | 'close'
>

export type Intent = {
  /** Hex SHA-256 of the issuer's SubjectPublicKeyInfo: two CAs may have the same serial. */
  readonly issuerId: string
  readonly serial: string
  readonly profile: ProfileId
  readonly source: RequestSource
  readonly owner: Owner
  readonly holder: Holder
  /** For people: the name of the device or person, the subject CN and the subject alternative name. */
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
  /** What the directory said at issuance, as canonical JSON. */
  readonly directorySnapshot: string
  /** Serial of the certificate that this one is to take the place of. */
  readonly replaces: string | null
  /** Serial of the enrolment that this certificate descends from; its own when it is one. */
  readonly enrollment: string
  /** When somebody last signed in for the enrolment from which this certificate descends. */
  readonly signedInAt: Date
  /** The user principal name in the certificate; null when it has none. */
  readonly upn: string | null
  /** What its owner calls it, taken over from the certificate that it replaces; else null. */
  readonly label: string | null
  /** A repeated request gets this certificate again until this time, or until it has expired. */
  readonly repeatAfter: Date
  /** Counted for the owner in the same transaction, when the row is inserted. */
  readonly quota: { readonly windowStart: Date; readonly max: number } | null
  /** Used in the same transaction; null where the requester had nothing to confirm. */
  readonly confirmation: Confirmation | null
}

export type BeginResult =
  | { readonly kind: 'reserved' }
  /**
   * The same request was answered already, with a certificate that is still valid and is to be given again.
   */
  | { readonly kind: 'answered'; readonly serial: string; readonly der: Uint8Array }
  /** The same request, begun then, is being answered, or was by a process that is gone. */
  | { readonly kind: 'in_progress'; readonly since: Date }
  | { readonly kind: 'key_bound' }
  | { readonly kind: 'key_blocked' }
  /** The same sign-in confirmed this request before, which came to nothing. */
  | { readonly kind: 'confirmation_used' }
  /** The owner got `quota.max` certificates in this window. */
  | { readonly kind: 'quota_exceeded' }
  /** The device is reported lost. */
  | { readonly kind: 'device_lost' }
  /** The certificate that would be renewed was revoked or put on hold. */
  | { readonly kind: 'replaced_revoked_or_held' }
  /** The serial exists already; the caller makes another. */
  | { readonly kind: 'serial_taken' }

export type CompleteResult =
  | 'completed'
  /** What the plan was made from has changed; the caller plans again. */
  | 'conflict'
  /** The row is not PENDING any more: a hold, a report or voidStale came first. */
  | 'withdrawn'
  | 'device_lost'
  | 'replaced_revoked_or_held'
  | 'key_blocked'

/** A device by the ids that a certificate may have; at least one of them is not null. */
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
  /** As in its intent. */
  readonly holder: Holder
  readonly der: Uint8Array
  /** Hex SHA-256 of the DER. */
  readonly fingerprint: string
  readonly at: Date
  /**
   * Whether its objects may stop it without a further change in the directory, so that CRLs have to evaluate
   * it.
   */
  readonly isMarked: boolean
}

export type KeyBlock = {
  readonly keyThumbprint: string
  readonly at: Date
  readonly by: string
}
