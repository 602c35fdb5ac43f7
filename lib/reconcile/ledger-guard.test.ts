import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { appendFile, rename, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Authority } from '#lib/issuance/authority.ts'
import { knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { makeDelegate } from '#lib/issuance/delegate.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { makeResponder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { singleResponses } from '#lib/issuance/ocsp/ocsp-status.ts'
import { revokeAsOperator } from '#lib/issuance/revoke/revoke.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { testAuthority, withClock } from '#lib/issuance/testing/test-authority.ts'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { openStore } from '#lib/ledger/open.ts'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readOcspRequest } from '#lib/pki/ocsp/ocsp.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { laptop, operator, requester } from '#lib/policy/testing/context.ts'
import { logSignatures, SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { type GuardedLedger, openGuardedLedger } from './ledger-guard.ts'
import { reconcileSignatures } from './signatures.ts'
import { readTrail } from './trail.ts'

/** A ledger that was lost, swapped or restored from a backup is not accepted as a new one. */

const ACCEPTED = { accept: true }
const NORMAL = { accept: false }
const SUPERSEDED = 4
const ON_HOLD = 6

const HOW_TO_GO_ON =
  'What was revoked would pass, so the authority does not run. Put back the newest backup of the ' +
  'ledger and start again (docs/operate.md, “Restore”). Only if there is none that is newer, start once ' +
  'with --accept-empty-ledger: then every certificate that the ledger does not know is revoked ' +
  'for good.'

const shared = testEngines().filter(({ shared: isShared }) => isShared)

describe.each(shared)('on $name', (engine) => {
  let made: Awaited<ReturnType<typeof testAuthority>>
  let dataDir: string
  let database: string
  let running: { authority: Authority; guarded: GuardedLedger; stop: () => Promise<void> } | null

  beforeAll(async () => {
    await engine.start()
    made = await testAuthority()
  })
  afterAll(engine.stop)

  beforeEach(async () => {
    running = null
    dataDir = mkdtempSync(path.join(tmpdir(), 'latchkey-guard-'))
    mkdirSync(path.join(dataDir, 'ca'))
    database = await engine.newDatabase()
  })
  afterEach(async () => {
    await running?.stop()
    rmSync(dataDir, { recursive: true })
  })

  const logFile = () => path.join(dataDir, SIGNATURE_LOG)
  const named = () =>
    engine.name === 'postgres'
      ? 'The ledger of LATCHKEY_DATABASE'
      : `The ledger ${database.slice('sqlite:'.length)}`

  /** Opens the ledger as compose.ts does. */
  async function start({ accept } = NORMAL, at = dataDir) {
    const { authority, clock } = made
    const now = () => clock.now
    const places = { dataDir: at, database, issuer: authority.issuer }
    const guarded = await openGuardedLedger(places, { accept, now })
    withClock(guarded.ledger, clock)
    const logged = logSignatures(authority.signer, path.join(at, SIGNATURE_LOG), now)
    const stop = async () => {
      running = null
      await guarded.ledger.close()
      logged.close()
    }
    running = {
      authority: { ...authority, ledger: guarded.ledger, signer: logged.signer },
      guarded,
      stop,
    }
    return running
  }

  const refused = async (at = dataDir) => {
    const error = await start(NORMAL, at).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'store_unavailable' })
    return error instanceof Error ? error.message : ''
  }

  const issue = async ({ authority }: { authority: Authority }) => {
    const { der } = makeCsr({ commonName: laptop.deviceId ?? '', key: 'ec-p256' })
    return (await enroll(authority, requester, der, 'api')).serial
  }

  const publish = async ({ authority }: { authority: Authority }) => {
    made.clock.now = new Date(made.clock.now.getTime() + 1_000)
    const worker = crlWorkerHere(authority)
    const settings = {
      fullUrl: 'http://localhost:8080/crl/full.crl',
      lifeMs: 86_400_000,
      partitionAbove: 20_000,
    }
    await publishCrls(authority, settings, worker, await knownCrls(authority, worker))
    const key = { issuerId: authority.issuer.id, partition: null, delta: false }
    const stored = await authority.ledger.publishedCrl(key)
    if (!stored) throw new Error('No CRL was published.')
    return readCrl(stored.der)
  }

  const revoke = (
    { authority }: { authority: Authority },
    serial: string,
    reason: 4 | 6 = SUPERSEDED,
  ) =>
    revokeAsOperator(authority, operator, serial, {
      code: reason,
      revoker: null,
      withDescendants: false,
    })

  const ocsp = async ({ authority }: { authority: Authority }, serial: string) => {
    const settings = { goodSeconds: 600, holdSeconds: 300 }
    const reading = readOcspRequest(ocspRequest(authority.issuer, [serial]))
    if (!reading.ok) throw new Error(reading.reason)
    const said = await singleResponses(authority, settings, reading.request.certIds, [])
    return said?.[0]?.status
  }

  /** Removes the last records, as in a restored backup or in a copy that lagged behind when it took over. */
  async function setBack(sequence: number) {
    const store = await openStore(database, { create: false })
    const run = (statement: string) => sql.raw(statement).execute(store.write)
    const later = `(select serial from audit where sequence > ${sequence}
      and kind = 'issuance.intended')`
    await run(`delete from certificate_tbs
      where id in (select id from certificate where serial in ${later})`)
    await run(`delete from certificate where serial in ${later}`)
    await run(`delete from audit where sequence > ${sequence}`)
    await run(`update audit_head set sequence = ${sequence},
      hash = (select hash from audit where sequence = ${sequence})`)
    await store.close()
  }

  const forgetMark = () => rmSync(path.join(dataDir, 'ledger.mark'))

  const head = async () => (await running?.authority.ledger.auditHead())?.sequence ?? 0

  test('a first start begins a ledger, and every other goes on with it', async () => {
    const first = await start()
    const identity = await first.authority.ledger.identity()
    await issue(first)
    await makeResponder(first.authority)
    await makeDelegate(first.authority, 'profile-signer', 1000)
    await publish(first)
    expect(await first.guarded.check()).toBeNull()
    await first.stop()
    expect(readFileSync(path.join(dataDir, 'ca', 'ledger.id'), 'utf8')).toBe(`${identity}\n`)
    for (const prepare of [() => undefined, forgetMark]) {
      prepare()
      const next = await start()
      expect(await next.authority.ledger.identity()).toBe(identity)
      await next.stop()
    }
  })

  test('what was begun and not finished does not hinder a start', async () => {
    const first = await start()
    const killed = {
      ...first.authority,
      failpoint: (name: string) => {
        if (name === 'after-sign') throw new Error('killed')
      },
      ledger: { ...first.authority.ledger, void: async () => undefined },
    }
    await expect(issue({ authority: killed })).rejects.toThrow('killed')
    await appendFile(logFile(), '{"at":"2026-')
    await first.stop()
    const next = await start()
    expect(await next.guarded.check()).toBeNull()
    await issue(next)
    expect(await next.guarded.check()).toBeNull()
  })

  test('another replica, with no log yet and the CA alone, goes on with the ledger', async () => {
    const first = await start()
    await issue(first)
    await first.stop()
    const other = mkdtempSync(path.join(tmpdir(), 'latchkey-guard-'))
    await start(NORMAL, other)
    await running?.stop()
    rmSync(other, { recursive: true })
  })

  describe('is refused, and nothing is made:', () => {
    test('a ledger that is gone', async () => {
      const first = await start()
      const serials = [await issue(first), await issue(first)]
      const { number } = await publish(first)
      await first.stop()
      database = await engine.newDatabase()
      const before = readdirSync(dataDir)
      const message = await refused()
      expect(message).toMatch(/^[^\n]*$/)
      expect(message).toBe(
        `${named()} is gone: this CA has worked with one, and there is none any more. ` +
          `The log ${logFile()} knows of 2 certificates that it does not have: first of ` +
          `${serials[0]}, signed at ${signedAt(serials[0])}, and last of ${serials[1]}, signed at ` +
          `${signedAt(serials[1])}. The last CRL that was signed has the number ${number}. ` +
          HOW_TO_GO_ON,
      )
      expect(readdirSync(dataDir)).toEqual(before)
      expect(await isMade()).toBe(false)
      // The next attempt fails as well.
      expect(await refused()).toBe(message)
    })

    test('also when the key is all that is left of the data folder', async () => {
      const first = await start()
      await issue(first)
      await first.stop()
      forgetMark()
      rmSync(logFile())
      database = await engine.newDatabase()
      expect(await refused()).toBe(
        `${named()} is gone: this CA has worked with one, and there is none any more. ${HOW_TO_GO_ON}`,
      )
      expect(await isMade()).toBe(false)
    })

    test('also when the log is all that is left', async () => {
      const first = await start()
      const serial = await issue(first)
      await first.stop()
      forgetMark()
      rmSync(path.join(dataDir, 'ca', 'ledger.id'))
      database = await engine.newDatabase()
      expect(await refused()).toContain(
        `knows of one certificate that it does not have: first of ${serial}, `,
      )
    })

    test('another ledger, though nothing was ever issued', async () => {
      await (await start()).stop()
      database = await engine.newDatabase()
      const other = await openTestLedger(database)
      await issueSample(other.ledger, '01')
      await other.ledger.close()
      expect(await refused()).toBe(
        `${named()} is not the one that this CA has worked with. ${HOW_TO_GO_ON}`,
      )
    })

    test('a ledger that was set back before its mark', async () => {
      const first = await start()
      await issue(first)
      const kept = await head()
      const lost = await issue(first)
      await first.guarded.check()
      const at = made.clock.now.toISOString()
      await first.stop()
      await setBack(kept)
      expect(await refused()).toBe(
        `${named()} has lost its end: the audit record ${kept + 2}, which it held at ${at}, is not in it. ` +
          `The log ${logFile()} knows of one certificate that it does not have: first of ${lost}, ` +
          `signed at ${signedAt(lost)}. ${HOW_TO_GO_ON}`,
      )
    })

    test('also when it has gone on since, in another way', async () => {
      const first = await start()
      await issue(first)
      const kept = await head()
      await issue(first)
      await first.guarded.check()
      await first.stop()
      await setBack(kept)
      const { ledger } = await openTestLedger(database)
      for (const serial of ['01', '02', '03']) await issueSample(ledger, serial)
      await ledger.close()
      expect(await refused()).toContain(`the audit record ${kept + 2}, which it held at `)
    })

    test('a ledger that lost what came after its mark', async () => {
      const first = await start()
      await issue(first)
      const kept = await head()
      await first.guarded.check()
      const lost = [await issue(first), await issue(first)]
      await first.stop()
      await setBack(kept)
      expect(await refused()).toMatch(
        new RegExp(
          `has lost its end: the signer’s log knows more than it does\\. The log .* knows of 2 ` +
            `certificates that it does not have: first of ${lost[0]}, .* last of ${lost[1]}, `,
        ),
      )
    })

    test('a ledger that forgot a CRL, and with it what that revoked', async () => {
      const first = await start()
      const serial = await issue(first)
      const kept = await head()
      await first.guarded.check()
      await revoke(first, serial)
      const { number } = await publish(first)
      await first.stop()
      await setBack(kept)
      await forgetCrls()
      expect(await refused()).toContain(
        `the signer’s log knows more than it does. The last CRL that was signed has the number ${number}.`,
      )
    })

    test('a certificate that was signed behind its back', async () => {
      const first = await start()
      await issue(first)
      const serial = 'f'.repeat(40)
      const [line] = readFileSync(logFile(), 'utf8').split('\n').filter(Boolean)
      await appendFile(
        logFile(),
        `\n${line?.replace(/"serial":"[0-9a-f]+"/, `"serial":"${serial}"`)}\n`,
      )
      expect(await first.guarded.check()).toContain(`first of ${serial}, `)
    })
  })

  test('while it works it is told within a check, and by every further one', async () => {
    const first = await start()
    await issue(first)
    const kept = await head()
    await issue(first)
    expect(await first.guarded.check()).toBeNull()
    await setBack(kept)
    const sentence = await first.guarded.check()
    expect(sentence).toContain('has lost its end: the audit record ')
    expect(await first.guarded.check()).toBe(sentence)
  })

  describe('accepted,', () => {
    test('an empty ledger revokes what the log knows, and its CRLs go on', async () => {
      const first = await start()
      const revoked = await issue(first)
      const good = await issue(first)
      await revoke(first, revoked)
      const before = await publish(first)
      const identity = await first.authority.ledger.identity()
      const mark = await first.authority.ledger.auditHead()
      await first.guarded.check()
      await first.stop()
      database = await engine.newDatabase()

      const next = await start(ACCEPTED)
      const [record] = await next.authority.ledger.auditTrail(0, 1)
      expect(record?.event).toMatchObject({
        kind: 'ledger.accepted',
        actor: 'operator',
        facts: {
          what: 'other',
          ledgerBefore: identity,
          headBefore: mark.hash,
          sequenceBefore: mark.sequence,
          certificates: 2,
          firstSerial: revoked,
          lastSerial: good,
          crlNumber: Number(before.number),
          crlEntries: 1,
        },
      })
      expect(await ocsp(next, revoked)).toEqual({
        kind: 'revoked',
        at: before.entries[0]?.at,
        reason: 'superseded',
      })
      expect(await ocsp(next, good)).toMatchObject({ kind: 'revoked', reason: 'unspecified' })
      expect(await ocsp(next, 'f'.repeat(40))).toEqual({ kind: 'unknown' })
      // Also when the clock was set back to before the lost CRLs.
      made.clock.now = new Date(made.clock.now.getTime() - 3_600_000)
      const after = await publish(next)
      expect(after.number > before.number).toBe(true)
      expect(after.entries.map(({ serial }) => serial).sort()).toEqual([good, revoked].sort())
      made.clock.now = new Date(made.clock.now.getTime() + 3_600_000)
      // The holder gets a new certificate.
      expect(await ocsp(next, await issue(next))).toEqual({ kind: 'good' })
      await next.stop()

      await expect(start(ACCEPTED)).rejects.toMatchObject({
        code: 'store_unavailable',
        message:
          'The ledger is the one that it was, and nothing is lost. Start without --accept-empty-ledger.',
      })
      await (await start()).stop()
      expect(await isWhole()).toEqual({ ok: true, findings: [] })
      // Without the mark the whole log is compared.
      forgetMark()
      await start()
    })

    test('a ledger that was set back revokes and holds again what its last CRL names', async () => {
      const first = await start()
      const [revoked, held, good] = [await issue(first), await issue(first), await issue(first)]
      const kept = await head()
      const lost = await issue(first)
      await revoke(first, revoked)
      await revoke(first, held, ON_HOLD)
      await revoke(first, lost)
      const { number } = await publish(first)
      await first.guarded.check()
      await first.stop()
      await setBack(kept)
      await forgetCrls()
      await forgetRevocations()

      const next = await start(ACCEPTED)
      expect(await ocsp(next, good)).toEqual({ kind: 'good' })
      expect(await ocsp(next, revoked)).toMatchObject({ kind: 'revoked', reason: 'superseded' })
      expect(await ocsp(next, held)).toMatchObject({ kind: 'revoked', reason: 'certificateHold' })
      expect(await ocsp(next, lost)).toMatchObject({ kind: 'revoked', reason: 'superseded' })
      const after = await publish(next)
      expect(after.number > number).toBe(true)
      expect(after.entries).toHaveLength(3)
      await next.stop()
      expect(await isWhole()).toEqual({ ok: true, findings: [] })
      await start()
    })

    test('a certificate of another replica, which only the CRL names, is revoked too', async () => {
      const first = await start()
      const other = await issue(first)
      await revoke(first, other)
      await publish(first)
      await first.stop()
      const log = readFileSync(logFile(), 'utf8').split('\n')
      const isOther = (line: string) => line.includes(other)
      await writeFile(logFile(), log.filter((line) => !isOther(line)).join('\n'))
      database = await engine.newDatabase()
      const next = await start(ACCEPTED)
      expect(await ocsp(next, other)).toMatchObject({ kind: 'revoked', reason: 'superseded' })
      expect((await publish(next)).entries.map(({ serial }) => serial)).toEqual([other])
      // That replica's log has the line too, so the certificate is not unknown.
      await appendFile(logFile(), `${log.filter(isOther).join('\n')}\n`)
      expect(await next.guarded.check()).toBeNull()
      await next.stop()
      expect(await isWhole()).toEqual({ ok: true, findings: [] })
    })

    test('a file of the CA folder that cannot be changed is named', async () => {
      const first = await start()
      await issue(first)
      await first.stop()
      const file = path.join(dataDir, 'ca', 'ledger.id')
      // A folder in the place of the new file, which makes writing fail for every user.
      mkdirSync(`${file}.${process.pid}.making`)
      database = await engine.newDatabase()
      await expect(start(ACCEPTED)).rejects.toMatchObject({
        message: `The file ${file} names the ledger that was lost and cannot be written. Remove it, and start again.`,
      })
      rmSync(file)
      await start()
    })
  })

  function signedAt(serial: string | undefined): string {
    const line = readFileSync(logFile(), 'utf8')
      .split('\n')
      .find((one) => serial !== undefined && one.includes(serial))
    return String(JSON.parse(line ?? '{}').at)
  }

  async function isMade(): Promise<boolean> {
    const file = database.slice('sqlite:'.length)
    if (engine.name !== 'postgres') return existsSync(file)
    const store = await openStore(database, { create: false })
    const { rows } = await sql<{
      found: string | null
    }>`select to_regclass('meta') as found`.execute(store.read)
    await store.close()
    return rows[0]?.found !== null
  }

  async function forgetCrls() {
    const store = await openStore(database, { create: false })
    await store.write.deleteFrom('crl').execute()
    await store.write.deleteFrom('crl_number').execute()
    await store.close()
  }

  async function forgetRevocations() {
    const store = await openStore(database, { create: false })
    const none = {
      revoked_at: null,
      revocation_reason: null,
      revoked_by: null,
      revoked_cause: null,
    }
    await store.write.updateTable('certificate').set(none).execute()
    await store.close()
  }

  /** Runs what `npm run verify-audit` does, and the comparison of the log in `npm run reconcile`. */
  async function isWhole() {
    const { store, ledger } = await openTestLedger(database)
    const { ok } = await verifyLedger(store)
    const logs = { files: [logFile()], complete: true }
    const { id } = made.authority.issuer
    const trail = () => readTrail(ledger, id)
    const { findings } = await reconcileSignatures(store, ledger, id, trail, logs)
    await ledger.close()
    return { ok, findings }
  }
})

describe('a SQLite file', () => {
  test('that is removed while it is open is told within a check', async () => {
    const { ledger, check } = await openGuardedLedger(places, options)
    rmSync(database)
    expect(await check()).toContain(`The ledger ${database} is gone: `)
    await ledger.close()
  })

  test('that another takes the place of while it is open is told within a check', async () => {
    const { ledger, check } = await openGuardedLedger(places, options)
    expect(await check()).toBeNull()
    // As a backup that is put back without a stop: what is recorded now is in a file without a name.
    await rename(path.join(dataDir, 'ledger.sqlite.kept'), database)
    expect(await check()).toContain(
      `The ledger ${database} is not the one that this CA has worked with. What was revoked `,
    )
    await ledger.close()
  })

  let dataDir: string
  let database: string
  let places: Parameters<typeof openGuardedLedger>[0]
  const options = { accept: false, now: () => new Date('2026-03-01T12:00:00Z') }

  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'latchkey-guard-'))
    mkdirSync(path.join(dataDir, 'ca'))
    database = path.join(dataDir, 'ledger.sqlite')
    const { authority } = await testAuthority()
    await authority.ledger.close()
    places = { dataDir, database: `sqlite:${database}`, issuer: authority.issuer }
    const { ledger, check } = await openGuardedLedger(places, options)
    for (let n = 10; n < 60; n++) await issueSample(ledger, String(n))
    await check()
    // As after a loss of power: the -wal has what the database file does not have yet.
    for (const name of ['ledger.sqlite', 'ledger.sqlite-wal']) {
      await writeFile(path.join(dataDir, `${name}.kept`), readFileSync(path.join(dataDir, name)))
    }
    await ledger.close()
  })
  afterEach(() => rmSync(dataDir, { recursive: true }))

  const refusal = () =>
    openGuardedLedger(places, options).then(
      () => null,
      (error: Error) => error.message,
    )

  test('without anything in it is gone', async () => {
    await truncate(database)
    expect(await refusal()).toContain(`The ledger ${database} is gone: `)
  })

  test('without its -wal has lost its end', async () => {
    await rename(`${database}.kept`, database)
    expect(await refusal()).toMatch(
      /^The ledger .*\/ledger\.sqlite (is gone|is not the one|has lost its end)/,
    )
    await rename(`${database}-wal.kept`, `${database}-wal`)
    expect(await refusal()).toBeNull()
  })

  test('that was cut off names the way to restore it', async () => {
    await truncate(database, 40_960)
    expect(await refusal()).toBe(
      `The ledger ${database} is no SQLite file, or it is damaged. Only IT can mend that: stop the ` +
        'authority and restore the ledger from its backup (docs/operate.md, “Restore”).',
    )
  })
})
