import { HELD_AS_LOST, MAY_BE_REVOKED_OR_HELD } from './conditions.ts'
import type { Dialect } from './dialect.ts'

export function certificateTables(dialect: Dialect): readonly string[] {
  const { id, integer, small, bytes, key, end } = dialect
  return [
    `create table certificate (
      id ${id},
      issuer_id ${key} not null,
      serial ${key} not null,
      state text not null check (state in ('pending', 'issued', 'void')),
      profile text not null,
      source text not null,
      owner_tid ${key} not null,
      owner_oid ${key} not null,
      holder_kind text not null,
      holder_oid ${key} not null,
      holder_device_id ${key},
      holder_intune_id ${key},
      display_name text not null,
      subject text not null,
      subject_alt_name text not null,
      request_key ${key} not null,
      key_thumbprint ${key} not null,
      tbs_hash text not null,
      fingerprint text,
      not_before ${integer} not null,
      not_after ${integer} not null,
      created_at ${integer} not null,
      issued_at ${integer},
      revoked_at ${integer},
      revocation_reason ${small},
      revoked_by text,
      revoked_cause text,
      replaces ${key},
      enrollment ${key} not null,
      signed_in_at ${integer} not null,
      upn ${key},
      label text,
      signature ${bytes},
      version ${integer} not null default 1,
      search_name ${key} not null,
      search_subject ${key},
      search_alt_name ${key},
      directory_mark ${small} not null default 0 check (directory_mark in (0, 1)),
      ${computedColumns(dialect).join(',\n      ')},
      check ((state = 'issued') = (issued_at is not null) or state = 'void'),
      check ((revoked_at is null) = (revocation_reason is null)),
      check (state <> 'void' or revoked_at is not null)
    ) ${end}`,
    `create table certificate_tbs (
      id ${integer} primary key references certificate (id),
      tbs ${bytes},
      directory_snapshot text not null
    ) ${end}`,
    ...INDEXES,
  ]
}

function computedColumns({ key, stored, month }: Dialect): readonly string[] {
  const computed = (name: string, expression: string) =>
    `${name} ${key} generated always as (${expression}) ${stored}`
  return [
    computed('created_month', month('created_at')),
    // SQLite's lower() changes A-Z only, and so does PostgreSQL's with the column's collation "C".
    computed('upn_folded', 'lower(upn)'),
  ]
}

/** Each index is one more page of every issuance, except partial ones that most rows never enter. */
const INDEXES: readonly string[] = [
  // The serial comes first, since most queries give the serial alone.
  'create unique index certificate_serial on certificate (serial, issuer_id)',
  'create index certificate_owner on certificate (owner_oid, created_at)',
  // Also finds repeated requests, which are for the same key.
  'create index certificate_key on certificate (key_thumbprint)',
  // Also finds the pending certificates of a holder, of which there are few at any time.
  `create index certificate_pending on certificate (created_at) where state = 'pending'`,
  'create index certificate_replaces on certificate (replaces) where replaces is not null',
  'create index certificate_search_name on certificate (search_name, serial)',
  // Empty for most, whose names are found by the index of a device id or user principal name.
  `create index certificate_search_subject on certificate (search_subject, serial)
    where search_subject is not null`,
  `create index certificate_search_alt_name on certificate (search_alt_name, serial)
    where search_alt_name is not null`,
  // Ordered by serial; expired certificates are skipped without reading their rows.
  `create index certificate_validity on certificate (serial, not_after, state)
    where state <> 'pending'`,
  // From a directory object to the certificates that depend on it, and the other way round. The first index
  // also finds the devices of an owner and the certificates of an application; the others serve the search too.
  `create index certificate_holder on certificate (holder_oid, holder_kind, not_after)
    where state = 'issued'`,
  `create index certificate_entra_device on certificate (holder_device_id, not_after, state)
    where state <> 'pending' and holder_device_id is not null`,
  `create index certificate_intune_device on certificate (holder_intune_id, not_after, state)
    where state <> 'pending' and holder_intune_id is not null`,
  `create index certificate_upn on certificate (upn_folded)
    where state <> 'pending' and holder_kind = 'user' and upn_folded is not null`,
  // Contains all columns that a CRL needs, so that rows are not read.
  `create index certificate_revoked_or_held on certificate (issuer_id, serial, not_after,
    created_at, revoked_at, revocation_reason, directory_mark) where ${MAY_BE_REVOKED_OR_HELD}`,
  `create index certificate_revoked_or_held_month on certificate
    (issuer_id, created_month, serial, not_after) where ${MAY_BE_REVOKED_OR_HELD}`,
  // What is on hold because it was reported lost, the oldest first.
  `create index certificate_lost on certificate (revoked_at) where ${HELD_AS_LOST}`,
  `create index certificate_revoked_or_held_serial on certificate (serial)
    where ${MAY_BE_REVOKED_OR_HELD}`,
]
