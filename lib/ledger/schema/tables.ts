import type { Generated, GeneratedAlways, Kysely } from 'kysely'
import type { AuditKind } from '#lib/audit.ts'
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
  certificate_der: CertificateDerTable
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
}

/** Narrow on purpose: lists and statuses never read the DER, which has a table of its own. */
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
  /** Increases with every update of the row; technical, so it is not hashed. */
  version: Generated<number>
  /** Serial and names in lower case, one a line, since the engines differ in LIKE and in case. */
  search: string
  /** 1 while one of its directory objects may put it on hold or revoke it. Derived, so it is not hashed. */
  directory_mark: Generated<Bit>
  /** 'YYYY-MM' in UTC. The engine computes this column and the next four from columns above. */
  created_month: GeneratedAlways<string>
  search_name: GeneratedAlways<string>
  search_subject: GeneratedAlways<string>
  search_alt_name: GeneratedAlways<string>
  /** `upn` with A-Z in lower case. */
  upn_folded: GeneratedAlways<string | null>
}

type CertificateDerTable = {
  id: number
  /** Null after the certificate is stored, which contains it. */
  tbs: Uint8Array | null
  der: Uint8Array | null
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

export type Database = Kysely<Tables>

export type Engine = 'sqlite' | 'postgres'

/** An open database. `write` is for the group commit and for migrations; everything else uses `read`. */
export type Store = {
  readonly engine: Engine
  readonly write: Database
  readonly read: Database
  /** Gives the version of all statuses without Kysely, where the engine allows it; null elsewhere. */
  readonly statusVersion: (() => number) | null
  /** Throws a sentence when a commit would not survive a loss of power. */
  readonly checkDurability: () => Promise<void>
  readonly close: () => Promise<void>
}
