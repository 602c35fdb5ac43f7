import type { Words } from './words.ts'

/** The second step of the schema: what status needs. */

/** Longest beginning of a text that can be searched for; PostgreSQL limits what an index entry holds. */
export const SEARCH_PREFIX_MAX = 200

/** True of every certificate that a CRL may have to name. As text, so that partial indexes are used. */
export const MAY_BE_STOPPED = 'revoked_at is not null or directory_mark > 0'

export function statusSchema(words: Words): readonly string[] {
  return [...certificateColumns(words), ...directoryTables(words), ...crlTables(words)]
}

/** The third step: with all that a CRL says of a certificate, so that its row is not looked up. */
export function stoppedIndex(): readonly string[] {
  return [
    'drop index certificate_stopped',
    `create index certificate_stopped on certificate (issuer_id, serial, not_after, created_at,
      revoked_at, revocation_reason, directory_mark) where ${MAY_BE_STOPPED}`,
  ]
}

/**
 * The fourth step: objects that no sweep has heard of yet. What an older release stores is one of
 * them. The cursors go, so that the next sweep reads everything.
 */
export function settledSchema({ small }: Words): readonly string[] {
  return [
    `alter table directory_object add column unsettled ${small} not null default 1
      check (unsettled in (0, 1))`,
    `create index directory_object_unsettled on directory_object (kind, id) where unsettled = 1`,
    `update directory_state set cursors = '{}'`,
  ]
}

function certificateColumns({ small, key, stored, month, line }: Words): readonly string[] {
  const computed = (name: string, expression: string) =>
    `alter table certificate add column ${name} ${key} generated always as (${expression}) ${stored}`
  const prefix = (expression: string) => `substr(${expression}, 1, ${SEARCH_PREFIX_MAX})`
  const withoutKinds = ['upn:', 'dns:', 'uri:intunedeviceid://'].reduce(
    (text, kind) => `replace(${text}, '${kind}', '')`,
    line('search', 4),
  )
  return [
    `alter table certificate add column directory_mark ${small} not null default 0
      check (directory_mark in (0, 1, 2))`,
    computed('created_month', month('created_at')),
    computed('search_name', prefix(line('search', 2))),
    // After "cn=".
    computed('search_subject', prefix(`substr(${line('search', 3)}, 4)`)),
    computed('search_alt_name', prefix(withoutKinds)),
    'create index certificate_search_name on certificate (search_name, serial)',
    'create index certificate_search_subject on certificate (search_subject, serial)',
    'create index certificate_search_alt_name on certificate (search_alt_name, serial)',
    // By serial, and past the expired ones without a look at their rows.
    `create index certificate_validity on certificate (serial, not_after, state)
      where state <> 'pending'`,
    // Which certificates hang on a directory object, and which objects certificates hang on.
    `create index certificate_user on certificate (holder_oid, not_after)
      where state = 'issued' and holder_kind = 'user'`,
    `create index certificate_entra_device on certificate (holder_device_id, not_after)
      where state = 'issued' and holder_device_id is not null`,
    `create index certificate_intune_device on certificate (holder_intune_id, not_after)
      where state = 'issued' and holder_intune_id is not null`,
    // Instead of the first step's: in the order of the pages, and with what the directory stopped.
    'drop index certificate_revoked',
    `create index certificate_stopped on certificate (issuer_id, serial, not_after)
      where ${MAY_BE_STOPPED}`,
    `create index certificate_stopped_month on certificate
      (issuer_id, created_month, serial, not_after) where ${MAY_BE_STOPPED}`,
    `create index certificate_stopped_serial on certificate (serial) where ${MAY_BE_STOPPED}`,
  ]
}

function directoryTables({ integer, small, key, end }: Words): readonly string[] {
  return [
    `create table directory_object (
      kind ${key} not null check (kind in ('user', 'entra_device', 'intune_device')),
      id ${key} not null,
      object_id ${key},
      present ${small} not null check (present in (0, 1)),
      deleted_at ${integer},
      disabled_since ${integer},
      non_compliant_since ${integer},
      retired ${small} not null check (retired in (0, 1)),
      retired_at ${integer},
      risky_since ${integer},
      enrolled_at ${integer},
      read_at ${integer} not null,
      primary key (kind, id)
    ) ${end}`,
    `create table directory_state (
      id ${integer} primary key check (id = 1),
      version ${integer} not null,
      read_at ${integer},
      cursors text not null,
      brake text
    ) ${end}`,
    `insert into directory_state (id, version, read_at, cursors, brake)
      values (1, 0, null, '{}', null)`,
    `create table status_version (
      id ${integer} primary key check (id = 1),
      version ${integer} not null
    ) ${end}`,
    'insert into status_version (id, version) values (1, 1)',
  ]
}

function crlTables({ integer, small, bytes, key, end }: Words): readonly string[] {
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
