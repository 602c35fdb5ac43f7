import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { askOcsp } from '#authority/testing/ask.ts'
import { configIn, type Harness, startHarness } from '#authority/testing/harness.ts'
import { startProgram } from '#authority/testing/program.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { readSignatureLog, SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { vaultSetting } from '#lib/signer-setting.ts'

/** The whole service with its CA key in a vault: Azure's own library, a double of the vault over TLS. */

let latchkey: Harness
/** Milliseconds by which the clock that only goes forward is ahead. */
let ahead = 0

beforeAll(async () => {
  const own = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => own() + ahead)
  // Of which a vault allows 25 signatures in a second.
  latchkey = await startHarness({ vault: { type: 'rsa-3072', hsm: true } })
  await latchkey.status.ocsp.renew()
})

afterEach(async () => {
  latchkey.vault().heal()
  // What was to be waited for is over, and one that goes well closes the circuit breaker.
  ahead += 100_000
  await latchkey.authority.signer.sign(new Uint8Array(10))
})

afterAll(async () => {
  await latchkey.close()
  vi.restoreAllMocks()
})

const UPN = { alice: 'alice@contoso.example', bob: 'bob@contoso.example' }

async function enroll(who: 'alice' | 'bob', csr = makeCsr({ commonName: UPN[who] }).der) {
  const token = await latchkey.token(who)
  return latchkey.send({ method: 'POST', path: '/api/csr', token, body: csr })
}

function isOurs(answer: Answer): boolean {
  const [ca = new Uint8Array()] = latchkey.authority.issuer.chain
  return new X509Certificate(answer.body).verify(new X509Certificate(ca).publicKey)
}

async function events(): Promise<readonly (readonly [kind: string, serial: string | null])[]> {
  const trail = await latchkey.authority.ledger.auditTrail(0, 10_000)
  return trail.map(({ event }) => [event.kind, event.serial] as const)
}

/** The serials that were voided since `before`. */
async function voidedSince(before: number): Promise<readonly string[]> {
  const all = (await events()).slice(before)
  return all.flatMap(([kind, serial]) => (kind === 'certificate.voided' && serial ? [serial] : []))
}

const ocspOf = (serial: string) => askOcsp(latchkey, serial)

test('a program gets at the key by its environment alone, through a managed identity', async () => {
  const { config } = latchkey
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-vault-program-'))
  const own = await configIn(folder, { SANDBOX_PORT: String(config.SANDBOX_PORT) })
  mkdirSync(path.join(folder, 'ca'), { mode: 0o700 })
  // Without what ties the CA to its ledger: this one has another.
  for (const name of ['ca.pem', 'chain.pem']) {
    copyFileSync(path.join(config.dataDir, 'ca', name), path.join(folder, 'ca', name))
  }
  const trusted = path.join(folder, 'vault-ca.pem')
  writeFileSync(trusted, latchkey.vault().ca)
  const signer = config.LATCHKEY_SIGNER
  const running = startProgram(own, {
    env: {
      ...latchkey.vault().env,
      NODE_EXTRA_CA_CERTS: trusted,
      LATCHKEY_SIGNER: signer?.kind === 'vault' ? vaultSetting(signer.key) : '',
    },
  })
  const url = `http://localhost:${own.AUTHORITY_PORT}`
  await vi.waitFor(() => expect(running.output()).toContain(': ready at'), 30_000)
  const answer = await fetch(`${url}/api/csr`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await latchkey.token('alice')}`,
      'content-type': 'application/pkcs10',
    },
    body: Buffer.from(makeCsr({ commonName: UPN.alice }).der),
  })
  expect(answer.status).toBe(200)
  const [ca = new Uint8Array()] = latchkey.authority.issuer.chain
  const certificate = new X509Certificate(Buffer.from(await answer.arrayBuffer()))
  expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true)
  running.child.kill('SIGTERM')
  expect(await running.ended).toBe(0)
  rmSync(folder, { recursive: true })
})

test('a certificate costs the vault one signature, whose line is in our log', async () => {
  const before = latchkey.vault().seen().signatures
  const answer = await enroll('alice')
  expect(answer.status).toBe(200)
  expect(isOurs(answer)).toBe(true)
  expect(latchkey.vault().seen().signatures - before).toBe(1)
  const serial = new X509Certificate(answer.body).serialNumber.toLowerCase()
  const lines = []
  for await (const part of readSignatureLog(`${latchkey.config.dataDir}/${SIGNATURE_LOG}`)) {
    lines.push(...part.lines)
  }
  expect(
    lines.filter((line) => line?.what === 'certificate' && line.serial === serial),
  ).toHaveLength(1)
})

const faults = [
  ['KMS-02: it refuses', { refuse: '403 Forbidden/ForbiddenByRbac' }],
  ['KMS-04: it fails', { refuse: '500 InternalServerError' }],
  ['KMS-04: it ends the connection after the question', { reset: true }],
  ['KMS-05: it gives a wrong signature', { wrong: 'bit-flip' }],
  ['KMS-05: another version of the key signs', { wrong: 'other-version' }],
  ['KMS-07: the key was disabled', { refuse: '403 Forbidden/KeyDisabled' }],
] as const

test.each(
  faults,
)('%s: 503, void, and the same request gets another serial later', async (_, fault) => {
  const csr = makeCsr({ commonName: UPN.bob }).der
  const before = (await events()).length
  latchkey.vault().change(fault)
  const refused = await enroll('bob', csr)
  expect([refused.status, refused.json.code]).toEqual([503, 'signer_unavailable'])
  expect(refused.body.toString()).not.toContain('vault')
  const [voided = '', ...others] = await voidedSince(before)
  expect(others).toEqual([])
  expect(await ocspOf(voided)).toBe('revoked')

  latchkey.vault().heal()
  const answer = await enroll('bob', csr)
  expect(answer.status).toBe(200)
  expect(isOurs(answer)).toBe(true)
  expect(new X509Certificate(answer.body).serialNumber.toLowerCase()).not.toBe(voided)
})

test('KMS-05: an operator is told of a wrong signature', async () => {
  latchkey.vault().change({ wrong: 'other-version' })
  await enroll('alice')
  const told = latchkey.logged().map((line) => JSON.parse(line) as { level: number; msg: string })
  expect(told).toContainEqual(
    expect.objectContaining({
      level: 50,
      msg: 'the vault gave a signature that is not of the CA key; nothing was delivered',
    }),
  )
})

test('KMS-01: a vault that is busy for a moment is waited for', async () => {
  latchkey.vault().change({ throttle: 2, retryAfter: 0 })
  const answer = await enroll('alice')
  expect(answer.status).toBe(200)
})

test('KMS-01: one that is busy for long is told with the seconds, and who comes next is not recorded', async () => {
  latchkey.vault().change({ throttle: 1, retryAfter: 60 })
  const answer = await enroll('alice')
  expect([answer.status, answer.json.code]).toEqual([503, 'signer_unavailable'])
  expect(answer.headers['retry-after']).toBe('60')
  const before = await events()
  const next = await enroll('bob')
  expect([next.status, next.headers['retry-after']]).toEqual([503, '60'])
  expect(await events()).toEqual(before)
})

test('KMS-07: after failures it is degraded, asks no more, and OCSP and portal go on', async () => {
  const good = await enroll('alice')
  const serial = new X509Certificate(good.body).serialNumber.toLowerCase()
  latchkey.vault().change({ refuse: '403 Forbidden/KeyDisabled' })
  for (let n = 0; n < 3; n++) expect((await enroll('alice')).status).toBe(503)
  const [before, recorded] = [latchkey.vault().seen().authorized, (await events()).length]
  const refused = await enroll('alice')
  expect([refused.status, refused.json.detail]).toEqual([503, 'The CA key does not answer.'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(latchkey.vault().seen().authorized).toBe(before)
  expect(await events()).toHaveLength(recorded)

  const probe = await latchkey.send({ path: '/probe' })
  expect([probe.status, probe.json.status]).toEqual([200, 'degraded'])
  expect(probe.json.checks).toMatchObject({ signer: 'unknown', ledger: 'up' })
  expect(await ocspOf(serial)).toBe('good')
  const token = await latchkey.token('alice')
  expect((await latchkey.send({ path: '/api/me', token })).status).toBe(200)
})

test('KMS-12: while a signature takes its time, everybody else is served', async () => {
  latchkey.vault().change({ delayMs: 2000 })
  const begun = performance.now()
  let isDone = false
  const slow = enroll('alice').finally(() => {
    isDone = true
  })
  await vi.waitFor(() => expect(latchkey.vault().seen().digests.length).toBeGreaterThan(0), 45_000)
  const [ca] = latchkey.authority.issuer.chain
  let served = 0
  for (; !isDone; served++) {
    const answer = await latchkey.send({ path: '/ca' })
    expect(answer.body.equals(Buffer.from(ca ?? []))).toBe(true)
    expect(await ocspOf('01'.repeat(20))).toBe('unknown')
  }
  // Who waited for the signature would be served once, after it.
  expect(served).toBeGreaterThan(3)
  expect((await slow).status).toBe(200)
  expect(performance.now() - begun).toBeGreaterThan(1900)
})

test('KMS-10: of many at once by one person some wait, the rest is told to at once', async () => {
  latchkey.vault().change({ delayMs: 2000 })
  const token = await latchkey.token('alice')
  const csrs = Array.from({ length: 40 }, () => makeCsr({ commonName: UPN.alice }).der)
  const before = (await events()).filter(([kind]) => kind === 'issuance.intended').length
  const many = csrs.map((body) => latchkey.send({ method: 'POST', path: '/api/csr', token, body }))
  const other = await enroll('bob')
  expect(other.status).toBe(200)
  const answers = await Promise.all(many)
  const good = answers.filter(({ status }) => status === 200)
  const busy = answers.filter(({ status }) => status === 503)
  expect(good.length).toBeGreaterThanOrEqual(13)
  expect(busy.length).toBeGreaterThan(0)
  expect(good.length + busy.length).toBe(40)
  for (const { json, headers } of busy) {
    expect(json.code).toBe('signer_unavailable')
    expect(headers['retry-after']).toBeDefined()
  }
  const after = (await events()).filter(([kind]) => kind === 'issuance.intended').length
  expect(after - before).toBe(good.length + 1)
})
