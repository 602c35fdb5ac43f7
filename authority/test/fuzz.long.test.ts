import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { mutated } from '#authority/testing/mutations.ts'
import { issuerAt } from '#lib/issuance/crl/crl-address.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { buildTbs, readCertificate } from '#lib/pki/certificate/certificate.ts'
import { certsOnly, readCertsOnly } from '#lib/pki/certificate/cms.ts'
import type { Leaf } from '#lib/pki/certificate/profile.ts'
import { readPublicKey } from '#lib/pki/keys/keys.ts'
import { BODY_CORPUS } from '#lib/pki/testing/body-corpus.ts'
import { CSR_CORPUS } from '#lib/pki/testing/csr-corpus.ts'
import { type CsrWish, makeCsr, newKey, signInfo, writeInfo } from '#lib/pki/testing/make-csr.ts'
import { tries } from '#lib/testing/tries.ts'

/**
 * Whatever is sent, the service answers by a refusal or by a certificate of the profile: it never fails,
 * never dies and never takes long. The seeds are the corpus of known attacks.
 */

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const LAPTOP_INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const URI = `IntuneDeviceId://${LAPTOP_INTUNE}`
const SECRET = 'a-secret-of-thirty-two-characters'
const CPU_MAX_MS = 50
const RUNS = tries({ short: 900, long: 3_000 })
const key = newKey('ec-p256')

let latchkey: Harness
let token: string
let mine: Uint8Array

beforeAll(async () => {
  latchkey = await startHarness({
    env: {
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
      LATCHKEY_PROXY_SECRET: SECRET,
      LATCHKEY_PROXY_CLIENT_CERT: 'arr',
      LATCHKEY_LOG: 'error',
    },
  })
  token = await latchkey.token('alice')
  const answer = await post('/api/csr', makeCsr({ upn: ALICE, key }).der)
  mine = new Uint8Array(answer.rawPayload)
  // Compiling and caching at the first request does not count as processing time.
  for (const path of PATHS) await post(path, makeCsr({ upn: ALICE, key }).der)
})

afterAll(() => latchkey.close())

const PATHS = ['/api/csr', '/api/csr/check', '/.well-known/est/simpleenroll'] as const

type Headers = Readonly<Record<string, string>>

function post(url: string, payload: Uint8Array | string, headers: Headers = {}) {
  return latchkey.app.inject({
    method: 'POST',
    url,
    headers: { host: 'localhost', authorization: `Bearer ${token}`, ...headers },
    payload: Buffer.from(payload),
  })
}

type Injected = Awaited<ReturnType<typeof post>>

/**
 * Gives the answer and its cost: the least of several tries, since other processes use the machine as well.
 */
async function answerTo(ask: () => Promise<Injected>): Promise<Injected> {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4; attempt++) {
    const before = process.threadCpuUsage()
    const answer = await ask()
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
    if (least < CPU_MAX_MS) return checked(answer)
  }
  throw new Error(`The answer took ${least.toFixed(0)} ms of CPU.`)
}

function checked(answer: Injected): Injected {
  const { statusCode, headers, payload } = answer
  if (statusCode >= 500) throw new Error(`${statusCode}: ${payload}`)
  if (statusCode >= 400) {
    expect(headers['content-type']).toBe('application/problem+json')
    const problem = answer.json()
    expect(problem.status).toBe(statusCode)
    // One line for people, whatever the request contained.
    expect(problem.detail).toMatch(/^[^\p{Cc}]{8,400}\.$/u)
  }
  return answer
}

const LEAVES: readonly Leaf[] = [
  ...['Alice Adler', ALICE].map((commonName) => {
    return { kind: 'user', commonName, upn: ALICE } as const
  }),
  ...[LAPTOP, LAPTOP_INTUNE].map((commonName) => {
    return { kind: 'device', commonName, uri: URI } as const
  }),
]

/** Checks that a certificate is one of the four that Alice can have, octet by octet, except for the key. */
function checkTemplate(der: Uint8Array): void {
  const { tbs, serial, validity, spki } = readCertificate(der)
  const publicKey = readPublicKey(parseDer(spki))
  // The CRL that it names depends on the month.
  const now = Date.now()
  const issuers = [now, now - 60_000].map((at) => issuerAt(latchkey.authority.issuer, new Date(at)))
  const rebuilt = issuers.flatMap((issuer) =>
    LEAVES.map((leaf) => buildTbs(issuer, leaf, publicKey, serial, validity)),
  )
  expect(rebuilt.some((one) => equalBytes(one, tbs))).toBe(true)
  expect(new X509Certificate(der).ca).toBe(false)
}

const seen = { issued: 0, refused: 0 }

async function check(path: string, body: Uint8Array): Promise<void> {
  const answer = await answerTo(() => post(path, body))
  if (answer.statusCode !== 200) {
    seen.refused++
    return
  }
  if (path.startsWith('/api/csr/')) return
  seen.issued++
  const est = path.startsWith('/.well-known')
  const [der] = est
    ? readCertsOnly(new Uint8Array(Buffer.from(answer.payload, 'base64')))
    : [new Uint8Array(answer.rawPayload)]
  checkTemplate(der ?? new Uint8Array())
}

const path = fc.constantFrom(...PATHS)
const options = { numRuns: RUNS, seed: 20_261_122, endOnFailure: true }

test('requests and bodies that went through a bad line', { timeout: 300_000 }, async () => {
  const honest = makeCsr({ commonName: LAPTOP, key }).der
  const requests = CSR_CORPUS.map(({ build }) => new Uint8Array(build(key)))
  const bodies = BODY_CORPUS.map(({ build }) => new Uint8Array(build(honest)))
  const base64 = Buffer.from(Buffer.from(honest).toString('base64'))
  const pkcs7 = certsOnly([mine])
  const pem = Buffer.from(makeCsr({ commonName: LAPTOP, key }).pem)
  const seeds = [honest, base64, pem, mine, pkcs7, ...requests, ...bodies]
  await fc.assert(fc.asyncProperty(path, mutated(seeds), check), options)
})

/** Requests that Alice may make. */
const HONEST: readonly CsrWish[] = [
  { upn: ALICE },
  { upn: ALICE.toUpperCase(), commonName: 'Alice' },
  { commonName: ALICE, upn: ALICE, extendedKeyUsages: [OID.clientAuth] },
  { commonName: LAPTOP, uri: URI },
  { uri: URI, validity: { period: 'Days', units: 3 }, challengePassword: 'x' },
]

test('requests whose key did sign what went through a bad line', { timeout: 300_000 }, async () => {
  const signed = mutated(HONEST.map((wish) => writeInfo(wish, key))).map((info) =>
    signInfo(info, key),
  )
  await fc.assert(fc.asyncProperty(path, signed, check), options)
})

test('well-formed requests for anything at all', { timeout: 300_000 }, async () => {
  const text = fc.oneof(
    fc.constantFrom(ALICE, LAPTOP, LAPTOP_INTUNE, URI, 'Alice Adler'),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('bob@contoso.example', `${ALICE}\u0000`, 'аlice@contoso.example', ''),
  )
  const ascii = fc.oneof(
    fc.constantFrom(URI, URI.toUpperCase()),
    fc.stringMatching(/^[!-~]{1,60}$/),
  )
  const usage = fc.constantFrom(OID.clientAuth, OID.serverAuth, OID.anyExtendedKeyUsage)
  const unit = fc.constantFrom('Minutes', 'Days', 'years', 'Aeons')
  const change = fc.oneof(
    fc.record({ commonName: fc.option(text) }),
    fc.record({ upn: text }),
    fc.record({ uri: ascii }),
    fc.record({ dns: fc.array(ascii, { maxLength: 3 }) }),
    fc.record({ extendedKeyUsages: fc.array(usage, { maxLength: 3 }) }),
    fc.record({ validity: fc.record({ period: unit, units: fc.integer() }) }),
    fc.record({ challengePassword: fc.string({ maxLength: 40 }) }),
  )
  const changes = fc.array(change, { minLength: 1, maxLength: 3 })
  const request = fc
    .tuple(fc.constantFrom(...HONEST), changes)
    .map(([wish, more]) => makeCsr(Object.assign({ key }, wish, ...more)).der)
  await fc.assert(fc.asyncProperty(path, request, check), options)
})

test('tokens that went through a bad line', { timeout: 300_000 }, async () => {
  const parts = token.split('.')
  const tokens = [token, parts.toReversed().join('.'), `${parts[0]}.${parts[1]}.`, 'a.b.c']
  const seeds = tokens.map((one) => new Uint8Array(Buffer.from(one)))
  const body = makeCsr({ upn: ALICE, key }).der
  await fc.assert(
    fc.asyncProperty(mutated(seeds), async (octets) => {
      const text = Buffer.from(octets).toString('latin1')
      // Header values that HTTP itself refuses do not reach the service.
      fc.pre(/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      const headers = { authorization: `Bearer ${text}` }
      const answer = await answerTo(() => post('/api/csr', body, headers))
      if (text.trim() !== token) expect(answer.statusCode).toBe(401)
    }),
    options,
  )
})

test('client certificates that went through a bad line', { timeout: 300_000 }, async () => {
  const body = makeCsr({ commonName: 'Contoso', key }).der
  const before = latchkey.signatures()
  await fc.assert(
    fc.asyncProperty(mutated([mine, latchkey.authority.issuer.certificate]), async (der) => {
      fc.pre(!equalBytes(der, mine))
      const headers = {
        'x-latchkey-proxy-secret': SECRET,
        'x-forwarded-proto': 'https',
        'x-arr-clientcert': Buffer.from(der).toString('base64'),
      }
      const renew = () => post('/.well-known/est/simplereenroll', body, headers)
      const answer = await answerTo(renew)
      expect([401, 403]).toContain(answer.statusCode)
    }),
    options,
  )
  expect(latchkey.signatures()).toBe(before)
})

test('both answers were given often enough to mean something', () => {
  expect(seen.issued).toBeGreaterThan(RUNS / 20)
  expect(seen.refused).toBeGreaterThan(RUNS)
})
