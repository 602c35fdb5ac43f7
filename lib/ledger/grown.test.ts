import { sql } from 'kysely'
import { describe, expect, test, vi } from 'vitest'
import type { Ledger } from './ledger.ts'
import type { Store } from './schema/tables.ts'
import { object, planWith } from './testing/directory.ts'
import { ledgersOn, testEngines } from './testing/engines.ts'
import { after, intended, issued, NOW, sampleCompletion, sampleIntent } from './testing/samples.ts'
import { unattended } from './testing/unattended.ts'

/**
 * The first day of a tenant: connections prepared their statements while the tables were empty or small, and thousands
 * enrol before PostgreSQL analyses the tables again. What it reads of one certificate must not grow with them.
 */

/** Everything that the issuance of a device's or a person's certificate asks of the ledger and writes. */
async function issue(ledger: Ledger, profile: 'device' | 'user', n: number): Promise<void> {
  const serial = n.toString(16).padStart(40, '0')
  const owner = { tid: 'tenant', oid: `person ${n}` }
  const person = { kind: 'user', oid: owner.oid } as const
  const device = {
    kind: 'device',
    deviceId: `d${n}`,
    intuneId: `i${n}`,
    ownerOid: owner.oid,
  } as const
  const holder = profile === 'device' ? device : person
  if (holder === device) await ledger.lostReport(device)
  await ledger.certificatesOf(owner, null)
  const intent = sampleIntent(serial, {
    ...{ profile, owner, holder, upn: profile === 'user' ? `${n}@x` : null },
    quota: { windowStart: NOW, max: 9 },
    confirmation: { id: `confirmation ${n}`, until: after(9_000_000) },
  })
  expect((await ledger.begin(intent, intended(serial))).kind).toBe('reserved')
  const objects = [
    object({ kind: 'user', id: owner.oid }),
    ...(holder === device
      ? [
          object({ kind: 'entra_device', id: `d${n}` }),
          object({ kind: 'intune_device', id: `i${n}` }),
        ]
      : []),
  ]
  const plan = await planWith(ledger, objects)
  await ledger.certificatesOfNames(new Map([[`${n}@x`, owner.oid]]))
  const done = { ...sampleCompletion(serial), holder }
  expect(await ledger.complete(done, issued(serial), plan)).toBe('completed')
  expect(await ledger.certificate(serial)).toMatchObject({ state: 'issued' })
}

/** It reads about fifteen, however many there are. */
const OWN_ROWS_MAX = 30

/** Rows and entries of indexes that the only connection has read so far. */
async function rowsRead({ write }: Store): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(write)
  const { rows } = await sql<{ read: number }>`
    select (select sum(seq_tup_read) from pg_stat_user_tables where schemaname = current_schema())::int +
           (select sum(idx_tup_read) from pg_stat_user_indexes where schemaname = current_schema())::int as read`.execute(
    write,
  )
  return rows[0]?.read ?? Number.NaN
}

describe.each(
  testEngines().filter(({ name }) => name === 'postgres'),
)('a ledger on $name that grows faster than it is analysed', (engine) => {
  const { openWithStore } = ledgersOn(engine)

  const open = async (profile: 'device' | 'user') => {
    const { ledger, store } = await openWithStore({ connections: 1 })
    await unattended(store)
    let done = 0
    const issueUpTo = async (count: number) => {
      const numbers = Array.from({ length: count - done }, (_, n) => done + n)
      done = count
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) {
            await issue(ledger, profile, n)
          }
        }),
      )
    }
    const readForEachOf = async (count: number) => {
      const before = await rowsRead(store)
      await issueUpTo(done + count)
      return ((await rowsRead(store)) - before) / count
    }
    return { store, issueUpTo, readForEachOf }
  }

  test.each([
    'device',
    'user',
  ] as const)('from nothing: a certificate of a %s is made by reading its own rows', async (profile) => {
    const { issueUpTo, readForEachOf } = await open(profile)
    await issueUpTo(600)
    expect(await readForEachOf(20)).toBeLessThan(OWN_ROWS_MAX)
  })

  test('from few that were analysed: statements are planned anew, and read no more', async () => {
    const { store, issueUpTo, readForEachOf } = await open('device')
    await issueUpTo(55)
    await sql`analyze`.execute(store.write)
    // Of fewer rows PostgreSQL rightly reads all, where they are narrow.
    await issueUpTo(1500)
    const own = performance.now.bind(performance)
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => own() + 10_000)
    try {
      expect(await readForEachOf(20)).toBeLessThan(OWN_ROWS_MAX)
    } finally {
      clock.mockRestore()
    }
  })
})
