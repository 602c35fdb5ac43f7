import type { Generated, GeneratedAlways, Kysely } from 'kysely'
import type { AuditKind } from '#lib/audit.ts'
import type { Connection, Statement } from '#lib/ledger/connection.ts'
import type {
  CertificateState,
  DirectoryKey,
  DirectoryObject,
  Holder,
  ProfileId,
  RequestSource,
} from '#lib/model.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'

/** The tables as both engines keep them. Times are epoch milliseconds, octet strings are Uint8Array. */
export type Tables = {
  certificate: CertificateTable
  certificate_tbs: CertificateTbsTable
  audit: AuditTable
  audit_head: AuditHeadTable
  blocked_key: BlockedKeyTable
  lost_device: LostDeviceTable
  confirmation: ConfirmationTable
  quota: QuotaTable
  meta: MetaTable
  directory_object: DirectoryObjectTable
  directory_state: DirectoryStateTable
  status_version: StatusVersionTable
  crl: CrlTable
  crl_number: CrlNumberTable
  lease: LeaseTable
  reminder: ReminderTable
  calendar: CalendarTable
}

/** Narrow on purpose: lists and statuses never read the DER, whose to-be-signed part has a table of its own. */
export type CertificateTable = {
  id: Generated<number>
  issuer_id: string
  serial: string
  state: CertificateState
  profile: ProfileId
  source: RequestSource
  owner_tid: string
  owner_oid: string
  holder_kind: Holder['kind']
  /** For a device, its owner. */
  holder_oid: string
  holder_device_id: string | null
  holder_intune_id: string | null
  display_name: string
  subject: string
  subject_alt_name: string
  request_key: string
  key_thumbprint: string
  tbs_hash: string
  fingerprint: string | null
  not_before: number
  not_after: number
  created_at: number
  issued_at: number | null
  revoked_at: number | null
  /** The reason code of RFC 5280 section 5.3.1. */
  revocation_reason: number | null
  revoked_by: string | null
  revoked_cause: StatusReason | null
  replaces: string | null
  enrollment: string
  signed_in_at: number
  /** In the spelling of the certificate. */
  upn: string | null
  /** What its owner calls it; never in the certificate. */
  label: string | null
  /** Increases with every update of the row; technical, so it is not hashed. */
  version: Generated<number>
  /** The signature algorithm and the signature, as they follow the to-be-signed part; null until it is issued. */
  signature: Uint8Array | null
  /** What operators search for, in lower case, since the engines differ in LIKE and in case. */
  search_name: string
  /** Null where another column that is searched has the same. */
  search_subject: string | null
  search_alt_name: string | null
  /** 1 while one of its directory objects may put it on hold or revoke it. Derived, so it is not hashed. */
  directory_mark: Generated<Bit>
  /** 'YYYY-MM' in UTC. The engine computes this column and the next from columns above. */
  created_month: GeneratedAlways<string>
  /** `upn` with A-Z in lower case. */
  upn_folded: GeneratedAlways<string | null>
}

/** Written once, before anything is signed. */
type CertificateTbsTable = {
  id: number
  /** Null for a certificate of a lost ledger. */
  tbs: Uint8Array | null
  directory_snapshot: string
}

export type AuditTable = {
  sequence: number
  kind: AuditKind
  at: number
  actor: string
  serial: string | null
  /** JSON list of [name, value]. */
  facts: string
  previous_hash: string
  hash: string
}

type AuditHeadTable = { id: number; sequence: number; hash: string }
type BlockedKeyTable = { key_thumbprint: string; blocked_at: number; blocked_by: string }
type LostDeviceTable = {
  id: Generated<number>
  device_id: string | null
  intune_id: string | null
  reported_at: number
  reporter_oid: string
  reported_by: string
}
type ConfirmationTable = { id: string; until: number }
type QuotaTable = { principal: string; window_start: number; used: number }
type MetaTable = { name: string; value: string }

/** SQLite has no booleans: 0 and 1 on both engines. */
type Bit = 0 | 1

export type DirectoryObjectTable = {
  kind: DirectoryKey['kind']
  id: string
  version: number
  seen_at: number
  object_id: string | null
  absent_since: number | null
  deletion: DirectoryObject['deletion']
  unlisted_since: number | null
  disabled_since: number | null
  non_compliant_since: number | null
  retirement: DirectoryObject['retirement']
  retirement_since: number | null
  risky_since: number | null
  enrolled_at: number | null
  /** JSON list of [object id, since, gone since]. */
  owners: string | null
  owners_seen_at: number | null
  upn: string | null
  upn_since: number | null
  due_at: number | null
  needs_recheck: Bit
}

/** Change feeds and circuit breaker are JSON. */
type DirectoryStateTable = {
  id: number
  version: number
  streams: string
  risk_read_at: number | null
  circuit_breaker: string | null
  policy_hash: string | null
}

type StatusVersionTable = { id: number; version: number }

export type CrlTable = {
  issuer_id: string
  /** Empty for the full CRL. */
  scope: string
  delta: Bit
  number: number
  base_number: number | null
  this_update: number
  next_update: number
  entries: number
  der: Uint8Array
}

type CrlNumberTable = { issuer_id: string; number: number }
type LeaseTable = { name: string; holder: string; until: number }

type ReminderTable = {
  serial: string
  /** Days before the end. */
  days: number
  /** SHA-256 of the secret in the links of the mail. */
  token: string
  attempts: number
  recorded_at: number
  retry_at: number | null
  stopped_at: number | null
}

export type CalendarTable = {
  owner_oid: string
  owner_tid: string
  /** SHA-256 of the secret in the address. */
  secret: string
  language: string
  made_at: number
}

export type Database = Kysely<Tables>

export type Engine = 'sqlite' | 'postgres'

/** Sends a statement before it first waits. */
export type Step = () => unknown

/** An open database. `write` is for migrations; everything else reads by `read` and changes by `transaction`. */
export type Store = {
  readonly engine: Engine
  readonly write: Database
  readonly read: Database
  /** The same as `read`, also for compiled statements. Reads what is committed. */
  readonly reader: Connection
  /** Makes the queries of prepared statements. */
  readonly compiler: Database
  /**
   * Runs `first`, which has no values, then `work` with its rows, then `last`, which commits by the step that it
   * is given, in one transaction, which is rolled back when any of them throws. PostgreSQL gets BEGIN with the
   * first in one round trip.
   */
  readonly transaction: (
    first: Statement,
    work: (connection: Connection, rows: readonly unknown[]) => Promise<void>,
    last: (commit: Step) => Promise<void>,
  ) => Promise<void>
  /** Throws a sentence when a commit would not survive a loss of power, or when connections do not keep what they are told. */
  readonly checkDurability: () => Promise<void>
  readonly close: () => Promise<void>
}
