import type { Connection } from '#lib/ledger/connection.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import type { Database, Engine } from '#lib/ledger/schema/tables.ts'
import type { SearchColumns } from './intent-row.ts'
import { CERTIFICATE_COLUMNS, type HashedRow } from './rows.ts'

type NewRow = HashedRow & SearchColumns & { readonly tbs: Uint8Array; readonly snapshot: string }

/** The statements that write a new row, with what stands in the table beside it. */
export function inserts(db: Database, engine: Engine) {
  const row = (into: Pick<Database, 'insertInto'>, given: HashedRow & SearchColumns) =>
    into
      .insertInto('certificate')
      .values({
        ...copyOf(given),
        search_name: given.search_name,
        search_subject: given.search_subject,
        search_alt_name: given.search_alt_name,
      })
      .onConflict((conflict) => conflict.columns(['serial', 'issuer_id']).doNothing())
      .returning('id')
  // PostgreSQL takes both rows in one statement, SQLite does not.
  const both = prepared(
    (given: NewRow) =>
      db
        .with('made', (into) => row(into, given))
        .with('tbs_made', (into) =>
          into
            .insertInto('certificate_tbs')
            .columns(['id', 'tbs', 'directory_snapshot'])
            .expression((eb) =>
              eb
                .selectFrom('made')
                .select(['id', eb.val(given.tbs).as('tbs'), eb.val(given.snapshot).as('snapshot')]),
            ),
        )
        .selectFrom('made')
        .select('id'),
    NEW_ROW_TYPES,
    bothOfMany,
  )
  const first = prepared((given: HashedRow & SearchColumns) => row(db, given))
  const second = prepared((given: { id: number; tbs: Uint8Array; snapshot: string }) =>
    db
      .insertInto('certificate_tbs')
      .values({ id: given.id, tbs: given.tbs, directory_snapshot: given.snapshot }),
  )
  return {
    /** Gives false when the issuer already has this serial. */
    insert: async (connection: Connection, given: NewRow): Promise<boolean> => {
      if (engine === 'postgres') return (await both(connection, given)).length > 0
      const [made] = await first(connection, given)
      if (!made) return false
      await second(connection, { id: made.id, tbs: given.tbs, snapshot: given.snapshot })
      return true
    },
  }
}

const NEW_ROW_COLUMNS = [
  ...CERTIFICATE_COLUMNS,
  'search_name',
  'search_subject',
  'search_alt_name',
] as const

const NEW_ROW_TYPES = {
  not_before: 'bigint',
  not_after: 'bigint',
  created_at: 'bigint',
  issued_at: 'bigint',
  revoked_at: 'bigint',
  revocation_reason: 'smallint',
  signed_in_at: 'bigint',
  tbs: 'bytea',
} as const

/** The values are in the order of the columns, and the two of the other table follow. */
function bothOfMany(given: string): string {
  const value = (name: (typeof NEW_ROW_COLUMNS)[number]) => `p${NEW_ROW_COLUMNS.indexOf(name) + 1}`
  const length = NEW_ROW_COLUMNS.length
  const own = `made.serial = ${value('serial')} and made.issuer_id = ${value('issuer_id')}`
  return `with given as materialized (select * from ${given}),
    made as (
      insert into certificate (${NEW_ROW_COLUMNS})
      select ${NEW_ROW_COLUMNS.map(value)} from given order by call
      on conflict (serial, issuer_id) do nothing
      returning id, serial, issuer_id
    ),
    tbs_made as (
      insert into certificate_tbs (id, tbs, directory_snapshot)
      select made.id, p${length + 1}, p${length + 2} from made join given on ${own}
    )
    select call, made.id from made join given on ${own}`
}

/** Reads each column by name, by which a prepared statement collects its parameters. */
function copyOf(row: HashedRow): HashedRow {
  return Object.fromEntries(CERTIFICATE_COLUMNS.map((name) => [name, row[name]])) as HashedRow
}
