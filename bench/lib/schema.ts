import { sql } from 'kysely'
import { openStore } from '#lib/ledger/open.ts'
import { type PostgresServer, postgresUrl } from '#lib/ledger/testing/postgres.ts'

/** Makes a schema in a PostgreSQL and gives its URL. */
export async function newSchema(
  server: Pick<PostgresServer, 'folder'>,
  name: string,
): Promise<string> {
  const url = postgresUrl(server.folder, 'postgres', name)
  const admin = await openStore(url, { create: false })
  await sql.raw(`create schema ${name}`).execute(admin.write)
  await admin.close()
  return url
}
