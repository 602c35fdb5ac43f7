import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCommand, startCommand } from '#cli/testing/run-command.ts'
import { main } from '#cli/verify-audit.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { chainHash } from './audit/chain.ts'
import { verifyLedger } from './audit/verify.ts'
import { openStore } from './open.ts'
import { breakTable } from './testing/break-table.ts'
import { openTestLedger, ownPostgres, testEngines } from './testing/engines.ts'
import {
  after,
  completeSample,
  intended,
  issueSample,
  sampleEvent,
  sampleIntent,
} from './testing/samples.ts'

const UNAVAILABLE = {
  code: 'store_unavailable',
  message: 'The ledger is not answering. Try again in a moment.',
  retryAfterSeconds: 5,
}
const AUDIT_UNAVAILABLE = {
  code: 'audit_unavailable',
  message: 'The audit log is not answering, and without it nothing is done. Try again in a moment.',
  retryAfterSeconds: 5,
}

describe.each(testEngines())('faults on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  const open = async () => openTestLedger(await engine.newDatabase())

  test('STO-01: the intent cannot be written: store_unavailable, and nothing stays', async () => {
    const { store, ledger } = await open()
    const fix = await breakTable(store, 'insert', 'certificate')
    const refused = ledger.begin(sampleIntent('01'), intended('01'))
    await expect(refused).rejects.toMatchObject(UNAVAILABLE)
    // The same within a batch of operations.
    const results = await Promise.allSettled([
      ledger.begin(sampleIntent('02'), intended('02')),
      ledger.audit(sampleEvent('service.started', null)),
      ledger.begin(sampleIntent('03'), intended('03')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
    await fix()
    await issueSample(ledger, '01')
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 3, certificates: 1 })
    await ledger.close()
  })

  test('STO-02: the certificate cannot be written after signing: the row stays pending, then void', async () => {
    const { store, ledger } = await open()
    await ledger.begin(sampleIntent('01'), intended('01'))
    const fix = await breakTable(store, 'update', 'certificate')
    const refused = completeSample(ledger, '01')
    await expect(refused).rejects.toMatchObject(UNAVAILABLE)
    await fix()
    expect((await ledger.certificate('01'))?.state).toBe('pending')
    expect(await ledger.expirePending(after(1), after(2))).toEqual(['01'])
    expect(
      (await ledger.auditTrail(1, 9)).map(({ event }) => [event.kind, event.facts.cause]),
    ).toEqual([['certificate.voided', 'not_completed']])
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    await ledger.close()
  })

  test('STO-05: the audit log cannot be written: audit_unavailable, and no change without its event', async () => {
    const { store, ledger } = await open()
    await ledger.begin(sampleIntent('01'), intended('01'))
    const fix = await breakTable(store, 'insert', 'audit')
    const refused = [
      () => ledger.begin(sampleIntent('02'), intended('02')),
      () => completeSample(ledger, '01'),
      () => ledger.void('01', after(1), sampleEvent('certificate.voided', '01')),
      () => ledger.audit(sampleEvent('service.started', null)),
      () => ledger.expirePending(after(1), after(1)),
      () =>
        ledger.blockKey(
          { keyThumbprint: 'key of 01', at: after(1), by: 'ops' },
          sampleEvent('key.blocked', null),
        ),
    ]
    for (const attempt of refused) await expect(attempt()).rejects.toMatchObject(AUDIT_UNAVAILABLE)
    const together = await Promise.allSettled(refused.map((attempt) => attempt()))
    expect(together.filter(({ status }) => status === 'rejected')).toHaveLength(refused.length)
    await fix()

    expect(await ledger.certificate('02')).toBeNull()
    expect((await ledger.certificate('01'))?.state).toBe('pending')
    expect(await ledger.keyIsBlocked('key of 01')).toBe(false)
    await completeSample(ledger, '01')
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 2 })
    await ledger.close()
  })

  test('the message says nothing of the database; the cause does, for the log', async () => {
    const { store, ledger } = await open()
    await breakTable(store, 'insert', 'certificate')
    const error = await ledger.begin(sampleIntent('01'), intended('01')).catch((thrown) => thrown)
    expect(String(error)).not.toContain('secret')
    expect(String(error.cause)).toContain('secret of the database')
    await ledger.close()
  })

  test('STO-14: without its unique index the ledger does not start', async () => {
    const { store, ledger } = await open()
    await ledger.selfTest()
    await sql`drop index certificate_serial`.execute(store.write)
    await expect(ledger.selfTest()).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('would store a serial number twice'),
    })
    // A failing ledger also issues nothing.
    await expect(ledger.begin(sampleIntent('01'), intended('01'))).rejects.toMatchObject(
      UNAVAILABLE,
    )
    await ledger.close()
  })

  test('the self-test leaves nothing behind', async () => {
    const { ledger } = await open()
    await Promise.all([ledger.selfTest(), ledger.selfTest(), issueSample(ledger, '01')])
    expect(await ledger.certificate('self-test')).toBeNull()
    await ledger.close()
  })

  const weakSettings: Record<typeof engine.name, readonly [string, string][]> = {
    'sqlite file': [
      ['pragma synchronous = normal', 'The ledger does not run synchronous=FULL.'],
      ['pragma synchronous = off', 'The ledger does not run synchronous=FULL.'],
      ['pragma foreign_keys = off', 'The ledger does not check foreign keys.'],
    ],
    'sqlite memory': [['pragma synchronous = normal', 'The ledger does not run synchronous=FULL.']],
    postgres: [
      [
        `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
        'The ledger’s PostgreSQL runs synchronous_commit=off.',
      ],
    ],
  }

  test.each(
    weakSettings[engine.name],
  )('STO-11: does not start after: %s', async (statement, message) => {
    const url = await engine.newDatabase()
    const { store, ledger } = await openTestLedger(url)
    await ledger.selfTest()
    await sql.raw(statement).execute(store.write)
    // On PostgreSQL the setting is used by the next connection.
    const next = store.engine === 'postgres' ? await openTestLedger(url) : null
    await expect((next?.ledger ?? ledger).selfTest()).rejects.toMatchObject({
      code: 'store_unavailable',
      message,
    })
    if (next) {
      await sql.raw(statement.replace('= off', 'to default')).execute(store.write)
      await next.ledger.close()
    }
    await ledger.close()
  })

  describe('STO-13: tampering', () => {
    async function filled() {
      const opened = await open()
      for (const serial of ['01', '02', '03']) await issueSample(opened.ledger, serial)
      await opened.ledger.blockKey(
        { keyThumbprint: 'key of 03', at: after(5), by: 'ops' },
        sampleEvent('key.blocked', null),
      )
      expect(await verifyLedger(opened.store)).toMatchObject({
        ok: true,
        records: 8,
        certificates: 3,
      })
      return opened
    }

    const cases: readonly [string, readonly string[], number | null, string][] = [
      [
        'the actor of a record',
        [`update audit set actor = 'x' where sequence = 3`],
        3,
        'was changed',
      ],
      ['its time', ['update audit set at = at + 1 where sequence = 3'], 3, 'was changed'],
      ['its facts', [`update audit set facts = '[]' where sequence = 3`], 3, 'was changed'],
      [
        'its facts to no JSON',
        [`update audit set facts = '{' where sequence = 3`],
        3,
        'was changed',
      ],
      ['its serial', [`update audit set serial = '02' where sequence = 1`], 1, 'was changed'],
      ['its hash', [`update audit set hash = 'x' where sequence = 3`], 3, 'was changed'],
      ['a record away', ['delete from audit where sequence = 4'], 4, 'is missing'],
      ['the first record away', ['delete from audit where sequence = 1'], 1, 'is missing'],
      [
        'two records round',
        [
          'update audit set sequence = -1 where sequence = 3',
          'update audit set sequence = 3 where sequence = 4',
          'update audit set sequence = 4 where sequence = -1',
        ],
        3,
        'does not follow',
      ],
      ['the tail off', ['delete from audit where sequence > 6'], 7, 'was cut off'],
      ['everything away', ['delete from audit'], 1, 'was cut off'],
      ['the head back', ['update audit_head set sequence = 6'], 7, 'behind the head'],
      ['the hash of the head', [`update audit_head set hash = 'x'`], 8, 'another hash'],
      ['the head away', ['delete from audit_head'], 9, 'The head of the chain is missing'],
      [
        'tail and head alike',
        [
          'delete from audit where sequence > 5',
          `update audit_head set sequence = 5, hash = (select hash from audit where sequence = 5)`,
        ],
        null,
        'but no record says so',
      ],
      [
        'the owner of a row',
        [`update certificate set owner_oid = 'eve' where serial = '02'`],
        4,
        'not as',
      ],
      ['a name', [`update certificate set display_name = 'x' where serial = '02'`], 4, 'not as'],
      [
        'a revocation away',
        [`update certificate set revoked_at = null, revocation_reason = null where serial = '03'`],
        8,
        'not as',
      ],
      [
        'a revocation in',
        [`update certificate set revoked_at = 1, revocation_reason = 1 where serial = '01'`],
        2,
        'not as',
      ],
      ['the DER', [`update certificate set signature = null where id = 1`], 2, 'not the one'],
      [
        'its TBS',
        [
          `update certificate_tbs set tbs = signature from certificate c
        where certificate_tbs.id = c.id and c.id = 1`,
        ],
        2,
        'not the one',
      ],
      [
        'what the directory said',
        [`update certificate_tbs set directory_snapshot = '{}' where id = 1`],
        2,
        'What the directory said',
      ],
      ['a blocked key free', ['delete from blocked_key'], 7, 'not blocked'],
      [
        'a row away',
        ['delete from certificate_tbs where id = 2', 'delete from certificate where id = 2'],
        3,
        'is missing',
      ],
    ]

    test.each(cases)('%s is found', async (_, statements, index, message) => {
      const { store, ledger } = await filled()
      for (const statement of statements) await sql.raw(statement).execute(store.write)
      const {
        ok,
        findings: [first],
      } = await verifyLedger(store)
      expect({ ok, index: first?.index, message: first?.message }).toEqual({
        ok: false,
        index,
        message: expect.stringContaining(message),
      })
      await ledger.close()
    })

    test('whatever is wrong is told, not only what comes first', async () => {
      const { store, ledger } = await filled()
      const statements = [
        `update audit set facts = '{' where sequence = 3`,
        `update audit set actor = 'x' where sequence = 5`,
        'delete from blocked_key',
        `update certificate set display_name = 'x' where serial = '03'`,
        'delete from certificate_tbs where id = 1',
        'delete from certificate where id = 1',
      ]
      for (const statement of statements) await sql.raw(statement).execute(store.write)
      const { records, certificates, findings } = await verifyLedger(store)
      expect({ records, certificates }).toEqual({ records: 6, certificates: 0 })
      expect(
        findings.map(({ about, index, serial, message }) => [about, index, serial, message]),
      ).toEqual([
        ['record', 3, '02', 'The record was changed.'],
        ['record', 5, '03', 'The record was changed.'],
        ['row', 1, '01', 'The certificate of this record is missing.'],
        ['row', 7, null, 'The key of this record is not blocked.'],
        // A record that cannot be read gives no further findings.
        ['row', 4, '02', 'What the directory said at issuance was changed.'],
        ['row', 8, '03', 'The row of this certificate is not as the record left it.'],
      ])
      await ledger.close()
    })

    test('the service does not start on a chain without its tail', async () => {
      const { store, ledger } = await filled()
      await sql`delete from audit where sequence = 8`.execute(store.write)
      await expect(ledger.selfTest()).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('The audit log does not end where its head says'),
      })
      await ledger.close()
    })

    test('a chain longer than a page is read to its end', async () => {
      const { store, ledger } = await open()
      const many = Array.from({ length: 510 }, (_, index) => (0x1000 + index).toString(16))
      await Promise.all(many.map((serial) => issueSample(ledger, serial)))
      expect(await verifyLedger(store)).toMatchObject({
        ok: true,
        records: 1020,
        certificates: 510,
      })
      await sql`update audit set actor = 'x' where sequence = 1010`.execute(store.write)
      expect((await verifyLedger(store)).findings.map(({ index }) => index)).toEqual([1010])
      await ledger.close()
    })
  })
})

const shared = testEngines().filter((engine) => engine.shared)

describe.each(shared)('other processes and lost connections on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test('`npm run verify-audit` tells it, in words and as JSON', async () => {
    const url = await engine.newDatabase()
    const { store, ledger } = await openTestLedger(url)
    await issueSample(ledger, '01')
    const good = await startCommand('verify-audit', [], { LATCHKEY_DATABASE: url })
    expect([good.status, good.stderr]).toEqual([0, ''])
    expect(good.stdout).toMatch(
      /^The audit log is whole: 2 records, 1 certificates, head [0-9a-f]{64}\.\n$/,
    )
    await sql`update audit set actor = 'x' where sequence = 2`.execute(store.write)
    expect(await verifyAudit(url)).toEqual({
      status: 1,
      output: expect.stringMatching(
        /^Record 2, certificate 01: The record was changed\.\nFaults: 1\. Good are 1 records, 1 certificates, head [0-9a-f]{64}\.\n$/,
      ),
    })
    const json = await verifyAudit(url, '--json')
    expect(json.status).toBe(1)
    expect(JSON.parse(json.output)).toMatchObject({
      ok: false,
      findings: [{ about: 'record', index: 2, serial: '01' }],
    })
    await ledger.close()
  })
})

describe.each([ownPostgres()])('$name goes away', (engine) => {
  beforeEach(engine.start)
  afterEach(engine.stop)

  test('connections that were cut are replaced without a restart', async () => {
    const { store, ledger } = await openTestLedger(await engine.newDatabase())
    await issueSample(ledger, '01')
    // The server ends one of the connections during a query.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'latchkey' order by pid = pg_backend_pid()`
      .execute(store.read)
      .catch(() => undefined)
    // The next operation may still fail; afterwards the pool has replaced the connection.
    await vi.waitFor(() => ledger.audit(sampleEvent('service.started', null)), 45_000)
    await issueSample(ledger, '02')
    expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 2 })
    await ledger.close()
  })

  test('STO-06: a lock that lasts too long and a serialisation failure are refused, nothing is twice', async () => {
    const url = await engine.newDatabase()
    const admin = await openStore(url, { create: false })
    await sql`alter role postgres set lock_timeout = '100ms'`.execute(admin.write)
    const { store, ledger } = await openTestLedger(url)
    await issueSample(ledger, '01')
    await admin.write.transaction().execute(async (transaction) => {
      await sql`select * from audit_head for update`.execute(transaction)
      await expect(ledger.begin(sampleIntent('02'), intended('02'))).rejects.toMatchObject(
        UNAVAILABLE,
      )
      expect((await ledger.certificate('01'))?.state).toBe('issued')
    })
    await sql
      .raw(
        `create function conflict() returns trigger language plpgsql as
          $$ begin raise exception 'secret of the database' using errcode = '40001'; end $$;
        create trigger conflict before insert on certificate for each row execute function conflict()`,
      )
      .execute(admin.write)
    await expect(ledger.begin(sampleIntent('02'), intended('02'))).rejects.toMatchObject(
      UNAVAILABLE,
    )
    await sql`drop trigger conflict on certificate`.execute(admin.write)
    await issueSample(ledger, '02')
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 4, certificates: 2 })
    await ledger.close()
    await admin.close()
  })

  test('STO-06: who waits for a replica that freezes with the head of the chain waits until that is ended', async () => {
    const url = await engine.newDatabase()
    const { ledger } = await openTestLedger(url)
    const other = await openStore(url, { create: false })
    const { promise: taken, resolve: take } = Promise.withResolvers<void>()
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const frozen = other.write.transaction().execute(async (transaction) => {
      await sql`select * from audit_head for update`.execute(transaction)
      take()
      // At work while the other begins to wait, then silent.
      await sql`select pg_sleep(1)`.execute(transaction)
      await over
    })
    await taken
    await ledger.audit(sampleEvent('service.started', null)).finally(end)
    await expect(frozen).rejects.toThrow()
    await ledger.close()
    await other.close()
  })

  test('STO-07: a server that dies at work refuses what was under way, and the process lives', async () => {
    const { ledger } = await openTestLedger(await engine.newDatabase())
    let issuedCount = 0
    const lane = async (name: string): Promise<unknown> => {
      for (let count = 100; ; count++) {
        try {
          await issueSample(ledger, `${name}${count}`)
          issuedCount++
        } catch (error) {
          return error
        }
      }
    }
    const lanes = ['a', 'b', 'c', 'd'].map(lane)
    // Waits for progress, so that the speed of the machine does not matter.
    await vi.waitFor(() => expect(issuedCount).toBeGreaterThan(20), { timeout: 45_000 })
    await engine.stop()
    for (const error of await Promise.all(lanes)) {
      // Of a transaction that was about to end it is the audit event that could not be written.
      const isAudit = error instanceof LatchkeyError && error.code === AUDIT_UNAVAILABLE.code
      expect(error).toMatchObject(isAudit ? AUDIT_UNAVAILABLE : UNAVAILABLE)
    }
    await ledger.close()
  })

  test('a server that is gone is store_unavailable, for changes and for questions', async () => {
    const { ledger } = await openTestLedger(await engine.newDatabase())
    await engine.stop()
    const attempts = [
      () => ledger.begin(sampleIntent('01'), intended('01')),
      () => ledger.audit(sampleEvent('service.started', null)),
      () => ledger.certificate('01'),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(UNAVAILABLE)
    // It is asked at the start, so its reader is the operator.
    await expect(ledger.selfTest()).rejects.toThrow(/\(ENOENT\): .*the socket of PostgreSQL/)
    await ledger.close()
  })
})

test('the hash of a record covers the hash before it and the canonical event', () => {
  const event = sampleEvent('certificate.issued', '01', { b: 1, a: null })
  // printf '%s' 'ab[1,7,"certificate.issued",1772366400000,"ada","01",[["a",null],["b",1]]]' | sha256sum
  expect(chainHash('ab', 7, event)).toBe(
    'eca38697bb7adfa13b598ada3ed11633cedee426922a797c6acfe8cc7fbf8104',
  )
})

async function verifyAudit(url: string, ...flags: readonly string[]) {
  const { status, stdout, stderr } = await runCommand(main, flags, { LATCHKEY_DATABASE: url })
  return { status, output: stdout + stderr }
}
