import { sql } from 'kysely'
import type { Store } from '#lib/ledger/schema/tables.ts'

/** Makes statements on a table fail inside the database; gives the function that repairs it. */
export async function breakTable(store: Store, event: 'insert' | 'update', table: string) {
  const run = (statement: string) => sql.raw(statement).execute(store.write)
  if (store.engine === 'sqlite') {
    await run(`create trigger broken before ${event} on ${table} begin
      select raise(abort, 'secret of the database'); end`)
    return () => run('drop trigger broken')
  }
  await run(`create or replace function fail() returns trigger language plpgsql as
    $$ begin raise exception 'secret of the database'; end $$`)
  await run(`create trigger broken before ${event} on ${table}
    for each row execute function fail()`)
  return () => run(`drop trigger broken on ${table}`)
}
