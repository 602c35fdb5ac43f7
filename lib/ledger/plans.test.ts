import { type Compilable, CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { descendantsQuery } from './certificates/descendants.ts'
import { derQuery } from './certificates/find.ts'
import { issuedQuery, pendingQuery } from './certificates/holder.ts'
import { heldAsLostQuery } from './certificates/lost-device.ts'
import { reportsQuery } from './certificates/reports.ts'
import { matchesQuery, walkQuery } from './certificates/search.ts'
import { issuanceStatements } from './certificates/statements.ts'
import { candidatesQuery, revokedOrHeldQuery, unexpiredQuery } from './certificates/status-pages.ts'
import { absentSeenBeforeQuery, objectIdsQuery } from './directory/absent.ts'
import { boundIdsQuery, boundQuery, namesQuery } from './directory/bound.ts'
import { KINDS } from './directory/keys.ts'
import {
  dueQuery,
  fewObjectsQuery,
  objectsQuery,
  ownersReadBeforeQuery,
  recheckQuery,
  seenBeforeQuery,
} from './directory/objects.ts'
import { bySerialsQuery } from './directory/plan-check.ts'
import { calendarQuery } from './reminders/calendars.ts'
import { endingQuery, mailQuery } from './reminders/reminders.ts'
import type { Database, Store } from './schema/tables.ts'
import type { SearchQuery } from './status-ledger.ts'
import { ledgersOn, openTestLedger, testEngines } from './testing/engines.ts'
import { issueSample, NOW } from './testing/samples.ts'
import { unattended } from './testing/unattended.ts'

/**
 * Queries about status must not get slower as the ledger grows: every one uses an index, and none scans the
 * table or sorts more than one page.
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

const INDEX_OF = {
  user: 'certificate_holder',
  entra_device: 'certificate_entra_device',
  intune_device: 'certificate_intune_device',
} as const

const ofKinds = (['user', 'entra_device', 'intune_device'] as const).flatMap((kind): Plan[] => [
  [
    `bound objects: ${kind}`,
    (db) => boundIdsQuery(db, { ...bound, kind }),
    [`COVERING INDEX ${INDEX_OF[kind]} `],
  ],
  [
    `the certificates of an object: ${kind}`,
    (db) => boundQuery(db, { kind, ids: ['a', 'b'] }).select('id'),
    [`USING INDEX ${INDEX_OF[kind]} (holder_`],
  ],
])

const table: Plan[] = [
  [
    'candidates of an issuer',
    (db) => candidatesQuery(db, candidates),
    ['certificate_revoked_or_held '],
  ],
  [
    'candidates of a month',
    (db) => candidatesQuery(db, { ...candidates, partition: '2026-03' }),
    ['certificate_revoked_or_held_month '],
  ],
  [
    'what a CRL names',
    (db) => revokedOrHeldQuery(db, { ...page, issuerId: 'a' }),
    ['COVERING INDEX certificate_revoked_or_held '],
  ],
  ['unexpired', (db) => unexpiredQuery(db, page), ['COVERING INDEX certificate_validity ']],
  ...ofKinds,
  ['a name', (db) => matchesQuery(db, 'search_name', 'ada', null), ['certificate_search_name ']],
  [
    'a device',
    (db) => matchesQuery(db, 'holder_device_id', 'd', '0b'),
    ['certificate_entra_device '],
  ],
  [
    'a subject',
    (db) => matchesQuery(db, 'search_subject', 'd', null),
    ['certificate_search_subject '],
  ],
  [
    'a user principal name',
    (db) => matchesQuery(db, 'upn_folded', 'ada', null),
    ['certificate_upn '],
  ],
  ['a serial', (db) => matchesQuery(db, 'serial', '0a', '0b'), ['certificate_serial ']],
  ['the newest', (db) => walkQuery(db, query, null), ['certificate_validity ']],
  ['the newest of many', (db) => walkQuery(db, query, 'a'), ['certificate_validity ']],
  [
    'the newest revoked',
    (db) => walkQuery(db, { ...query, validity: 'revoked' }, null),
    ['certificate_revoked_or_held_serial '],
  ],
  [
    'the objects of one certificate',
    (db) => {
      return fewObjectsQuery(db, [
        { kind: 'user', id: 'a' },
        { kind: 'entra_device', id: 'b' },
        { kind: 'intune_device', id: 'c' },
      ])
    },
    ['directory_object USING PRIMARY KEY (kind=? AND id=?)'],
  ],
  [
    'the objects of many certificates',
    (db) => objectsQuery(db, { kind: 'user', ids: ['a', 'b'] }),
    ['directory_object USING PRIMARY KEY (kind=? AND id=?)'],
  ],
  [
    'objects that may come back',
    (db) => absentSeenBeforeQuery(db, NOW, 9),
    ['directory_object_absent (seen_at<?)'],
  ],
  [
    'devices of object ids',
    (db) => objectIdsQuery(db, ['a', 'b']),
    ['directory_object_object_id (object_id=?)'],
  ],
  ['due objects', (db) => dueQuery(db, NOW, 9), ['directory_object_due (due_at']],
  ['objects to recheck', (db) => recheckQuery(db, 9), ['COVERING INDEX directory_object_recheck']],
  [
    'owners read long ago',
    (db) => ownersReadBeforeQuery(db, NOW, 9),
    ['USING INDEX directory_object_owners (<expr><?)'],
  ],
  [
    'objects seen long ago',
    (db) => seenBeforeQuery(db, { kind: 'user', before: NOW, afterId: 'a', limit: 9 }),
    ['directory_object USING PRIMARY KEY (kind=? AND id>?)'],
  ],
  [
    'certificates of a name',
    (db) => namesQuery(db, ['ada', 'eve']).select('id'),
    ['certificate_upn (upn_folded=?)'],
  ],
  [
    'certificates that a plan evaluated',
    (db) => bySerialsQuery(db, ['01', '02']),
    ['certificate_validity (serial=?)'],
  ],
  [
    'descendants',
    (db) => descendantsQuery(db, ['01']),
    ['certificate USING INDEX certificate_replaces', 'next USING INDEX certificate_replaces'],
  ],
  [
    'the certificates of a device',
    (db) => issuedQuery(db, { column: 'holder_device_id', id: 'a', limit: 9 }),
    ['certificate_entra_device (holder_device_id=?)'],
  ],
  [
    'the certificates of a person',
    (db) => issuedQuery(db, { column: 'holder_oid', id: 'a', limit: 9 }),
    ['certificate_holder (holder_oid=?)'],
  ],
  ['what is being made', pendingQuery, ['USING INDEX certificate_pending']],
  [
    'what is on hold as lost',
    (db) => heldAsLostQuery(db, NOW, 9),
    ['USING INDEX certificate_lost (revoked_at<?)'],
  ],
  [
    'reports of lost devices',
    (db) => reportsQuery(db, { deviceId: 'a', intuneId: null }),
    ['lost_device_entra (device_id=?)', 'lost_device_intune (intune_id=?)'],
  ],
  [
    'what ends soon',
    (db) => endingQuery(db, { since: NOW, until: NOW, after: '01', limit: 9 }),
    ['COVERING INDEX certificate_validity (serial>?'],
  ],
  ['a mail', (db) => mailQuery(db, 'a'), ['reminder_token (token=?)']],
  ['a calendar', (db) => calendarQuery(db, 'a'), ['calendar_secret (secret=?)']],
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
    // A scan of an index stops at the limit; a scan of the table does not. The recursive result `descendant`
    // is no table.
    expect(step).not.toMatch(/^SCAN (?!descendant$)(?!.*USING (?:COVERING )?INDEX)/)
  }
})

describe.each(
  testEngines().filter(({ name }) => name === 'postgres'),
)('on $name, which nothing has analysed yet', (engine) => {
  const { openWithStore } = ledgersOn(engine)

  /** The index that SQLite is wanted to use. */
  const indexOf = (step: string) =>
    step.includes('PRIMARY KEY') ? 'directory_object_pkey' : /(?:INDEX |^)(\w+_\w+)/.exec(step)?.[1]
  const grown = async () => {
    const { ledger, store } = await openWithStore()
    await unattended(store)
    const serials = Array.from({ length: 600 }, (_, n) => `0${n}`)
    await Promise.all(serials.map((serial) => issueSample(ledger, serial)))
    return store
  }
  const planOf = async (store: Store, text: string) => {
    const explain = sql.raw<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${text}`)
    const { rows } = await explain.execute(store.read)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }

  test('every query finds its rows by the same indexes', async () => {
    const store = await grown()
    for (const [name, build, wanted] of table) {
      // Each generation is joined with all certificates, as long as PostgreSQL does not know that few are renewed.
      if (name === 'descendants') continue
      const plan = await planOf(store, build(store.read).compile().sql)
      const used = [...plan.matchAll(/(?: using| Bitmap Index Scan on) (\w+)/g)].map(
        ([, one]) => one,
      )
      const indexes = wanted.map(indexOf)
      // By the last the wide rows of a page are read.
      const others = used.filter((one) => ![...indexes, 'certificate_pkey'].includes(one ?? ''))
      expect({ name, others, plan }).toMatchObject({
        others: [],
        plan: expect.not.stringContaining('Seq Scan'),
      })
      expect(used, name).toEqual(expect.arrayContaining(indexes))
    }
  })

  test('what forbids an intent is found by its key, not among all that is issued or being made', async () => {
    const store = await grown()
    const { checks } = issuanceStatements(store.compiler, 'postgres')
    const plan = await planOf(store, checks.statement.text)
    expect(plan).toContain('certificate_key')
    expect(plan).not.toMatch(/Seq Scan on certificate|certificate_(?:holder|pending)/)
  })

  test('the bytes of a certificate are found by its key, with no join to choose for', async () => {
    const store = await grown()
    const plan = await planOf(store, derQuery(store.read, '01').compile().sql)
    expect(plan).toContain('Index Scan using certificate_tbs_pkey')
    expect(plan).not.toMatch(/Join|Nested Loop|Seq Scan/)
  })

  test('the objects of a device are found by their keys', async () => {
    const { store } = await openWithStore()
    const keys = KINDS.map((kind) => ({ kind, id: 'a' }))
    const plan = await planOf(store, fewObjectsQuery(store.read, keys).compile().sql)
    expect(plan).toContain('directory_object_pkey')
    expect(plan).not.toContain('Seq Scan')
  })
})
