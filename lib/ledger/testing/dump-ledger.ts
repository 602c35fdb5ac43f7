import { pagesOf } from '#lib/ledger/copy/proof.ts'
import { COPIED_TABLES } from '#lib/ledger/copy/tables.ts'
import { openStore } from '#lib/ledger/open.ts'
import { DIALECTS } from '#lib/ledger/schema/dialect.ts'
import { metaTable, STEPS } from '#lib/ledger/schema/migrations.ts'
import type { Engine } from '#lib/ledger/schema/tables.ts'

/**
 * `node cli/run.js lib/ledger/testing/dump-ledger.ts LEDGER_FILE sqlite|postgres`: prints a ledger of this release
 * as SQL that makes the same ledger on an engine. With it a release leaves behind what later ones have to read:
 * lib/ledger/testing/released/.
 */
const [file = '', engine] = process.argv.slice(2) as [string, Engine]
const store = await openStore(`sqlite:${file}`, { create: false })

const lines = [
  metaTable(DIALECTS[engine]),
  ...STEPS.flatMap((step) => step.statements(DIALECTS[engine])),
]
for (const table of COPIED_TABLES) {
  lines.push(`delete from ${table.name}`)
  const over = table.numbered && engine === 'postgres' ? ' overriding system value' : ''
  for await (const rows of pagesOf(store.read, table)) {
    for (const row of rows) {
      const values = row.map(literal).join(', ')
      lines.push(
        `insert into ${table.name} (${table.columns.join(', ')})${over} values (${values})`,
      )
    }
  }
  if (table.numbered && engine === 'postgres') {
    lines.push(
      `select setval(pg_get_serial_sequence('${table.name}', 'id'), (select max(id) from ${table.name}))`,
    )
  }
}
process.stdout.write(lines.map((line) => `${line};\n`).join(''))
await store.close()

function literal(value: unknown): string {
  if (value === null || typeof value === 'number') return String(value)
  if (!(value instanceof Uint8Array)) return `'${String(value).replaceAll("'", "''")}'`
  const hex = Buffer.from(value).toString('hex')
  return engine === 'postgres' ? `'\\x${hex}'` : `x'${hex}'`
}
