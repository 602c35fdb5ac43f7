import { type KeyObject, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { BODY_CORPUS } from '#lib/pki/testing/body-corpus.ts'
import { CSR_CORPUS } from '#lib/pki/testing/csr-corpus.ts'
import { makeCsr, newKey } from '#lib/pki/testing/make-csr.ts'

/**
 * Invariants over everything (I1, I2, I11, I13): the whole corpus is sent beside a healthy client, then
 * everything that was signed, answered and logged is checked.
 */

const ALICE = 'alice@contoso.example'
const SECRET = 'hunter2-challenge-password'

let latchkey: Harness
let alice: string
let key: KeyObject
const answers: Answer[] = []
const sent: Uint8Array[] = []

beforeAll(async () => {
  latchkey = await startHarness()
  alice = await latchkey.token('alice')
  key = newKey('ec-p256')
})
afterAll(() => latchkey.close())

async function send(path: string, body: Uint8Array | string, token = alice): Promise<Answer> {
  const answer = await latchkey.send({ method: 'POST', path, token, body })
  answers.push(answer)
  sent.push(Buffer.from(body))
  return answer
}

const hostile = (): readonly (Uint8Array | string)[] => [
  ...CSR_CORPUS.map(({ build }) => build(key)),
  ...BODY_CORPUS.map(({ build }) => build(makeCsr({ key, upn: ALICE }).der)),
]

const PATHS = ['/api/csr', '/.well-known/est/simpleenroll', '/api/csr/check']

/**
 * Milliseconds of CPU that this process, which is client and authority, spent while each request of a healthy
 * client waited. Time itself would also say what else the machine does.
 */
async function healthy(until: () => boolean): Promise<number[]> {
  const took: number[] = []
  while (!until()) {
    const begun = process.cpuUsage()
    const answer = await latchkey.send({ path: '/api/me', token: alice })
    expect(answer.status).toBe(200)
    const { user, system } = process.cpuUsage(begun)
    took.push((user + system) / 1000)
  }
  return took
}

test('I11: a healthy client is served while everything hostile comes in', {
  timeout: 60_000,
}, async () => {
  const bodies = hostile()
  const before = latchkey.signatures()
  let done = false
  const beside = healthy(() => done)
  for (const path of PATHS) {
    for (let at = 0; at < bodies.length; at += 8) {
      const some = bodies.slice(at, at + 8)
      const together = await Promise.all(some.map((body) => send(path, body)))
      for (const { status, json } of together) {
        expect(status, JSON.stringify(json)).toBeLessThan(500)
      }
    }
  }
  done = true
  const took = (await beside).toSorted((a, b) => a - b)
  expect(took.length).toBeGreaterThan(20)
  // A request that blocks the process for long would block this client too.
  expect(took[Math.floor(took.length * 0.99)]).toBeLessThan(1000)
  // I1: nothing hostile was signed.
  expect(latchkey.signatures()).toBe(before)
})

test('I13: no token, no request, no key and no stack in the log or in an answer', async () => {
  const good = makeCsr({ key, upn: ALICE, challengePassword: SECRET })
  expect((await send('/api/csr', good.der)).status).toBe(200)
  await send('/api/csr', good.pem)
  await send('/api/csr', good.der, `${alice.slice(0, -8)}AAAAAAAA`)
  await send(
    '/api/csr',
    makeCsr({ key, upn: 'bob@contoso.example', challengePassword: SECRET }).der,
  )
  await latchkey.control('POST', '/faults', { graph: 'down' })
  await send('/api/csr', good.der)
  await latchkey.control('POST', '/faults', { graph: null })

  const secret = key.export({ type: 'pkcs8', format: 'der' })
  const trail = await latchkey.authority.ledger.auditTrail(0, 100_000)
  const written = [
    ...latchkey.logged(),
    ...trail.map((record) => JSON.stringify(record)),
    ...answers.filter(({ status }) => status !== 200).map(({ body }) => body.toString()),
  ]
  const pieces = [
    ...sent.filter(({ length }) => length > 64).flatMap((body) => piecesOf(Buffer.from(body))),
    ...piecesOf(secret),
  ]
  const forbidden = new Set(pieces)
  expect(forbidden.size).toBeGreaterThan(300)
  for (const text of written) {
    expect(text).not.toMatch(
      /eyJ[\w-]{10}|-----BEGIN[A-Z ]+-----(?:\\n|\\r|\s)|Bearer [\w-]{10}|node_modules|\n\s+at |\.ts:\d+\)/,
    )
    expect(text).not.toContain(SECRET)
    expect([...windowsOf(text)].filter((window) => forbidden.has(window))).toEqual([])
    // One event is one line.
    expect(text.trimEnd()).not.toContain('\n')
  }
})

const WINDOW = 32

/** Parts of the body as base64 and hex, without headers that all bodies share. */
function piecesOf(body: Buffer): string[] {
  const middle = body.subarray(body.length >> 1)
  const texts = [
    middle.toString('hex'),
    ...[0, 1, 2].map((n) => middle.subarray(n).toString('base64')),
  ]
  // Runs of one character occur in many texts.
  return texts
    .map((text) => text.slice(4, 4 + WINDOW))
    .filter((piece) => piece.length === WINDOW && new Set(piece).size > 8)
}

function* windowsOf(text: string): Generator<string> {
  for (let at = 0; at + WINDOW <= text.length; at++) yield text.slice(at, at + WINDOW)
}

test('I2: whatever was issued says what the directory says', () => {
  const issued = answers.filter(
    ({ headers }) => headers['content-type'] === 'application/pkix-cert',
  )
  expect(issued.length).toBeGreaterThan(0)
  for (const { body } of issued) {
    const { subject, keyUsage, ca } = new X509Certificate(body)
    expect([subject, keyUsage, ca]).toEqual([
      expect.stringMatching(/^CN=(?:Alice Adler|alice@contoso\.example)$/),
      ['1.3.6.1.5.5.7.3.2'],
      false,
    ])
  }
})
