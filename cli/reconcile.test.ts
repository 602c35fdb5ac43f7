import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { main } from '#cli/reconcile.ts'
import { runCommand, startCommand } from '#cli/testing/run-command.ts'
import type { Config } from '#lib/config.ts'
import { knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { makeResponder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { openLedger } from '#lib/ledger/open.ts'
import type { PublishedCrl } from '#lib/ledger/status-ledger.ts'
import { intended, sampleEvent, sampleIntent } from '#lib/ledger/testing/samples.ts'
import { buildTbs } from '#lib/pki/certificate/certificate.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { assembleCrl, buildCrlTbs, encodeEntry } from '#lib/pki/crl/crl.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { readOcspRequest } from '#lib/pki/ocsp/ocsp.ts'
import { assembleOcsp, buildOcspTbs } from '#lib/pki/ocsp/ocsp-response.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import type { Reconciliation } from '#lib/reconcile/reconcile.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'

/** A running authority with one good, one revoked and one held certificate, all an hour old. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const HOUR_MS = 3_600_000

let latchkey: Harness
let clockOffsetMs: number
let good: string
let revoked: string
let held: string

beforeAll(async () => {
  clockOffsetMs = -HOUR_MS
  latchkey = await startHarness({
    change: (authority) => ({ ...authority, now: () => new Date(Date.now() + clockOffsetMs) }),
  })
  const { authority, status } = latchkey
  good = await enroll('alice', 'alice@contoso.example')
  revoked = await enroll('alice', 'alice@contoso.example')
  held = await enroll('alice', LAPTOP)
  await authority.ledger.revoke(
    { serial: revoked, reason: 'keyCompromise', at: authority.now(), by: 'alice', cause: null },
    { withDescendants: false },
    {
      kind: 'certificate.revoked',
      at: authority.now(),
      actor: 'alice',
      serial: revoked,
      facts: {},
    },
  )
  await latchkey.control('PATCH', `/devices/${LAPTOP}`, { enabled: false })
  await syncDirectory(authority, makeReader(authority.changeFeed, authority.now))
  clockOffsetMs = 0
  await syncDirectory(authority, makeReader(authority.changeFeed, authority.now))
  await status.ocsp.renew()
  await status.publisher.publish()
})

afterAll(() => latchkey.close())

/** Undoes what a test did to the files. */
const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})

async function enroll(user: string, commonName: string): Promise<string> {
  const token = await latchkey.token(user)
  const { der } = makeCsr({ commonName })
  const answer = await latchkey.send({ method: 'POST', path: '/api/csr', token, body: der })
  expect(answer.status, answer.body.toString('latin1')).toBe(200)
  return new X509Certificate(answer.body).serialNumber.toLowerCase()
}

type Run = { readonly status: number; readonly text: string; readonly errors: string }

/** Runs the command as an operator does. */
function run(...args: readonly string[]): Promise<Run> {
  return runFor(latchkey, ...args)
}

async function runFor({ config }: Harness, ...args: readonly string[]): Promise<Run> {
  const { status, stdout, stderr } = await runCommand(main, args, environment(config))
  return { status, text: stdout, errors: stderr }
}

function environment({ dataDir, AUTHORITY_PORT }: Config) {
  return { LATCHKEY_DATA: dataDir, AUTHORITY_PORT: String(AUTHORITY_PORT) }
}

async function findings(...args: readonly string[]) {
  const { status, text, errors } = await run('--json', ...args)
  expect(errors).toBe('')
  const result = JSON.parse(text) as Reconciliation
  expect(status).toBe(result.findings.length === 0 ? 0 : 1)
  return result.findings
}

/** Changes rows without audit records, as somebody with access to the database could. */
function tamper(sql: string, ...values: readonly (string | number | Uint8Array | null)[]): void {
  const database = new DatabaseSync(latchkey.config.database.slice('sqlite:'.length))
  database.prepare(sql).run(...values)
  database.close()
}

function keepLog(): string {
  const content = readFileSync(logFile(), 'utf8')
  undo.push(() => writeFileSync(logFile(), content))
  return content
}

const logFile = () => path.join(latchkey.config.dataDir, SIGNATURE_LOG)

test('all sides of a working authority agree', async () => {
  const { status, stdout, stderr } = await startCommand(
    'reconcile',
    [],
    environment(latchkey.config),
  )
  expect(stderr).toBe('')
  expect(stdout).toMatch(
    /^All sides agree: 3 certificates, \d+ records, 2 CRL entries, 3 OCSP answers, \d+ signatures; head of the audit chain [0-9a-f]{64}\.\n$/,
  )
  expect(status).toBe(0)
})

test('what another CA revoked and published on the same ledger is not compared', async () => {
  const ledger = await openLedger(latchkey.config.database)
  const { authority } = await testAuthority({ ledger })
  const at = new Date(Date.now() - HOUR_MS)
  Object.assign(ledger, { serverTime: async () => at })
  const serial = makeSerial(at, (length) => randomBytes(length))
  const { id: issuerId } = authority.issuer
  const notAfter = new Date(Date.now() + HOUR_MS)
  const intent = sampleIntent(serial, { issuerId, createdAt: at, notAfter })
  expect(await ledger.begin(intent, intended(serial))).toEqual({ kind: 'reserved' })
  await ledger.void(serial, at, sampleEvent('certificate.voided', serial))
  const publisher = { ...authority, now: () => at }
  const worker = crlWorkerHere(publisher)
  const known = await knownCrls(publisher, worker)
  const settings = { fullUrl: 'http://next/crl/full.crl', lifeMs: HOUR_MS, partitionAbove: 99 }
  const publication = await publishCrls(publisher, settings, worker, known)
  expect(publication?.crls.map(({ entries }) => entries)).toContain(1)
  await ledger.close()
  expect(await findings()).toEqual([])
})

test('a row that was changed past the records', async () => {
  const row = await latchkey.authority.ledger.certificate(revoked)
  const set = 'update certificate set revoked_at = ?, revocation_reason = ? where serial = ?'
  tamper(set, null, null, revoked)
  undo.push(() => tamper(set, row?.revocation?.at.getTime() ?? null, 1, revoked))
  const found = await findings()
  expect(found.map(({ check, serial }) => [check, serial])).toEqual([
    ['audit', revoked],
    ['crl', revoked],
  ])
  expect(found[0]?.other).toMatch(
    /^The row of this certificate is not as the record left it\. \(record \d+\)$/,
  )
  expect(found[1]).toMatchObject({ ledger: 'good' })
  expect(found[1]?.other).toMatch(/^The CRL number \d+: revoked \(keyCompromise, .*Z\)$/)

  const { text, status, errors } = await run()
  expect(errors).toBe('')
  expect(text).toMatch(
    new RegExp(`^${revoked}: ledger: the row; the audit chain: The row of .* \\(record \\d+\\)`),
  )
  expect(text).toContain('Disagreements: 2.')
  expect(status).toBe(1)
})

test('a record that cannot be read any more', async () => {
  tamper("update audit set facts = '{' || facts where sequence = 4")
  undo.push(() => tamper('update audit set facts = substr(facts, 2) where sequence = 4'))
  const { text, status } = await run()
  expect(text).toMatch(
    /ledger: the record; the audit chain: The record was changed\. \(record 4\)$/m,
  )
  expect(text).toContain('Note: Signatures and CRLs were not compared: a record cannot be read.')
  expect(text).toMatch(/, 3 OCSP answers, /)
  expect(status).toBe(1)
})

test('a certificate that is released past the records is still on the CRL', async () => {
  const [object] = await latchkey.authority.ledger.directoryObjects([
    { kind: 'entra_device', id: LAPTOP },
  ])
  const set = 'update directory_object set disabled_since = ? where id = ?'
  tamper(set, null, LAPTOP)
  undo.push(() => tamper(set, object?.disabledSince?.getTime() ?? null, LAPTOP))
  const found = await findings()
  expect(found).toEqual([
    {
      check: 'crl',
      serial: held,
      ledger: 'good',
      other: expect.stringMatching(/^The CRL number \d+: hold \(certificateHold, /),
    },
  ])
})

/** A responder certified by the CA or self-signed, that says "good" for everything. */
async function startLiar(change: (der: Uint8Array) => Uint8Array = (der) => der) {
  const responder = await makeResponder(latchkey.authority)
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const reading = readOcspRequest(new Uint8Array(Buffer.concat(chunks)))
      if (!reading.ok) throw new Error(reading.reason)
      const { certIds, nonce } = reading.request
      const thisUpdate = new Date()
      const nextUpdate = new Date(thisUpdate.getTime() + HOUR_MS)
      const tbs = buildOcspTbs({
        responderKeyHash: responder.keyHash,
        producedAt: thisUpdate,
        responses: certIds.map(({ bytes }) => {
          return { certId: bytes, status: { kind: 'good' }, thisUpdate, nextUpdate }
        }),
        nonce,
      })
      const signature = await responder.sign(tbs)
      response.end(change(assembleOcsp(tbs, 'ecdsa-sha256', signature, responder.certificate)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/ocsp`, close: () => server.close() }
}

test('an OCSP responder that lies', async () => {
  const liar = await startLiar()
  const found = await findings('--url', liar.url)
  expect(found.map(({ check, serial, ledger, other }) => [check, serial, ledger, other])).toEqual([
    ['ocsp', expect.stringMatching(/^[0-9a-f]{40}$/), 'no row', 'good'],
    ...[revoked, held]
      .sort()
      .map((serial) => ['ocsp', serial, expect.stringMatching(/^(hold|revoked) \(/), 'good']),
  ])
  liar.close()
})

test('an OCSP responder whose signature is wrong', async () => {
  const liar = await startLiar((der) => {
    const changed = Uint8Array.from(der)
    // An octet within the responder's key or certificate, or within the signature; all are signed.
    changed[250] = (changed[250] ?? 0) ^ 1
    return changed
  })
  const found = await findings('--url', liar.url)
  expect(found.length).toBe(4)
  expect(new Set(found.map(({ check }) => check))).toEqual(new Set(['ocsp']))
  expect(found.every(({ other }) => other.startsWith('no answer ('))).toBe(true)
  liar.close()
})

test('a signature without a row', async () => {
  keepLog()
  const { issuer, signer } = latchkey.authority
  const { key } = parseCsr(makeCsr({}).der)
  const serial = makeSerial(new Date(), (length) => randomBytes(length))
  const validity = { notBefore: new Date(), notAfter: new Date(Date.now() + HOUR_MS) }
  const leaf = { kind: 'device', commonName: LAPTOP, uri: null } as const
  const tbs = buildTbs(issuer, leaf, key, serial, validity)
  await signer.sign(tbs)
  await signer.sign(new TextEncoder().encode('anything'))
  const hash = createHash('sha256').update(tbs).digest('hex')
  expect(await findings()).toEqual([
    {
      check: 'signature',
      serial,
      ledger: 'no row and no record',
      other: expect.stringMatching(new RegExp(`^a certificate was signed at .*: ${hash}\\)$`)),
    },
    expect.objectContaining({ serial: null, other: expect.stringContaining('no certificate') }),
  ])
})

test('a row without a signature', async () => {
  const lines = keepLog()
    .split('\n')
    .filter((line) => !line.includes(good))
  writeFileSync(logFile(), lines.join('\n'))
  expect(await findings('--offline')).toEqual([
    { check: 'signature', serial: good, ledger: 'issued', other: 'there is no line for it' },
  ])
})

test('a log that was meddled with', async () => {
  const content = keepLog()
  writeFileSync(logFile(), `${content.replace(good, revoked)}{"at":\n`)
  const { text, status } = await run('--offline')
  expect(text).toContain(
    `${good}: ledger: issued; the signer’s log: its line is one of ${revoked}\n`,
  )
  expect(text).toContain('Note: Lines of the log that are cut off or changed: 1.\n')
  expect(status).toBe(1)
})

test('an authority that does not answer, unless it is stopped on purpose', async () => {
  const quiet = await run('--url', 'http://127.0.0.1:9/ocsp')
  expect(quiet.text).toContain(
    'Ledger: an authority that runs; OCSP: nothing answers at http://127.0.0.1:9/ocsp (',
  )
  expect(quiet.text).toContain('Disagreements: 1.')
  expect(quiet.status).toBe(1)
  const stopped = await run('--offline')
  expect(stopped.text).toMatch(/^Note: OCSP was not asked\.\nAll sides agree: /)
  expect(stopped.status).toBe(0)
})

test('what cannot be read ends it', async () => {
  const missing = path.join(latchkey.config.dataDir, 'missing.log')
  const blind = await run('--offline', '--log', missing)
  expect(blind).toMatchObject({ status: 2, text: '' })
  expect(blind.errors).toContain(`The log of signatures ${missing} cannot be read.`)
})

// From here on the published CRL is not what it should be.

type Forgery = {
  /** Age of the CRL; 0 by default. */
  readonly ageMs?: number
  readonly lifeMs?: number
  /** Entries of the delta with the same number; no delta without them. */
  readonly delta?: readonly string[]
}

/** Publishes a CRL with its audit records, as a dishonest publisher would. */
async function publishForged(
  serials: readonly string[],
  { ageMs = 0, lifeMs = HOUR_MS, delta }: Forgery = {},
): Promise<void> {
  const number = await latchkey.authority.ledger.nextCrlNumber(latchkey.authority.issuer.id, 1)
  const thisUpdate = new Date(Math.floor((Date.now() - ageMs) / 1000) * 1000)
  const time = { number, thisUpdate, nextUpdate: new Date(thisUpdate.getTime() + lifeMs) }
  await publishList(serials, { ...time, baseNumber: null })
  if (delta) await publishList(delta, { ...time, baseNumber: await baseNumber() })
}

async function baseNumber(): Promise<number | null> {
  const key = { issuerId: latchkey.authority.issuer.id, partition: 'base', delta: false }
  return latchkey.authority.ledger.publishedCrlNumber(key)
}

type Time = Pick<PublishedCrl, 'number' | 'baseNumber' | 'thisUpdate' | 'nextUpdate'>

async function publishList(serials: readonly string[], time: Time): Promise<void> {
  const { issuer, signer, ledger } = latchkey.authority
  const { id: issuerId } = issuer
  const { number, baseNumber, thisUpdate, nextUpdate } = time
  const delta = baseNumber !== null
  const records = await ledger.certificatesBySerial(serials)
  const at = records.find(({ revocation }) => revocation)?.revocation?.at ?? thisUpdate
  const tbs = buildCrlTbs(issuer, {
    number: BigInt(number),
    thisUpdate,
    nextUpdate,
    entries: serials.map((serial) => encodeEntry(serial, at, 'keyCompromise')),
    partitionUrl: null,
    baseNumber: baseNumber === null ? null : BigInt(baseNumber),
    freshestUrl: null,
  })
  const der = assembleCrl(tbs, signer.algorithm, await signer.sign(tbs))
  const hash = createHash('sha256').update(der).digest('base64url')
  const tbsHash = createHash('sha256').update(tbs).digest('hex')
  const entries = serials.length
  await ledger.publishCrl(
    {
      issuerId,
      partition: null,
      delta,
      number,
      baseNumber,
      thisUpdate,
      nextUpdate,
      entries,
      der,
    },
    {
      kind: 'crl.published',
      at: new Date(),
      actor: 'authority',
      serial: null,
      facts: { issuer: issuerId, scope: 'full', delta, number, entries, hash, tbsHash },
    },
  )
}

test('a CRL that lacks an entry, and one that names what is good or unknown', async () => {
  await publishForged([revoked])
  expect(await findings()).toEqual([
    {
      check: 'crl',
      serial: held,
      ledger: expect.stringMatching(/^hold \(certificateHold, /),
      other: expect.stringMatching(/^The CRL number \d+: not named$/),
    },
  ])
  const stranger = makeSerial(new Date(), (length) => randomBytes(length))
  await publishForged([revoked, good, stranger])
  const found = new Map((await findings()).map(({ serial, ledger }) => [serial, ledger]))
  expect(found).toEqual(
    new Map([
      [good, 'good'],
      [held, expect.stringContaining('hold')],
      [stranger, 'no row'],
    ]),
  )
})

test('a CRL that is not the one that was published', async () => {
  const { issuer, ledger } = latchkey.authority
  const old = await ledger.publishedCrl({ issuerId: issuer.id, partition: null, delta: false })
  await publishForged([revoked])
  tamper(
    "update crl set der = ?, number = ? where scope = '' and delta = 0",
    old?.der ?? null,
    old?.number ?? null,
  )
  expect(await findings()).toEqual([
    {
      check: 'crl',
      serial: null,
      ledger: `The CRL number ${old?.number}`,
      other: 'it is not the one that was recorded as published last',
    },
  ])
})

describe('is printed, and ends with 1:', () => {
  const MINUTE_MS = 60_000

  test.each<[string, () => Promise<void>, RegExp]>([
    [
      'a wrong delta',
      () => publishForged([revoked], { delta: [revoked, good] }),
      /^[0-9a-f]{40}: ledger: The CRL number \d+: not named; the CRL: The delta CRL number \d+, applied to its base: revoked \(keyCompromise, /m,
    ],
    [
      'a stuck CRL',
      () => publishForged([], { ageMs: HOUR_MS + 5 * MINUTE_MS, lifeMs: 24 * HOUR_MS }),
      /^[0-9a-f]{40}: ledger: revoked \(keyCompromise, .*\); the CRL: The CRL number \d+: not named; the change is of .*Z, and a CRL has one within 7 minutes$/m,
    ],
    [
      'a CRL that ran out',
      () => publishForged([revoked], { ageMs: 2 * HOUR_MS }),
      /^Ledger: The CRL number \d+; the CRL: it ran out at .*Z and nothing has replaced it$/m,
    ],
    [
      'a CRL that is missing',
      async () => tamper("delete from crl where scope = '' and delta = 0"),
      /^Ledger: The CRL; the CRL: it was published and is no longer there$/m,
    ],
  ])('%s', async (_, meddle, line) => {
    await meddle()
    const { text, status } = await run()
    expect(text).toMatch(line)
    expect(text).toMatch(/^Disagreements: \d+\. Compared: /m)
    expect(status).toBe(1)
  })
})

describe('rows that contradict each other', () => {
  const check = async () => {
    const found = (await findings()).filter((finding) => finding.check === 'row')
    return found.map(({ serial, ledger, other }) => [serial, ledger, other])
  }

  test('what was renewed from a reported key and goes on', async () => {
    const set = 'update certificate set replaces = ?, enrollment = ? where serial = ?'
    tamper(set, revoked, revoked, good)
    undo.push(() => tamper(set, null, good, good))
    expect(await check()).toEqual([
      [good, 'not revoked', 'it was renewed from a certificate whose key is compromised'],
    ])
  })

  test('a key that was reported and goes on', async () => {
    const record = await latchkey.authority.ledger.certificate(good)
    const key = record?.keyThumbprint ?? ''
    tamper('insert into blocked_key values (?, 0, ?)', key, 'alice')
    undo.push(() => tamper('delete from blocked_key where key_thumbprint = ?', key))
    expect(await check()).toEqual([[good, 'not revoked', 'its key was reported as compromised']])
  })

  test('an owner that moved', async () => {
    const owners = JSON.stringify([['b0b00000-0000-4000-8000-000000000002', 0, null]])
    const read = `select owners from directory_object where kind = 'intune_device'`
    const database = new DatabaseSync(latchkey.config.database.slice('sqlite:'.length))
    const before = database.prepare(read).get() as { owners: string }
    database.close()
    const set = `update directory_object set owners = ? where kind = 'intune_device'`
    tamper(set, owners)
    const mark = 'update certificate set directory_mark = ? where serial = ?'
    tamper(mark, 0, held)
    undo.push(() => tamper(set, before.owners))
    undo.push(() => tamper(mark, 1, held))
    expect(await check()).toEqual([
      [held, 'not marked for the CRL', expect.stringMatching(/^owner_changed since /)],
    ])
  })

  test('a hold without its report, and a report without its holds', async () => {
    const hold =
      'update certificate set revoked_at = ?, revocation_reason = ?, revoked_cause = ? where serial = ?'
    tamper(hold, 1, 6, 'lost_device', held)
    undo.push(() => tamper(hold, null, null, null, held))
    expect(await check()).toContainEqual([
      held,
      'on hold as lost',
      'no report of the device stands',
    ])
    tamper(hold, null, null, null, held)
    const report =
      'insert into lost_device (device_id, intune_id, reported_at, reporter_oid, reported_by) values (?, null, 0, ?, ?)'
    tamper(report, LAPTOP, 'alice', 'alice')
    undo.push(() => tamper('delete from lost_device'))
    expect(await check()).toContainEqual([held, 'not on hold', 'its device is reported lost'])
  })
})

describe('under a root of our own', () => {
  let below: Harness
  beforeAll(async () => {
    below = await startHarness({ issuingCa: { crlDays: 1 } })
    await below.status.ocsp.renew()
    await syncDirectory(
      below.authority,
      makeReader(below.authority.changeFeed, below.authority.now),
    )
    await below.status.publisher.publish()
  })
  afterAll(() => below.close())

  test('a root CRL in its time is no matter', async () => {
    const { status, text, errors } = await runFor(below)
    expect([status, errors]).toEqual([0, ''])
    expect(text).not.toContain('root CRL')
  })

  test('one that is missing is', async () => {
    const file = path.join(below.config.dataDir, 'ca', 'root-status.pem')
    const content = readFileSync(file)
    rmSync(file)
    const { status, text } = await runFor(below)
    writeFileSync(file, content)
    expect(status).toBe(1)
    expect(text).toContain(
      'Ledger: a root of our own stands above this CA; the CRL: ' +
        `The root CRL in ${file} cannot be used. It is missing or cannot be read. ` +
        'Sign a new one with the root key: npm run init-ca -- --root-crl.\n',
    )
  })
})
