import type { Generated, Kysely } from 'kysely'
import type { AuditKind } from '#lib/audit.ts'
import type { CertificateState } from '#lib/ledger/ledger.ts'
import type { Holder, ProfileId, RequestSource } from '#lib/model.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'

/** The tables as both engines keep them. Times are epoch milliseconds, octet strings are Uint8Array. */
export type Tables = {
  certificate: CertificateTable
  certificate_der: CertificateDerTable
  audit: AuditTable
  audit_head: AuditHeadTable
  blocked_key: BlockedKeyTable
  quota: QuotaTable
  meta: MetaTable
}

/** Narrow on purpose: lists and status never touch the DER, which lies in its own table. */
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
  /** Of a device: its owner. */
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
  /** RFC 5280 section 5.3.1, as a number. */
  revocation_reason: number | null
  revoked_by: string | null
  revoked_cause: StatusReason | null
  replaces: string | null
  /** Serial and names in lower case, one a line: the engines disagree about LIKE and case. */
  search: string
}

type CertificateDerTable = {
  id: number
  /** Until the certificate is there, which contains it. */
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
type QuotaTable = { principal: string; window_start: number; used: number }
type MetaTable = { name: string; value: string }

export type Database = Kysely<Tables>

export type Engine = 'sqlite' | 'postgres'

/** An open database. `write` belongs to the group commit and to migrations; everything else reads. */
export type Store = {
  readonly engine: Engine
  readonly write: Database
  readonly read: Database
  /** Throws a sentence when a commit would not survive a loss of power. */
  readonly checkDurability: () => Promise<void>
  readonly close: () => Promise<void>
}
