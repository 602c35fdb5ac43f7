import { type ChildProcess, execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn } from '#authority/testing/harness.ts'
import { startProgram } from '#authority/testing/program.ts'
import { send } from '#authority/testing/request.ts'
import { ACCEPT_FLAG, type Config } from '#lib/config.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { type Sandbox, startSandbox } from '#sandbox/server.ts'

/** The program itself after its ledger was lost, as its operator and relying parties see it. */

const ALICE = 'alice@contoso.example'
const PATIENCE = { timeout: 45_000, interval: 250 }

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-loss-'))
const kept = path.join(folder, 'kept')
const dataDir = path.join(folder, 'data')
let config: Config
let sandbox: Sandbox
const running: ChildProcess[] = []

beforeAll(async () => {
  config = await configIn(dataDir, {})
  sandbox = await startSandbox(config)
  await bringCa(config)
})

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

afterAll(async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true })
})

function start(...args: readonly string[]) {
  const run = startProgram(config, { args })
  running.push(run.child)
  return run
}

async function startReady(...args: readonly string[]) {
  const run = start(...args)
  await expect.poll(run.output, PATIENCE).toContain(': ready at http://localhost:')
  return run
}

async function stop(run: Awaited<ReturnType<typeof startReady>>): Promise<void> {
  run.child.kill('SIGTERM')
  expect(await run.ended, run.output()).toBe(0)
}

async function tokenOf(claims: object): Promise<string> {
  const response = await fetch(`${sandbox.url}/sandbox/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(claims),
  })
  return String(((await response.json()) as Record<string, unknown>).access_token)
}

async function enroll(): Promise<X509Certificate> {
  const token = await tokenOf({ user: ALICE })
  const request = {
    method: 'POST',
    path: '/api/csr',
    token,
    body: makeCsr({ commonName: ALICE }).der,
  }
  // A busy machine refuses for a moment; the same request then gets one certificate.
  let answer = await send(config, request)
  await expect
    .poll(async () => {
      if (answer.status !== 200) answer = await send(config, request)
      return answer.status
    }, PATIENCE)
    .toBe(200)
  return new X509Certificate(answer.body)
}

async function revoke(certificate: X509Certificate): Promise<void> {
  const token = await tokenOf({ user: ALICE })
  const serial = certificate.serialNumber.toLowerCase()
  const answer = await send(config, {
    method: 'POST',
    path: `/api/me/certificates/${serial}/revoke`,
    token,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ reason: 'keyCompromise' }),
  })
  expect([200, 204], answer.body.toString()).toContain(answer.status)
}

function openssl(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('openssl', args, { cwd: folder }, (_, out, errors) => resolve(out + errors))
  })
}

const ca = () => path.join(dataDir, 'ca', 'ca.pem')

function pemOf(certificate: X509Certificate): string {
  const file = `${certificate.serialNumber}.pem`
  writeFileSync(path.join(folder, file), toPem('CERTIFICATE', certificate.raw))
  return file
}

/** Gives what OpenSSL says of the certificate by OCSP. */
const byOcsp = (certificate: X509Certificate) =>
  openssl(
    ...['ocsp', '-issuer', ca(), '-CAfile', ca(), '-cert', pemOf(certificate)],
    ...['-url', `${config.statusUrl}/ocsp`, '-no_nonce'],
  )

/** Gives what OpenSSL says of the certificate by the full CRL. */
async function byCrl(certificate: X509Certificate): Promise<string> {
  const { status, body } = await send(config, { path: '/crl/full.crl' })
  if (status !== 200) return `HTTP ${status}`
  writeFileSync(path.join(folder, 'full.crl'), body)
  await openssl('crl', '-inform', 'DER', '-in', 'full.crl', '-out', 'full.pem')
  return openssl(
    'verify',
    '-crl_check',
    '-CRLfile',
    'full.pem',
    '-CAfile',
    ca(),
    pemOf(certificate),
  )
}

async function crlNumber(): Promise<bigint> {
  await byCrl(certificates.good)
  const said = await openssl('crl', '-in', 'full.pem', '-noout', '-crlnumber')
  return BigInt(said.trim().replace('crlNumber=', ''))
}

const certificates = {} as { good: X509Certificate; revoked: X509Certificate }
let numberBefore = 0n

test('a ledger that is gone is not taken for a new one', { timeout: 120_000 }, async () => {
  const first = await startReady()
  certificates.good = await enroll()
  certificates.revoked = await enroll()
  await revoke(certificates.revoked)
  await expect.poll(() => byOcsp(certificates.revoked), PATIENCE).toContain(': revoked')
  await expect.poll(() => byOcsp(certificates.good), PATIENCE).toContain(': good')
  await expect.poll(() => byCrl(certificates.revoked), PATIENCE).toContain('certificate revoked')
  numberBefore = await crlNumber()
  await stop(first)

  cpSync(dataDir, kept, { recursive: true })
  const database = path.join(dataDir, 'ledger.sqlite')
  rmSync(database)
  const before = readdirSync(dataDir)
  const refused = start()
  expect(await refused.ended).toBe(1)
  const revoked = certificates.revoked.serialNumber.toLowerCase()
  const said = refused.output().trim()
  expect(said).toMatch(
    new RegExp(
      `^The ledger ${database} is gone: this CA has worked with one, and there is none any more\\. ` +
        `The log ${path.join(dataDir, 'signatures.log')} knows of \\d certificates that it does not have: ` +
        `first of [0-9a-f]{40}, signed at .*Z, and last of ${revoked}, signed at .*Z\\. The last CRL ` +
        'that was signed has the number \\d+\\. .* start once with --accept-empty-ledger: ',
    ),
  )
  expect(said.split('\n')).toHaveLength(1)
  expect(readdirSync(dataDir)).toEqual(before)
})

test('it goes on with the ledger that was restored', { timeout: 60_000 }, async () => {
  cpSync(path.join(kept, 'ledger.sqlite'), path.join(dataDir, 'ledger.sqlite'))
  const restored = await startReady()
  await expect.poll(() => byOcsp(certificates.good), PATIENCE).toContain(': good')
  await stop(restored)
  const needless = start(ACCEPT_FLAG)
  expect(await needless.ended).toBe(1)
  expect(needless.output().trim()).toBe(
    'The ledger is the one that it was, and nothing is lost. Start without --accept-empty-ledger.',
  )
})

test('an unknown argument is refused', async () => {
  const run = start('--accept')
  expect(await run.ended).toBe(1)
  expect(run.output().trim()).toBe(
    'Unknown argument: --accept. There are --role and --accept-empty-ledger.',
  )
})

test('begun anew, everything of before is revoked and CRLs go on', {
  timeout: 120_000,
}, async () => {
  rmSync(path.join(dataDir, 'ledger.sqlite'))
  const run = await startReady(ACCEPT_FLAG)
  await expect
    .poll(() => byOcsp(certificates.revoked), PATIENCE)
    .toMatch(/: revoked\n(?:.*\n)*\tReason: keyCompromise\n/)
  expect(await byOcsp(certificates.good)).toContain(': revoked')
  await expect.poll(() => byCrl(certificates.good), PATIENCE).toContain('certificate revoked')
  expect(await byCrl(certificates.revoked)).toContain('certificate revoked')
  expect((await crlNumber()) > numberBefore).toBe(true)

  const fresh = await enroll()
  await expect.poll(() => byOcsp(fresh), PATIENCE).toContain(': good')
  expect(await byCrl(fresh)).toContain(': OK')
  await stop(run)
  const [first] = trail()
  expect(first).toMatchObject({ kind: 'ledger.accepted', actor: 'operator' })
  expect(JSON.parse(first?.facts ?? '[]')).toContainEqual(['what', 'other'])
  await stop(await startReady())
})

test('one that loses its end while it works ends the program', { timeout: 60_000 }, async () => {
  const run = await startReady()
  await enroll()
  const database = new DatabaseSync(path.join(dataDir, 'ledger.sqlite'), { timeout: 5_000 })
  // As if a copy with another history had taken over: the mark's record is among those changed.
  database.exec(`update audit set hash = 'x' where sequence >= ${markedSequence()}`)
  database.close()
  expect(await run.ended).toBe(1)
  expect(run.output()).toMatch(
    /has lost its end: the audit record \d+, which it held at .*Z, is not in it\..* start once with /,
  )
})

function markedSequence(): number {
  return Number(JSON.parse(readFileSync(path.join(dataDir, 'ledger.mark'), 'utf8')).sequence)
}

function trail() {
  const database = new DatabaseSync(path.join(dataDir, 'ledger.sqlite'), { readOnly: true })
  const rows = database.prepare('select kind, actor, facts from audit order by sequence').all()
  database.close()
  return rows as { kind: string; actor: string; facts: string }[]
}
