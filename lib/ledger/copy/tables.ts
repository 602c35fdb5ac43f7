import { AUDIT_COLUMNS } from '#lib/ledger/audit/chain.ts'
import { CERTIFICATE_COLUMNS } from '#lib/ledger/certificates/rows.ts'
import type { Tables } from '#lib/ledger/schema/tables.ts'

/** What a copy of the ledger has to carry: every column that no engine computes by itself. */
export type CopiedTable = {
  readonly name: keyof Tables
  readonly columns: readonly string[]
  /** The columns of the primary key: the order in which rows are read and hashed. */
  readonly key: readonly string[]
  /** Rows that are held in memory at once. */
  readonly page: number
  /** Whether its ids are given by the database, which has to go on behind the last one. */
  readonly numbered: boolean
  /** Few rows, whose key an engine sorts by its own collation: they are read at once and sorted here. */
  readonly small: boolean
}

const PAGE = 500

/** In an order in which a row comes after those that it refers to. */
export const COPIED_TABLES: readonly CopiedTable[] = [
  { ...table('meta', ['name'], ['value']), small: true },
  {
    ...table(
      'certificate',
      ['id'],
      [
        ...CERTIFICATE_COLUMNS,
        ...(['signature', 'version', 'directory_mark'] as const),
        ...(['search_name', 'search_subject', 'search_alt_name'] as const),
      ],
    ),
    numbered: true,
  },
  table('certificate_tbs', ['id'], ['tbs', 'directory_snapshot']),
  table(
    'audit',
    ['sequence'],
    AUDIT_COLUMNS.filter((name) => name !== 'sequence'),
  ),
  table('audit_head', ['id'], ['sequence', 'hash']),
  table('blocked_key', ['key_thumbprint'], ['blocked_at', 'blocked_by']),
  {
    ...table(
      'lost_device',
      ['id'],
      ['device_id', 'intune_id', 'reported_at', 'reporter_oid', 'reported_by'],
    ),
    numbered: true,
  },
  table('confirmation', ['id'], ['until']),
  table(
    'reminder',
    ['serial', 'days'],
    ['token', 'attempts', 'recorded_at', 'retry_at', 'stopped_at'],
  ),
  table('calendar', ['owner_oid'], ['owner_tid', 'secret', 'language', 'made_at']),
  table('quota', ['principal', 'window_start'], ['used']),
  table(
    'directory_object',
    ['kind', 'id'],
    [
      ...(['version', 'seen_at', 'object_id', 'absent_since', 'deletion'] as const),
      ...(['unlisted_since', 'disabled_since', 'non_compliant_since', 'retirement'] as const),
      ...(['retirement_since', 'risky_since', 'enrolled_at', 'owners'] as const),
      ...(['owners_seen_at', 'upn', 'upn_since', 'due_at', 'needs_recheck'] as const),
    ],
  ),
  table(
    'directory_state',
    ['id'],
    ['version', 'streams', 'risk_read_at', 'circuit_breaker', 'policy_hash'],
  ),
  table('status_version', ['id'], ['version']),
  {
    ...table(
      'crl',
      ['issuer_id', 'scope', 'delta'],
      ['number', 'base_number', 'this_update', 'next_update', 'entries', 'der'],
    ),
    // A list has some megabytes.
    page: 1,
  },
  table('crl_number', ['issuer_id'], ['number']),
  table('lease', ['name'], ['holder', 'until']),
]

function table<Name extends keyof Tables>(
  name: Name,
  key: readonly (keyof Tables[Name] & string)[],
  rest: readonly (keyof Tables[Name] & string)[],
): CopiedTable {
  return { name, columns: [...key, ...rest], key, page: PAGE, numbered: false, small: false }
}
