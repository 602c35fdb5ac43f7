import { MAY_COME_BACK, MAY_HAVE_OWNERS, OWNERS_READ_AT } from './conditions.ts'
import type { Dialect } from './dialect.ts'

export function auditTables({ integer, key, end }: Dialect): readonly string[] {
  return [
    `create table audit (
      sequence ${integer} primary key,
      kind text not null,
      at ${integer} not null,
      actor text not null,
      serial ${key},
      facts text not null,
      previous_hash text not null,
      hash text not null
    ) ${end}`,
    'create index audit_serial on audit (serial, sequence) where serial is not null',
    `create table audit_head (
      id ${integer} primary key check (id = 1),
      sequence ${integer} not null,
      hash text not null
    ) ${end}`,
    `insert into audit_head (id, sequence, hash) values (1, 0, '${'0'.repeat(64)}')`,
  ]
}

export function keyAndQuotaTables({ id, integer, key, end, keyedEnd }: Dialect): readonly string[] {
  return [
    `create table blocked_key (
      key_thumbprint ${key} primary key,
      blocked_at ${integer} not null,
      blocked_by text not null
    ) ${end}`,
    // Two reports may share one id: a device that was enrolled again has another Intune id.
    `create table lost_device (
      id ${id},
      device_id ${key},
      intune_id ${key},
      reported_at ${integer} not null,
      reporter_oid ${key} not null,
      reported_by text not null,
      check (device_id is not null or intune_id is not null)
    ) ${end}`,
    'create index lost_device_entra on lost_device (device_id) where device_id is not null',
    'create index lost_device_intune on lost_device (intune_id) where intune_id is not null',
    `create table confirmation (
      id ${key} primary key,
      until ${integer} not null
    ) ${end}`,
    'create index confirmation_until on confirmation (until)',
    `create table quota (
      principal ${key} not null,
      window_start ${integer} not null,
      used ${integer} not null,
      primary key (principal, window_start)
    ) ${keyedEnd}`,
  ]
}

export function directoryTables({
  integer,
  small,
  key,
  end,
  keyedEnd,
}: Dialect): readonly string[] {
  return [
    `create table directory_object (
      kind ${key} not null check (kind in ('user', 'entra_device', 'intune_device')),
      id ${key} not null,
      version ${integer} not null,
      seen_at ${integer} not null,
      object_id ${key},
      absent_since ${integer},
      deletion text check (deletion in ('restorable', 'final')),
      unlisted_since ${integer},
      disabled_since ${integer},
      non_compliant_since ${integer},
      retirement text check (retirement in ('begun', 'issued')),
      retirement_since ${integer},
      risky_since ${integer},
      enrolled_at ${integer},
      owners text,
      owners_seen_at ${integer},
      upn text,
      upn_since ${integer},
      due_at ${integer},
      needs_recheck ${small} not null check (needs_recheck in (0, 1)),
      primary key (kind, id)
    ) ${keyedEnd}`,
    `create index directory_object_absent on directory_object (seen_at)
      where ${MAY_COME_BACK}`,
    `create index directory_object_object_id on directory_object (object_id)
      where object_id is not null`,
    'create index directory_object_due on directory_object (due_at) where due_at is not null',
    `create index directory_object_recheck on directory_object (kind, id)
      where needs_recheck = 1`,
    `create index directory_object_owners on directory_object
      (${OWNERS_READ_AT}, kind, id) where ${MAY_HAVE_OWNERS}`,
    `create table directory_state (
      id ${integer} primary key check (id = 1),
      version ${integer} not null,
      streams text not null,
      risk_read_at ${integer},
      circuit_breaker text,
      policy_hash text
    ) ${end}`,
    `insert into directory_state (id, version, streams) values (1, 0, '{}')`,
    `create table status_version (
      id ${integer} primary key check (id = 1),
      version ${integer} not null
    ) ${end}`,
    'insert into status_version (id, version) values (1, 1)',
  ]
}

export function crlTables({ integer, small, bytes, key, end }: Dialect): readonly string[] {
  return [
    `create table crl (
      issuer_id ${key} not null,
      scope ${key} not null,
      delta ${small} not null check (delta in (0, 1)),
      number ${integer} not null,
      base_number ${integer},
      this_update ${integer} not null,
      next_update ${integer} not null,
      entries ${integer} not null,
      der ${bytes} not null,
      primary key (issuer_id, scope, delta)
    ) ${end}`,
    `create table crl_number (
      issuer_id ${key} primary key,
      number ${integer} not null
    ) ${end}`,
    `create table lease (
      name ${key} primary key,
      holder ${key} not null,
      until ${integer} not null
    ) ${end}`,
  ]
}
