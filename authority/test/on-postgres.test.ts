import { X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { askOcsp } from '#authority/testing/ask.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { voidStale } from '#lib/issuance/enroll/void-stale.ts'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { openStore } from '#lib/ledger/open.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { breakTable } from '#lib/ledger/testing/break-table.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

/**
 * The whole service with its ledger in PostgreSQL and its CA key in a vault, as an organisation has it: what
 * other files try on SQLite and with a key in a file.
 */

const [engine] = testEngines().filter(({ name }) => name === 'postgres')
if (!engine) throw new Error('There is no PostgreSQL.')

const UPN = 'alice@contoso.example'
let latchkey: Harness
let store: Store
let token: string
/** Milliseconds by which the clock that only goes forward is ahead. */
let ahead = 0

beforeAll(async () => {
  const own = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => own() + ahead)
  await engine.start()
  const database = await engine.newDatabase()
  latchkey = await startHarness({ vault: {}, env: { LATCHKEY_DATABASE: database } })
  await latchkey.status.ocsp.renew()
  store = await openStore(database, { create: false })
  token = await latchkey.token('alice')
})

afterEach(async () => {
  latchkey.vault().heal()
  // One that goes well closes the circuit breaker.
  ahead += 100_000
  await latchkey.authority.signer.sign(new Uint8Array(10))
})

afterAll(async () => {
  expect(await verifyLedger(store)).toMatchObject({ ok: true, findings: [] })
  await store.close()
  await latchkey.close()
  await engine.stop()
  vi.restoreAllMocks()
})

const enroll = (body = makeCsr({ commonName: UPN }).der): Promise<Answer> =>
  latchkey.send({ method: 'POST', path: '/api/csr', token, body })

const outcome = ({ status, json }: Answer) => [status, json.code]

const serialOf = ({ body }: Answer) => new X509Certificate(body).serialNumber.toLowerCase()

const ocspOf = (serial: string) => askOcsp(latchkey, serial)

/** The events of a kind since the first `from`, by serial. */
async function serialsOf(kind: string, from = 0): Promise<readonly string[]> {
  const trail = await latchkey.authority.ledger.auditTrail(from, 10_000)
  return trail.flatMap(({ event }) => (event.kind === kind && event.serial ? [event.serial] : []))
}

test('STO-01: the intent cannot be written: nothing is signed', async () => {
  const before = latchkey.signatures()
  const fix = await breakTable(store, 'insert', 'certificate')
  const answer = await enroll()
  await fix()
  expect(outcome(answer)).toEqual([503, 'store_unavailable'])
  expect(answer.headers['retry-after']).toBe('5')
  expect(latchkey.signatures()).toBe(before)
})

test('STO-02: the certificate cannot be written: never good, and revoked in the end', async () => {
  const body = makeCsr({ commonName: UPN }).der
  const fix = await breakTable(store, 'update', 'certificate')
  const answer = await enroll(body)
  await fix()
  expect(outcome(answer)).toEqual([503, 'store_unavailable'])
  const serial = (await serialsOf('issuance.intended')).at(-1) ?? ''
  expect(await ocspOf(serial)).toBe('unknown')
  // Until it is void the same request waits; then it gets another serial.
  expect(outcome(await enroll(body))).toEqual([409, 'in_progress'])
  await voidStale(latchkey.authority, 0)
  expect(await ocspOf(serial)).toBe('revoked')
  const again = await enroll(body)
  expect(again.status).toBe(200)
  expect(serialOf(again)).not.toBe(serial)
})

test('STO-05: the audit log cannot be written: nothing is done, and status is still told', async () => {
  const serial = serialOf(await enroll())
  const before = latchkey.signatures()
  const fix = await breakTable(store, 'insert', 'audit')
  const answer = await enroll()
  const status = await ocspOf(serial)
  await fix()
  expect(outcome(answer)).toEqual([503, 'audit_unavailable'])
  expect([status, latchkey.signatures()]).toEqual(['good', before])
})

test('CON-02, CON-01: a hundred of the same request at once are one certificate', async () => {
  const before = latchkey.signatures()
  const body = makeCsr({ commonName: UPN }).der
  const answers = await Promise.all(Array.from({ length: 100 }, () => enroll(body)))
  const serials = answers.filter(({ status }) => status === 200).map(serialOf)
  expect(new Set(serials).size).toBe(1)
  const others = answers.filter(({ status }) => status !== 200)
  expect([409, 503]).toEqual(expect.arrayContaining(others.map(({ status }) => status)))
  expect(latchkey.signatures()).toBe(before + 1)
})

const faults = [
  ['KMS-02: it refuses', { refuse: '403 Forbidden/ForbiddenByRbac' }],
  ['KMS-04: it ends the connection after the question', { reset: true }],
  ['KMS-05: another version of the key signs', { wrong: 'other-version' }],
  ['KMS-07: the key was disabled', { refuse: '403 Forbidden/KeyDisabled' }],
] as const

test.each(faults)('%s: 503 and void, and the next try has another serial', async (_, fault) => {
  const body = makeCsr({ commonName: UPN }).der
  const before = await serialsOf('certificate.voided')
  latchkey.vault().change(fault)
  expect(outcome(await enroll(body))).toEqual([503, 'signer_unavailable'])
  const [voided = '', ...others] = (await serialsOf('certificate.voided')).slice(before.length)
  expect(others).toEqual([])
  expect(await ocspOf(voided)).toBe('revoked')
  latchkey.vault().heal()
  const answer = await enroll(body)
  expect(answer.status).toBe(200)
  expect(serialOf(answer)).not.toBe(voided)
})

test('KMS-01: a vault that is busy for long is told with the seconds, and who comes next is not recorded', async () => {
  latchkey.vault().change({ throttle: 1, retryAfter: 60 })
  const answer = await enroll()
  expect(outcome(answer)).toEqual([503, 'signer_unavailable'])
  expect(answer.headers['retry-after']).toBe('60')
  const before = await serialsOf('issuance.intended')
  expect((await enroll()).headers['retry-after']).toBe('60')
  expect(await serialsOf('issuance.intended')).toEqual(before)
})

test('KMS-12: while more signatures are under way than it has connections, everybody else is served', async () => {
  const serial = serialOf(await enroll())
  const before = (await serialsOf('issuance.intended')).length
  const { signer } = latchkey.authority
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const sign = signer.sign.bind(signer)
  const slow = vi.spyOn(signer, 'sign').mockImplementation(async (tbs) => {
    await answered
    return sign(tbs)
  })
  const waiting = Array.from({ length: 12 }, () => enroll())
  const intended = async () => (await serialsOf('issuance.intended')).length - before
  await expect.poll(intended, { timeout: 20_000 }).toBe(waiting.length)
  expect(await ocspOf(serial)).toBe('good')
  expect((await latchkey.send({ path: '/api/me', token })).status).toBe(200)
  expect(slow).toHaveBeenCalledTimes(waiting.length)
  answer()
  const statuses = (await Promise.all(waiting)).map(({ status }) => status)
  expect(statuses).toEqual(waiting.map(() => 200))
  slow.mockRestore()
})

test('CON-10: a machine whose clock is not the database’s signs nothing, and says so', async () => {
  const before = latchkey.signatures()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 300_000 })
  try {
    const answer = await enroll()
    expect(outcome(answer)).toEqual([503, 'signer_unavailable'])
    expect(answer.json.detail).toBe(
      'The clock of this machine is wrong, so nothing is signed here.',
    )
    const probe = await latchkey.send({ path: '/probe' })
    expect([probe.status, probe.json.status]).toEqual([503, 'failing'])
    expect(probe.json.checks).toMatchObject({ clock: 'down', ledger: 'up' })
  } finally {
    vi.useRealTimers()
  }
  expect(latchkey.signatures()).toBe(before)
  expect((await enroll()).status).toBe(200)
})
