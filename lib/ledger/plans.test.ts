import { type Compilable, CompiledQuery } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unfinishedQuery } from './directory-endings.ts'
import { DIRECTORY_MARK } from './directory-mark.ts'
import { boundIdsQuery, objectsQuery, unsettledQuery } from './directory-objects.ts'
import { matchesQuery, walkQuery } from './search.ts'
import type { SearchQuery } from './status-ledger.ts'
import { candidatesQuery, stoppedQuery, unexpiredQuery } from './status-pages.ts'
import type { Database } from './tables.ts'
import { openTestLedger } from './testing/engines.ts'
import { NOW } from './testing/samples.ts'

/**
 * What is asked about status must not grow slower with the ledger: every question is answered from
 * an index, none by reading the table or by sorting more than one page.
 */

let opened: Awaited<ReturnType<typeof openTestLedger>>
beforeAll(async () => {
  opened = await openTestLedger('sqlite::memory:')
})
afterAll(() => opened.ledger.close())

const page = { since: NOW, after: '01', limit: 100 }
const candidates = { ...page, issuerId: 'a', partition: null }
const query: SearchQuery = {
  text: null,
  validity: 'any',
  profile: null,
  now: NOW,
  after: '01',
  limit: 50,
}
const bound = { since: NOW, afterId: 'a', limit: 100 }

type Plan = [string, (db: Database) => Compilable, readonly string[]]

const table: Plan[] = [
  ['candidates of an issuer', (db) => candidatesQuery(db, candidates), ['certificate_stopped ']],
  [
    'candidates of a month',
    (db) => candidatesQuery(db, { ...candidates, partition: '2026-03' }),
    ['certificate_stopped_month '],
  ],
  [
    'what a CRL names',
    (db) => stoppedQuery(db, { ...page, issuerId: 'a' }),
    ['COVERING INDEX certificate_stopped '],
  ],
  ['unexpired', (db) => unexpiredQuery(db, page), ['COVERING INDEX certificate_validity ']],
  [
    'bound users',
    (db) => boundIdsQuery(db, { ...bound, kind: 'user' }),
    ['COVERING INDEX certificate_user '],
  ],
  [
    'bound Entra devices',
    (db) => boundIdsQuery(db, { ...bound, kind: 'entra_device' }),
    ['COVERING INDEX certificate_entra_device '],
  ],
  [
    'bound Intune devices',
    (db) => boundIdsQuery(db, { ...bound, kind: 'intune_device' }),
    ['COVERING INDEX certificate_intune_device '],
  ],
  ['a name', (db) => matchesQuery(db, 'search_name', 'ada', null), ['certificate_search_name ']],
  ['a serial', (db) => matchesQuery(db, 'serial', '0a', '0b'), ['certificate_']],
  ['the newest', (db) => walkQuery(db, query, null), ['certificate_validity ']],
  ['the newest of many', (db) => walkQuery(db, query, 'a'), ['certificate_validity ']],
  [
    'the newest revoked',
    (db) => walkQuery(db, { ...query, validity: 'revoked' }, null),
    ['certificate_stopped_serial '],
  ],
  [
    'the objects of one certificate',
    (db) => objectsQuery(db, { kind: 'user', id: 'a', kind2: 'user', id2: 'b' }),
    ['directory_object_1 (kind=? AND id=?)'],
  ],
  ['unsettled objects', unsettledQuery, ['COVERING INDEX directory_object_unsettled']],
  ...(['user', 'entra_device', 'intune_device'] as const).map(
    (kind): Plan => [
      `what a deletion ends: ${kind}`,
      (db) => unfinishedQuery(db, { kind, ids: ['a', 'b'] }),
      [`certificate_${kind} (holder_`],
    ],
  ),
  [
    'the mark of one certificate',
    (db) =>
      db.updateTable('certificate').set({ directory_mark: DIRECTORY_MARK }).where('id', '=', 1),
    ['certificate USING INTEGER PRIMARY KEY', 'o USING INDEX'],
  ],
  [
    'the certificates of an object',
    (db) =>
      db
        .updateTable('certificate')
        .set({ directory_mark: DIRECTORY_MARK })
        .where('state', '=', 'issued')
        .where('holder_device_id', 'in', ['a']),
    ['o USING INDEX'],
  ],
]

test.each(table)('%s', async (_, build, wanted) => {
  const { store } = opened
  const { sql, parameters } = build(store.read).compile()
  const explained = await store.read.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
  )
  const plan = explained.rows.map(({ detail }) => detail)
  for (const part of wanted) expect(plan.join('\n')).toContain(part)
  for (const step of plan) {
    // A walk along an index stops at the limit; a walk through the table does not.
    expect(step).not.toMatch(/^SCAN (?!.*USING (?:COVERING )?INDEX)/)
  }
})
