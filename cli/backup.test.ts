import { type ChildProcess, execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn, type Harness, startHarness } from '#authority/testing/harness.ts'
import { startProgram } from '#authority/testing/program.ts'
import { send } from '#authority/testing/request.ts'
import { main as reconcile } from '#cli/reconcile.ts'
import { REAL_TENANT } from '#cli/testing/init-ca.ts'
import { type Ran, runCommand, startCommand } from '#cli/testing/run-command.ts'
import { main as verifyAudit } from '#cli/verify-audit.ts'
import { type Config, readConfig } from '#lib/config.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import type { Manifest } from '#lib/keep/manifest.ts'
import { readManifest } from '#lib/keep/manifest.ts'
import { restoreBackup } from '#lib/keep/restore.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { issueSample } from '#lib/ledger/testing/samples.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { main as backup } from './backup.ts'
import { main as restore } from './restore.ts'

/** A disaster rehearsed: a backup under load, another machine, and what may be wrong with a backup. */

const ALICE = 'alice@contoso.example'
const PATIENCE = { timeout: 45_000, interval: 250 }

const place = mkdtempSync(path.join(tmpdir(), 'latchkey-keep-'))
afterAll(() => rmSync(place, { recursive: true }))

async function enroll(latchkey: Harness): Promise<string> {
  const token = await latchkey.token('alice')
  const { der } = makeCsr({ commonName: ALICE })
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
  expect(answer.status, answer.body.toString('latin1')).toBe(200)
  return new X509Certificate(answer.body).serialNumber.toLowerCase()
}

/** A working authority with a good certificate, a revoked one, and a CRL that says so. */
async function startAuthority(env: Readonly<Record<string, string>>): Promise<Harness> {
  const latchkey = await startHarness({ env })
  const { authority, status } = latchkey
  await enroll(latchkey)
  const serial = await enroll(latchkey)
  const now = authority.now()
  await authority.ledger.revoke(
    { serial, reason: 'keyCompromise', at: now, by: 'alice', cause: null },
    { withDescendants: false },
    { kind: 'certificate.revoked', at: now, actor: 'alice', serial, facts: {} },
  )
  await syncDirectory(authority, makeReader(authority.changeFeed, authority.now))
  await status.ocsp.renew()
  await status.publisher.publish()
  return latchkey
}

const environmentOf = ({ dataDir, database, ...ports }: Config) => ({
  LATCHKEY_DATA: dataDir,
  LATCHKEY_DATABASE: database,
  AUTHORITY_PORT: String(ports.AUTHORITY_PORT),
  AUTHORITY_TLS_PORT: String(ports.AUTHORITY_TLS_PORT),
  SANDBOX_PORT: String(ports.SANDBOX_PORT),
})

/** Another machine with the same tenant, whose data folder is not there yet. */
async function elsewhere(latchkey: Harness, name: string, database?: string): Promise<Config> {
  const config = await configIn(path.join(place, name), {
    ...(database && { LATCHKEY_DATABASE: database }),
  })
  return readConfig({
    ...environmentOf(config),
    SANDBOX_PORT: String(latchkey.config.SANDBOX_PORT),
  })
}

const run = (main: typeof backup, args: readonly string[], config: Config): Promise<Ran> =>
  runCommand(main, args, environmentOf(config))

async function backUp(config: Config): Promise<string> {
  const { status, stdout, stderr } = await run(backup, [path.join(place, 'kept'), '--json'], config)
  expect([status, stderr]).toEqual([0, ''])
  return (JSON.parse(stdout) as { folder: string }).folder
}

const [sqlite, , postgres] = testEngines()
if (!sqlite || !postgres) throw new Error('There are two engines.')
const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

describe.each([sqlite, postgres])('STO-18: a backup under load, on $name', (engine) => {
  let latchkey: Harness
  let folder: string

  beforeAll(async () => {
    await engine.start()
    latchkey = await startAuthority({ LATCHKEY_DATABASE: await engine.newDatabase() })
    let busy = true
    const lanes = Array.from({ length: 4 }, async () => {
      while (busy) await enroll(latchkey)
    })
    folder = await backUp(latchkey.config)
    busy = false
    await Promise.all(lanes)
    await enroll(latchkey)
  })
  afterAll(async () => {
    await latchkey.close()
    await engine.stop()
  })

  test('has CA, ledger and log of one moment, for this account only', async () => {
    const names = readdirSync(folder, { recursive: true }).map(String).toSorted()
    expect(names).toEqual(
      [
        ...['ca', 'ca/ca.key.pem', 'ca/ca.pem', 'ca/chain.pem', 'ca/ledger.id', 'ca/passphrase'],
        ...['ledger.mark', 'ledger.sqlite', 'manifest.json', 'published.crl', 'signatures.log'],
        ...['tls', 'tls/ca-key.pem', 'tls/ca.pem'],
      ].toSorted(),
    )
    for (const name of ['', ...names]) {
      const stats = statSync(path.join(folder, name))
      expect([name, stats.mode & 0o777]).toEqual([name, stats.isDirectory() ? 0o700 : 0o600])
    }
    const manifest = JSON.parse(
      readFileSync(path.join(folder, 'manifest.json'), 'utf8'),
    ) as Manifest
    expect(manifest.engine).toBe(engine.name === 'postgres' ? 'postgres' : 'sqlite')
    expect(manifest.leftOut.map(({ what }) => what)).toContain('session.secret')
  })

  test('is whole where the authority works, which has gone on since', async () => {
    const { status, stdout, stderr } = await run(restore, [folder, '--check'], latchkey.config)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^Note: The data folder .* knows of more than the backup: \d+ certificates/,
    )
    expect(stdout).toMatch(/^The backup is whole: of .*Z, \d+ certificates and \d+ audit records/m)
  })

  test('is restored on another machine, which works and agrees with itself', {
    timeout: 120_000,
  }, async () => {
    const database = engine.name === 'postgres' ? await engine.newDatabase() : undefined
    const config = await elsewhere(latchkey, `restored-${engine.name}`, database)
    const restored = await run(restore, [folder], config)
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(restored.stdout).toMatch(/^Restored\. Start the authority/)

    const env = { LATCHKEY_DATABASE: config.database, LATCHKEY_WORKERS: '1' }
    const program = startProgram(config, { env })
    running.push(program.child)
    await expect.poll(program.output, PATIENCE).toContain(': ready at http://localhost:')
    let agreed: Ran | null = null
    await expect
      .poll(async () => {
        agreed = await run(reconcile, [], config)
        return agreed.status === 0 ? 0 : agreed.stdout + agreed.stderr
      }, PATIENCE)
      .toBe(0)
    expect(agreed).toMatchObject({ stdout: expect.stringContaining('All sides agree: ') })
    const { der } = makeCsr({ commonName: ALICE })
    const token = await latchkey.token('alice')
    const answer = await send(config, { method: 'POST', path: '/api/csr', token, body: der })
    expect(answer.status, answer.body.toString('latin1')).toBe(200)
    program.child.kill('SIGTERM')
    expect(await program.ended, program.output()).toBe(0)
    const verified = await run(verifyAudit, [], config)
    expect([verified.status, verified.stdout]).toEqual([
      0,
      expect.stringContaining('The audit log is whole: '),
    ])
  })

  test('is restored on the other engine too', async () => {
    const other = engine === postgres ? sqlite : postgres
    await other.start()
    const config = await elsewhere(latchkey, `other-${engine.name}`, await other.newDatabase())
    expect(await run(restore, [folder], config)).toMatchObject({ status: 0, stderr: '' })
    expect(await run(verifyAudit, [], config)).toMatchObject({ status: 0 })
    await other.stop()
  })
})

describe('a backup', () => {
  let latchkey: Harness
  let whole: string

  beforeAll(async () => {
    latchkey = await startAuthority({})
    whole = await backUp(latchkey.config)
  })
  afterAll(() => latchkey.close())

  let copies = 0
  function copyOf(): string {
    const copy = path.join(place, `copy-${++copies}`)
    cpSync(whole, copy, { recursive: true })
    return copy
  }

  /** Changes a file and, as somebody with access to the backup could, its entry in the manifest. */
  function forge(folder: string, name: string): void {
    const file = path.join(folder, 'manifest.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
    const content = readFileSync(path.join(folder, name))
    const entry = { name, octets: content.length, sha256: '' }
    entry.sha256 = createHash('sha256').update(content).digest('hex')
    const files = manifest.files.map((one) => (one.name === name ? entry : one))
    writeFileSync(file, JSON.stringify({ ...manifest, files }))
  }

  function changeLedger(folder: string, statement: string): void {
    const file = path.join(folder, 'ledger.sqlite')
    const database = new DatabaseSync(file)
    database.exec(statement)
    database.close()
    forge(folder, 'ledger.sqlite')
  }

  const anotherCa = path.join(place, 'another-ca')
  const faults: readonly [what: string, (folder: string) => unknown, says: string][] = [
    [
      'with a file that was changed',
      (folder) =>
        writeFileSync(
          path.join(folder, 'ca/chain.pem'),
          readFileSync(path.join(folder, 'ca/ca.pem')).map((octet, at) =>
            at === 99 ? octet ^ 1 : octet,
          ),
        ),
      'ca/chain.pem was changed: its SHA-256 is another one.',
    ],
    [
      'with a ledger that was cut off',
      (folder) => execFileSync('truncate', ['-s', '8192', path.join(folder, 'ledger.sqlite')]),
      'ledger.sqlite has 8192 octets; it had ',
    ],
    [
      'without its log of signatures',
      (folder) => rmSync(path.join(folder, 'signatures.log')),
      'signatures.log is missing.',
    ],
    [
      'whose ledger somebody meddled with',
      (folder) =>
        changeLedger(
          folder,
          `update certificate set revoked_at = null, revocation_reason = null, revoked_by = null`,
        ),
      'The row of this certificate is not as the record left it.',
    ],
    [
      'whose ledger would do something of its own',
      (folder) =>
        changeLedger(
          folder,
          `create trigger forgetful after update on certificate when new.revoked_at is not null
            begin update certificate set revoked_at = null where id = new.id; end`,
        ),
      'ledger.sqlite has the trigger forgetful, which is not ours.',
    ],
    [
      'with a link in the place of a file',
      (folder) => {
        const file = path.join(folder, 'published.crl')
        cpSync(file, path.join(place, 'elsewhere.crl'))
        rmSync(file)
        symlinkSync(path.join(place, 'elsewhere.crl'), file)
      },
      'published.crl is no file.',
    ],
    [
      'whose ledger is older than its log',
      (folder) => {
        const serial = 'ab'.repeat(20)
        const [line = ''] =
          readFileSync(path.join(folder, 'signatures.log'), 'utf8').match(
            /^\{.*"certificate".*$/m,
          ) ?? []
        const signed = JSON.parse(line) as { serial: string }
        appendFileSync(
          path.join(folder, 'signatures.log'),
          `\n${line.replace(signed.serial, serial).replace(/"tbs":"../, '"tbs":"00')}\n`,
        )
        forge(folder, 'signatures.log')
      },
      'The log of signatures and the ledger in it are not of one moment: 1 certificates, the first signed at ',
    ],
    [
      'with the key of another CA',
      (folder) => {
        cpSync(path.join(anotherCa, 'ca', 'ca.key.pem'), path.join(folder, 'ca', 'ca.key.pem'))
        cpSync(path.join(anotherCa, 'ca', 'passphrase'), path.join(folder, 'ca', 'passphrase'))
        for (const name of ['ca/ca.key.pem', 'ca/passphrase']) forge(folder, name)
      },
      'is not the key of the CA certificate.',
    ],
    [
      'without the passphrase that opens its key',
      (folder) => {
        writeFileSync(path.join(folder, 'ca', 'passphrase'), 'another\n')
        forge(folder, 'ca/passphrase')
      },
      'The passphrase does not open the key in ',
    ],
  ]

  beforeAll(async () => {
    await bringCa(await configIn(anotherCa, {}))
  })

  test.each(faults)('STO-19: %s is found out, and not restored', async (_, damage, says) => {
    const folder = copyOf()
    damage(folder)
    const config = await elsewhere(latchkey, `for-${path.basename(folder)}`)
    for (const args of [[folder, '--check'], [folder]]) {
      const { status, stdout, stderr } = await run(restore, args, config)
      expect([status, stderr]).toEqual([1, ''])
      expect(stdout).toContain(says)
      expect(stdout).toMatch(/^Faults: \d+; nothing was restored\./m)
    }
    expect(existsSync(config.dataDir)).toBe(false)
  })

  test.each([
    ['the CA key', 'ca/ca.key.pem'],
    ['the ledger', 'ledger.sqlite'],
  ])('STO-19: %s that is exchanged after the check is not taken', async (_, name) => {
    const folder = copyOf()
    const manifest = await readManifest(folder)
    const file = path.join(folder, name)
    writeFileSync(file, readFileSync(file).reverse())
    const config = await elsewhere(latchkey, `for-${path.basename(folder)}`)
    await expect(restoreBackup(folder, manifest, config)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(`${name} was changed while it was restored.`),
    })
    const left = readdirSync(config.dataDir, { recursive: true }).map(String)
    expect(left.filter((one) => one === name || one.endsWith('.making'))).toEqual([])
  })

  test.each([
    [
      'that is not whole',
      (folder: string) => rmSync(path.join(folder, 'manifest.json')),
      'is no whole backup: manifest.json is missing.',
    ],
    [
      'that would write elsewhere',
      (folder: string) => {
        const file = path.join(folder, 'manifest.json')
        writeFileSync(file, readFileSync(file, 'utf8').replace('"ca/ca.pem"', '"ca/../../evil"'))
      },
      'is damaged, or of another release.',
    ],
    [
      'by which somebody else would sign in as anybody',
      (folder: string) => {
        writeFileSync(path.join(folder, 'session.secret'), 'what they know')
        const file = path.join(folder, 'manifest.json')
        const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
        const added = { ...manifest.files[0], name: 'session.secret' }
        writeFileSync(file, JSON.stringify({ ...manifest, files: [...manifest.files, added] }))
        forge(folder, 'session.secret')
      },
      'is damaged, or of another release.',
    ],
    [
      'of a release that this one cannot read',
      (folder: string) =>
        changeLedger(folder, `update meta set value = '98' where name = 'schema_readable_from'`),
      'The ledger was changed by a newer Latchkey; this one cannot work with it. Start 0.1.0 or newer',
    ],
  ])('STO-19: one %s is refused', async (_, damage, says) => {
    const folder = copyOf()
    damage(folder)
    const { status, stderr } = await run(restore, [folder], await elsewhere(latchkey, 'never'))
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)])
    expect(existsSync(path.join(place, 'never'))).toBe(false)
  })

  test('STO-20: nothing is overwritten, and everything that is in the way is told at once', async () => {
    const config = await elsewhere(latchkey, 'taken')
    mkdirSync(path.join(config.dataDir, 'ca'), { recursive: true })
    writeFileSync(path.join(config.dataDir, 'ca', 'ca.pem'), 'mine')
    writeFileSync(path.join(config.dataDir, 'ledger.sqlite-wal'), 'mine')
    const { status, stderr } = await run(restore, [whole], config)
    expect(status).toBe(2)
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${config.dataDir}/ledger.sqlite-wal is left of another ledger, and would be taken for a part of this one.`,
      `${config.dataDir}/ca/ca.pem is there already and is another one.`,
      'Nothing was changed: move away what is in the way, or restore into an empty folder.',
    ])
    expect(readdirSync(config.dataDir)).toEqual(['ca', 'ledger.sqlite-wal'])
    const busy = await run(restore, [whole], latchkey.config)
    expect(busy.stderr).toBe(
      `Something answers at port ${latchkey.config.AUTHORITY_PORT}. Stop the authority first; if it is another ` +
        'program, set AUTHORITY_PORT to the authority’s.\n',
    )
    const { dataDir, database } = latchkey.config
    const there = await run(restore, [whole], { ...config, dataDir, database })
    expect(there.stderr).toContain(`There is a ledger at ${dataDir}/ledger.sqlite already.`)
  })

  test('STO-20: nor is a ledger in PostgreSQL', async () => {
    await postgres.start()
    const database = await postgres.newDatabase()
    const ledger = await openLedger(database)
    await issueSample(ledger, '41'.repeat(20))
    const config = await elsewhere(latchkey, 'taken-postgres', database)
    const before = await ledger.auditHead()
    const { status, stderr } = await run(restore, [whole], config)
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^There is a ledger in this database already, with 2 audit records\./),
    ])
    expect(await ledger.auditHead()).toEqual(before)
    await ledger.close()
    await postgres.stop()
  })

  test('STO-21: where the ledger alone was lost, what is newer in the folder stays and is told', async () => {
    const config = await elsewhere(latchkey, 'lost')
    await enroll(latchkey)
    cpSync(latchkey.config.dataDir, config.dataDir, { recursive: true })
    for (const end of ['', '-wal', '-shm'])
      rmSync(`${config.dataDir}/ledger.sqlite${end}`, { force: true })
    const log = readFileSync(path.join(config.dataDir, 'signatures.log'), 'utf8')
    const refused = await run(restore, [whole], config)
    expect([refused.status, refused.stdout]).toEqual([
      1,
      expect.stringMatching(
        /^The data folder .* knows of more than the backup: 1 certificates, the first signed at /,
      ),
    ])
    expect(existsSync(path.join(config.dataDir, 'ledger.sqlite'))).toBe(false)

    const older = await run(restore, [whole, '--older'], config)
    expect([older.status, older.stderr]).toEqual([0, ''])
    expect(older.stdout).toContain(
      'Note: Start once with --accept-empty-ledger: what only the data folder',
    )
    expect(older.stdout).toContain('Kept as it is: signatures.log')
    expect(readFileSync(path.join(config.dataDir, 'signatures.log'), 'utf8')).toBe(log)
  })

  test('has what is ours alone, and is none without a CA, in the data folder, or of another ledger', async () => {
    const none = await elsewhere(latchkey, 'none')
    const without = await run(backup, [path.join(place, 'kept')], none)
    expect(without).toMatchObject({ status: 2, stderr: expect.stringContaining('ca.pem') })
    writeFileSync(path.join(latchkey.config.dataDir, 'ca', '.of an editor'), 'x')
    const beside = await run(backup, [path.join(place, 'beside')], latchkey.config)
    expect(beside).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('\n  ca/.of an editor: no file of ours has such a name\n'),
    })
    const inside = await run(backup, [path.join(latchkey.config.dataDir, 'b')], latchkey.config)
    expect(inside).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('would lie in the data folder'),
    })
    const other = await startHarness()
    const swapped = await run(backup, [path.join(place, 'swapped')], {
      ...latchkey.config,
      database: other.config.database,
    })
    await other.close()
    expect(swapped).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('The ledger is not the one that this data folder belongs to'),
    })
    expect(readdirSync(path.join(place, 'swapped'))).toEqual([])
  })

  test('of a tenant has no passphrase, and is checked with the one that is given', async () => {
    const tenant = { ...environmentOf(latchkey.config), ...REAL_TENANT }
    const made = await runCommand(backup, [path.join(place, 'tenant')], tenant)
    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect(made.stdout).toContain(
      '\nKeep it safe: it names people and devices, and only the CA key in it is encrypted, by its passphrase.\n',
    )
    expect(made.stdout).toContain(
      '\n  the passphrase of the CA key: whoever has both can act as the CA',
    )
    const [name = ''] = readdirSync(path.join(place, 'tenant'))
    const folder = path.join(place, 'tenant', name)
    expect(existsSync(path.join(folder, 'ca', 'passphrase'))).toBe(false)

    const locked = await runCommand(restore, [folder, '--check'], tenant)
    expect([locked.status, locked.stderr]).toEqual([1, ''])
    expect(locked.stdout).toMatch(/^The CA key is locked\. Set LATCHKEY_CA_PASSPHRASE_FILE or /)
    const LATCHKEY_CA_PASSPHRASE_FILE = path.join(latchkey.config.dataDir, 'ca', 'passphrase')
    const opened = { ...tenant, LATCHKEY_CA_PASSPHRASE_FILE }
    expect(await runCommand(restore, [folder, '--check'], opened)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^The backup is whole: /),
    })
  })

  test('is made and checked by programs, with words for people', async () => {
    const made = await startCommand(
      'backup',
      [path.join(place, 'words')],
      environmentOf(latchkey.config),
    )
    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect(made.stdout).toMatch(
      /^Made .*\/words\/latchkey-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ: 11 files, \d+ KiB\.\nThe ledger has \d+ certificates/,
    )
    expect(made.stdout).toContain('\n  session.secret: it is made anew, and people sign in again')
    const [name = ''] = readdirSync(path.join(place, 'words'))
    const checked = await startCommand(
      'restore',
      [path.join(place, 'words', name), '--check'],
      environmentOf(latchkey.config),
    )
    expect(checked).toMatchObject({ status: 0, stderr: '' })
    expect(checked.stdout).toMatch(/^The backup is whole: /)
  })
})
