import { sql } from 'kysely'
import type { Database, Tables } from './tables.ts'

/**
 * What each part of the authority may do in PostgreSQL, where its processes connect as different users: those
 * users are members of one of these roles. Nobody but the owner of the tables may change or remove an audit
 * record, or change the schema.
 */
export const DATABASE_ROLES = [
  'latchkey_issue',
  'latchkey_status',
  'latchkey_jobs',
  'latchkey_backup',
] as const

export type DatabaseRole = (typeof DATABASE_ROLES)[number]

type Right = 'select' | 'insert' | 'update' | 'delete'

const READ: readonly Right[] = ['select']
const APPEND: readonly Right[] = ['select', 'insert']
const CHANGE: readonly Right[] = ['select', 'update']
const WRITE: readonly Right[] = ['select', 'insert', 'update']

type Rights = Partial<Record<keyof Tables, readonly Right[]>>

const PARTS: Record<Exclude<DatabaseRole, 'latchkey_backup'>, Rights> = {
  latchkey_issue: {
    certificate: WRITE,
    certificate_tbs: WRITE,
    audit: APPEND,
    audit_head: CHANGE,
    blocked_key: APPEND,
    lost_device: [...APPEND, 'delete'],
    confirmation: [...APPEND, 'delete'],
    quota: [...WRITE, 'delete'],
    meta: READ,
    directory_object: WRITE,
    directory_state: CHANGE,
    status_version: CHANGE,
    crl: READ,
    crl_number: READ,
    // By the links in a mail its reminders are ended.
    reminder: CHANGE,
    calendar: [...WRITE, 'delete'],
  },
  latchkey_status: {
    certificate: READ,
    meta: READ,
    directory_object: READ,
    directory_state: READ,
    status_version: READ,
    crl: READ,
  },
  latchkey_jobs: {
    // INSERT for the check of the unique index at start, and for what a lost ledger had.
    certificate: WRITE,
    certificate_tbs: WRITE,
    audit: APPEND,
    audit_head: CHANGE,
    blocked_key: READ,
    lost_device: READ,
    quota: [...WRITE, 'delete'],
    meta: READ,
    directory_object: WRITE,
    directory_state: CHANGE,
    status_version: CHANGE,
    crl: WRITE,
    crl_number: WRITE,
    lease: WRITE,
    reminder: [...WRITE, 'delete'],
  },
}

/** What `npm run backup` may: read everything, and change nothing. */
const READS_ALL = Object.fromEntries(
  Object.values(PARTS).flatMap((rights) => Object.keys(rights).map((table) => [table, READ])),
)

export const RIGHTS: Record<DatabaseRole, Rights> = { ...PARTS, latchkey_backup: READS_ALL }

/**
 * Gives those of the roles that exist exactly their rights; to be called by the owner of the tables. Gives
 * the names of those roles.
 */
export async function grantRights(db: Database): Promise<readonly DatabaseRole[]> {
  const { rows } = await sql<{ name: string; schema: string; uses: boolean }>`
    select rolname as name, current_schema() as schema,
           has_schema_privilege(rolname, current_schema(), 'usage') as uses
    from pg_roles where rolname in (${sql.join(DATABASE_ROLES)})`.execute(db)
  const granted: DatabaseRole[] = []
  for (const role of DATABASE_ROLES) {
    const found = rows.find(({ name }) => name === role)
    if (!found) continue
    if (!found.uses) {
      await sql`grant usage on schema ${sql.id(found.schema)} to ${sql.id(role)}`.execute(db)
    }
    await grantTables(db, role)
    granted.push(role)
  }
  return granted
}

async function grantTables(db: Database, role: DatabaseRole): Promise<void> {
  for (const [table, rights] of Object.entries(RIGHTS[role])) {
    const list = sql.raw(rights.join(', '))
    await sql`revoke all on ${sql.table(table)} from ${sql.id(role)}`.execute(db)
    await sql`grant ${list} on ${sql.table(table)} to ${sql.id(role)}`.execute(db)
  }
}
