import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saveLedger, summaryOf } from '#lib/ledger/copy/save.ts'
import type { Ledger, LedgerReader } from '#lib/ledger/ledger.ts'
import { openLedger, openReader, openStore } from '#lib/ledger/open.ts'
import { ownPostgres } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'
import { DATABASE_ROLES, type DatabaseRole, grantRights, RIGHTS } from './grants.ts'
import { migrate } from './migrations.ts'
import type { Store } from './tables.ts'

/** What real users of a real PostgreSQL may and may not do. */

const TABLES = Object.keys(RIGHTS.latchkey_jobs)
  .concat(Object.keys(RIGHTS.latchkey_issue))
  .filter((name, index, all) => all.indexOf(name) === index)

// Roles are those of a whole server.
const postgres = [ownPostgres()]

describe.each(postgres)('the users of $name', (engine) => {
  let url: string
  let owner: Store
  const opened: (Ledger | LedgerReader)[] = []

  const as = (role: DatabaseRole) => url.replace('//postgres@', `//user_of_${role}@`)

  beforeAll(async () => {
    await engine.start()
    url = await engine.newDatabase()
    owner = await openStore(url, { create: true })
    for (const role of DATABASE_ROLES) {
      await sql`create role ${sql.id(role)} nologin`.execute(owner.write)
      await sql`create role ${sql.id(`user_of_${role}`)} login in role ${sql.id(role)}`.execute(
        owner.write,
      )
    }
  })

  afterAll(async () => {
    for (const ledger of opened) await ledger.close()
    await owner.close()
    await engine.stop()
  })

  test('before the schema is there, each is told who has to make it', async () => {
    await expect(openLedger(as('latchkey_issue'))).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('Run `npm run migrate` as the owner of the tables'),
    })
    await expect(openReader(as('latchkey_status'))).rejects.toMatchObject({
      message: expect.stringContaining('There is no ledger yet'),
    })
    await migrate(owner)
    expect(await owner.write.transaction().execute(grantRights)).toEqual(DATABASE_ROLES)
  })

  test('the one that issues issues, and the one that works in the background publishes', async () => {
    const issuing = await openLedger(as('latchkey_issue'))
    const jobs = await openLedger(as('latchkey_jobs'))
    opened.push(issuing, jobs)
    await issuing.selfTest()
    await jobs.selfTest()
    await issueSample(issuing, '01')
    const device = { deviceId: 'd1', intuneId: null }
    const report = { ...device, at: NOW, reporterOid: 'ada', by: 'ada' }
    await issuing.reportLost(report, sampleEvent('device.reported_lost', null))
    await issuing.withdrawReport(device, sampleEvent('device.report_withdrawn', null))
    await issuing.takeQuota('ada', NOW, 5)
    expect(await issuing.takeConfirmation({ id: 'a sign-in', until: after(60) }, NOW)).toBe(true)
    await issuing.blockKey(
      { keyThumbprint: 'k', at: NOW, by: 'ops' },
      sampleEvent('key.blocked', null),
    )
    await issuing.openCalendar(
      { owner: ADA, language: 'en', madeAt: NOW, secret: 's' },
      sampleEvent('calendar.opened', null),
    )
    expect(await issuing.closeCalendar(ADA, sampleEvent('calendar.closed', null))).toBe(true)
    await issuing.begin(sampleIntent('02', { keyThumbprint: 'k2' }), intended('02'))

    expect(await jobs.expirePending(after(1), after(2))).toEqual(['02'])
    expect(await jobs.takeLease('crl', 'a', NOW, after(1))).toBe(true)
    const mail = { marks: [{ serial: '01', days: 30 }], token: 't', at: NOW }
    expect(await jobs.recordReminder(mail, sampleEvent('reminder.recorded', null))).toBe(true)
    await jobs.retryReminder('t', after(1))
    expect(await issuing.stopReminders('t', NOW, sampleEvent('reminder.stopped', null))).toBe(true)
    const number = await jobs.nextCrlNumber('ca', 1)
    const crl = {
      ...{ issuerId: 'ca', partition: null, delta: false, number, baseNumber: null, entries: 0 },
      ...{ thisUpdate: NOW, nextUpdate: after(60), der: new Uint8Array([1]) },
    }
    expect(await jobs.publishCrl(crl, sampleEvent('crl.published', null))).toBe(true)
    await expect(issuing.takeLease('crl', 'b', NOW, after(1))).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })

  test('the one that answers relying parties reads what an answer needs', async () => {
    const reader = await openReader(as('latchkey_status'))
    opened.push(reader)
    expect(await reader.statusVersion()).toBeGreaterThan(0)
    expect((await reader.certificate('01'))?.serial).toBe('01')
    expect(await reader.certificatesBySerial(['01', '02'])).toHaveLength(2)
    expect((await reader.directoryState()).version).toBe(0)
    expect(await reader.directoryObjects([{ kind: 'user', id: 'ada' }])).toEqual([])
    const key = { issuerId: 'ca', partition: null, delta: false }
    expect((await reader.publishedCrl(key))?.number).toBe(await reader.publishedCrlNumber(key))
    expect(await reader.identity()).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('the one that makes backups reads everything', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-grants-'))
    const file = path.join(folder, 'ledger.sqlite')
    await saveLedger(as('latchkey_backup'), file)
    expect((await summaryOf(file)).rows.certificate).toBe(2)
    rmSync(folder, { recursive: true })
  })

  const attempts = ['select', 'insert', 'update', 'delete'] as const
  test.each(DATABASE_ROLES)('%s may do what is written, and nothing more', async (role) => {
    const store = await openStore(as(role), { create: false })
    const found: Record<string, string[]> = {}
    for (const table of TABLES) {
      const { rows } = await sql<Record<string, boolean>>`select
        ${sql.join(
          attempts.map(
            (right) =>
              sql`has_table_privilege(current_user, ${table}, ${right}) as ${sql.id(right)}`,
          ),
        )}`.execute(store.read)
      found[table] = attempts.filter((right) => rows[0]?.[right])
    }
    const written = Object.fromEntries(
      TABLES.map((table) => [
        table,
        RIGHTS[role][table as keyof (typeof RIGHTS)[typeof role]] ?? [],
      ]),
    )
    expect(found).toEqual(written)
    for (const statement of [
      `delete from audit`,
      `update audit set actor = 'x'`,
      `drop table audit`,
      `create table mine (x text)`,
      `update meta set value = 'x'`,
      ...(role === 'latchkey_status' || role === 'latchkey_backup'
        ? [`update status_version set version = 1`, WRITES]
        : []),
    ]) {
      await expect(sql.raw(statement).execute(store.write)).rejects.toMatchObject({ code: '42501' })
    }
    await store.close()
  })
})

const WRITES = `update certificate set revoked_at = null`
