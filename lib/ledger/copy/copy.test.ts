import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { openLedger, openReader, openStore } from '#lib/ledger/open.ts'
import { migrate, STEPS } from '#lib/ledger/schema/migrations.ts'
import { openSqliteReader } from '#lib/ledger/sqlite.ts'
import { ada, apply, d1, i1, object } from '#lib/ledger/testing/directory.ts'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  intended,
  issueSample,
  NOW,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'
import { fillPostgres, moveLedger } from './move.ts'
import { proofOf } from './proof.ts'
import { saveLedger, summaryOf } from './save.ts'
import { COPIED_TABLES } from './tables.ts'

/** Ledgers with something in every table, moved and saved. */

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-copy-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [file, , postgres] = testEngines()
if (!file || !postgres) throw new Error('There are two engines.')
const engines = [file, postgres]
beforeAll(async () => {
  for (const engine of engines) await engine.start()
})
afterAll(async () => {
  for (const engine of engines) await engine.stop()
})

/** More rows than a page has, and text and octets of every kind. */
async function fill(ledger: Ledger, certificates = 510): Promise<void> {
  const serials = Array.from({ length: certificates }, (_, index) =>
    index.toString(16).padStart(40, '0'),
  )
  await Promise.all(serials.map((serial) => issueSample(ledger, serial)))
  await ledger.begin(
    sampleIntent('ff', { displayName: 'Ünï\u{1f511}\n"\\', upn: 'Ä@x' }),
    intended('ff'),
  )
  const revoke = { reason: 'keyCompromise', at: after(1), by: 'ada', cause: null } as const
  await ledger.revoke(
    { serial: serials[0] ?? '', ...revoke },
    { withDescendants: false },
    sampleEvent('certificate.revoked', serials[0] ?? ''),
  )
  await ledger.blockKey(
    { keyThumbprint: 'k', at: NOW, by: 'ops' },
    sampleEvent('key.blocked', null, { keyThumbprint: 'k' }),
  )
  for (const deviceId of ['d8', 'd9']) {
    const report = { deviceId, intuneId: null, at: NOW, reporterOid: 'ada', by: 'ada' }
    await ledger.reportLost(report, sampleEvent('device.reported_lost', null, { deviceId }))
  }
  await ledger.takeQuota('ada', NOW, 5)
  await ledger.takeQuota('Ada', NOW, 5)
  await ledger.takeConfirmation({ id: 'a sign-in', until: after(60) }, NOW)
  await ledger.takeLease('crl', 'a', NOW, after(1))
  await ledger.openCalendar(
    { owner: ADA, language: 'en', madeAt: NOW, secret: 's' },
    sampleEvent('calendar.opened', null),
  )
  await ledger.recordReminder(
    { marks: [{ serial: serials[0] ?? '', days: 30 }], token: 't', at: NOW },
    sampleEvent('reminder.recorded', null),
  )
  await apply(ledger, [object(ada), object(d1), object(i1, { absentSince: NOW })])
  await ledger.nextCrlNumber('ca', 7)
  for (const delta of [false, true]) {
    const crl = {
      ...{ issuerId: 'ca', partition: null, delta, number: 7, baseNumber: delta ? 6 : null },
      ...{ thisUpdate: NOW, nextUpdate: after(60), entries: 0, der: new Uint8Array([0, 255, 10]) },
    }
    await ledger.publishCrl(crl, sampleEvent('crl.published', null))
  }
}

async function filled(url: string, certificates?: number) {
  const both = await openTestLedger(url)
  await fill(both.ledger, certificates)
  const proof = await proofOf(both.store.read)
  return { ...both, proof }
}

describe.each(engines)('the list of tables on $name', (engine) => {
  test('has every table, and every column that is not computed', async () => {
    const store = await openStore(await engine.newDatabase(), { create: true })
    await migrate(store)
    const query =
      engine.name === 'postgres'
        ? sql<{ t: string; c: string; k: boolean }>`select c.table_name as t, c.column_name as c,
            k.column_name is not null as k from information_schema.columns c
            left join information_schema.key_column_usage k
              on k.table_schema = c.table_schema and k.table_name = c.table_name
              and k.column_name = c.column_name and k.constraint_name like '%_pkey'
            where c.table_schema = current_schema() and c.is_generated = 'NEVER'`
        : sql<{ t: string; c: string; k: number }>`select m.name as t, c.name as c, c.pk > 0 as k
            from sqlite_master m join pragma_table_xinfo(m.name) c
            where m.type = 'table' and c.hidden = 0`
    const { rows } = await query.execute(store.read)
    await store.close()
    const found = rows.map(({ t, c, k }) => `${t}.${c}${k ? ' key' : ''}`)
    const listed = COPIED_TABLES.flatMap(({ name, columns, key }) =>
      columns.map((column) => `${name}.${column}${key.includes(column) ? ' key' : ''}`),
    )
    expect(found.toSorted()).toEqual(listed.toSorted())
  })
})

describe('UPG-07: from SQLite to PostgreSQL', () => {
  test('the same rows, one chain, and it goes on there', async () => {
    const source = path.join(folder, 'moved.sqlite')
    const { ledger, proof } = await filled(`sqlite:${source}`)
    await ledger.close()
    for (const { name } of COPIED_TABLES) expect([name, proof[name].rows > 0]).toEqual([name, true])
    expect(proof.certificate.rows).toBe(511)
    const url = await postgres.newDatabase()
    const moved = await moveLedger(source, url, NOW)
    expect(moved.proof).toEqual(proof)

    const there = await openTestLedger(url)
    expect(await there.ledger.auditHead()).toEqual({
      sequence: moved.sequence,
      hash: moved.headHash,
    })
    expect(await there.ledger.lastCrlNumber('ca')).toBe(7)
    await there.ledger.selfTest()
    // Ids go on behind the last one.
    await issueSample(there.ledger, 'fe')
    await there.ledger.reportLost(
      { deviceId: 'd7', intuneId: null, at: NOW, reporterOid: 'ada', by: 'ada' },
      sampleEvent('device.reported_lost', null, { deviceId: 'd7' }),
    )
    expect(await verifyLedger(there.store)).toMatchObject({ ok: true, certificates: 512 })
    await there.ledger.close()
  })

  test('nobody starts on the file that was moved, which can still be read', async () => {
    const source = path.join(folder, 'left.sqlite')
    const { ledger } = await filled(`sqlite:${source}`, 2)
    await ledger.close()
    await moveLedger(source, await postgres.newDatabase(), NOW)
    const refusal = {
      code: 'store_unavailable',
      message:
        `This ledger was moved to PostgreSQL at ${NOW.toISOString()} and is not used any more. ` +
        'Set LATCHKEY_DATABASE to where it is now.',
    }
    await expect(openLedger(`sqlite:${source}`)).rejects.toMatchObject(refusal)
    await expect(openReader(`sqlite:${source}`)).rejects.toMatchObject(refusal)
    await expect(moveLedger(source, await postgres.newDatabase(), NOW)).rejects.toMatchObject(
      refusal,
    )
    const left = openSqliteReader(source)
    expect(await verifyLedger(left)).toMatchObject({ ok: true, certificates: 3 })
    await left.close()
  })

  test('not while an authority runs, be it one that only reads', async () => {
    const source = path.join(folder, 'busy.sqlite')
    const { ledger } = await filled(`sqlite:${source}`, 2)
    const url = await postgres.newDatabase()
    const inUse = { message: `The ledger ${source} is in use. Stop the authority first.` }
    await expect(moveLedger(source, url, NOW)).rejects.toMatchObject(inUse)
    const reader = await openReader(`sqlite:${source}`)
    await ledger.close()
    await expect(moveLedger(source, url, NOW)).rejects.toMatchObject(inUse)
    await reader.close()
    await moveLedger(source, url, NOW)
  })

  test('not over a ledger, and what it was told to overwrite is left alone', async () => {
    const source = path.join(folder, 'second.sqlite')
    await (await filled(`sqlite:${source}`, 2)).ledger.close()
    const url = await postgres.newDatabase()
    const there = await filled(url, 1)
    await expect(moveLedger(source, url, NOW)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^There is a ledger in this database already, with \d+ audit/),
    })
    expect(await proofOf(there.store.read)).toEqual(there.proof)
    await there.ledger.close()
    await (await openLedger(`sqlite:${source}`)).close()
  })

  test('one that was stopped half-way begins anew, and one that was stopped at its end ends', async () => {
    const source = path.join(folder, 'twice.sqlite')
    const { ledger, proof } = await filled(`sqlite:${source}`, 20)
    await ledger.close()
    const url = await postgres.newDatabase()
    const target = await openStore(url, { create: true })
    await migrate(target)
    // A column of the last table is in the way, after most of it was copied.
    await sql`alter table lease add check (holder <> 'a')`.execute(target.write)
    await expect(moveLedger(source, url, NOW)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await proofOf(target.read)).certificate.rows).toBe(0)
    await sql`alter table lease drop constraint lease_holder_check`.execute(target.write)

    const snapshot = openSqliteReader(source)
    expect(await fillPostgres(snapshot.read, url)).toEqual(proof)
    await snapshot.close()
    // As if it had been killed here: the file does not say yet that it has moved.
    const { ledger: goneOn } = await openTestLedger(url)
    await issueSample(goneOn, 'fe')
    await goneOn.close()
    expect(await moveLedger(source, url, NOW)).toMatchObject({ proof: null })
    await expect(openLedger(`sqlite:${source}`)).rejects.toThrow('was moved to PostgreSQL')
    await target.close()
  })

  test('a copy that is not the same is not committed', async () => {
    const source = path.join(folder, 'other.sqlite')
    const { ledger } = await filled(`sqlite:${source}`, 2)
    await ledger.close()
    const url = await postgres.newDatabase()
    const target = await openStore(url, { create: true })
    await migrate(target)
    await sql
      .raw(
        `create function lie() returns trigger language plpgsql as
          $$ begin new.display_name := 'x'; return new; end $$;
        create trigger lie before insert on certificate for each row execute function lie()`,
      )
      .execute(target.write)
    await expect(moveLedger(source, url, NOW)).rejects.toMatchObject({
      message: 'The copy of the ledger is not the same as the ledger: certificate.',
    })
    expect((await proofOf(target.read)).certificate.rows).toBe(0)
    await target.close()
    await (await openLedger(`sqlite:${source}`)).close()
  })
})

describe.each(engines)('a ledger on $name', (engine) => {
  test('is saved as one file while it is written to', async () => {
    const url = await engine.newDatabase()
    const { ledger } = await filled(url, 30)
    let issuing = true
    let issued = 0
    const work = (async () => {
      while (issuing) await issueSample(ledger, `f${(issued++).toString(16).padStart(39, '0')}`)
    })()
    const name = `${engine.name} saved`.replaceAll(' ', '-')
    const saved = path.join(folder, name)
    const before = await ledger.auditHead()
    expect(await saveLedger(url, saved)).toBe(engine.name === 'postgres' ? 'postgres' : 'sqlite')
    issuing = false
    await work

    const summary = await summaryOf(saved)
    expect(summary.sequence).toBeGreaterThanOrEqual(before.sequence)
    expect(await ledger.holdsRecord({ sequence: summary.sequence, hash: summary.headHash })).toBe(
      true,
    )
    expect(summary).toMatchObject({ identity: await ledger.identity(), schema: STEPS.length })
    expect(summary.rows.audit).toBe(summary.sequence)
    const copy = openSqliteReader(saved)
    expect(await verifyLedger(copy)).toMatchObject({
      ok: true,
      certificates: summary.rows.certificate,
    })
    await copy.close()
    expect(statSync(saved).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).filter((one) => one.startsWith(name))).toEqual([name])
    await expect(saveLedger(url, saved)).rejects.toMatchObject({ code: 'store_unavailable' })
    await ledger.close()
  })
})
