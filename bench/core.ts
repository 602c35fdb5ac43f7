import { createPublicKey, type KeyObject, randomBytes, verify, X509Certificate } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { ClientKeyType } from '#bench/lib/client-keys.ts'
import { compare, median, race, rounded, type Turn } from '#bench/lib/round-robin.ts'
import { makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { verifyPossession } from '#lib/issuance/enroll/proof-of-possession.ts'
import { assemble, buildTbs, isSignedTbs } from '#lib/pki/certificate/certificate.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import { lintTbs } from '#lib/pki/certificate/lint.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { type Csr, parseCsr } from '#lib/pki/csr/csr.ts'
import { type CaKeyType, signerOf } from '#lib/signer/key.ts'
import type { Signer } from '#lib/signer/signer.ts'
import { makeIssuingRoot } from '#lib/signer/testing/ceremony.ts'

/**
 * `npm run bench:core`: what lib/pki costs in addition to the bare cryptography of a certificate, without
 * HTTP, directory and ledger. `--steps` prints the time of each step.
 */

const CASES: readonly { readonly client: ClientKeyType; readonly ca: CaKeyType }[] = [
  { client: 'rsa-2048', ca: 'ec-p256' },
  { client: 'ec-p256', ca: 'ec-p256' },
  { client: 'rsa-2048', ca: 'rsa-3072' },
]
const REQUESTS = 200

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    count: { type: 'string', default: '1000' },
    steps: { type: 'boolean', default: false },
  },
})
const count = Number(values.count)
const YEAR_MS = 365 * 24 * 3_600_000
const TBS = randomBytes(700)

type Ca = { readonly issuer: Issuer; readonly signer: Signer; readonly publicKey: KeyObject }

for (const { client, ca: caKey } of CASES) {
  const ca = await openCa(caKey)
  const issuing = { loginUrl: 'http://localhost', key: makeTokenKey() }
  const made = await makeEnrolments(issuing, client, 'user', REQUESTS)
  const requests = made.map(({ csr }) => csr)
  const parsed = requests.map((der) => parseCsr(der))
  const result = await race(
    [
      { name: 'floor', run: () => timed((at) => floor(ca, pick(parsed, at))) },
      { name: 'core', run: () => timed((at) => core(ca, pick(requests, at))) },
    ],
    { rounds: Number(values.rounds), peer: 'floor' },
  )
  console.log(JSON.stringify(compare(`${client} to ${caKey} CA`, result, 'core', 'floor')))
  if (values.steps) await printSteps(ca, requests)
}

/** The steps of lib/issuance that do not wait for I/O. */
async function core(ca: Ca, der: Uint8Array, mark: (step: string) => void = () => undefined) {
  const csr = parseCsr(der)
  mark('parse the request')
  verifyPossession(csr)
  mark('verify its signature')
  const now = Date.now()
  const serial = makeSerial(new Date(now), (length) => randomBytes(length))
  const validity = { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + YEAR_MS) }
  const leaf = { kind: 'user', commonName: 'Ada Lovelace', upn: 'ada@contoso.example' } as const
  const tbs = buildTbs(ca.issuer, leaf, csr.key, serial, validity)
  mark('build')
  const linted = lintTbs(tbs, ca.issuer, leaf, csr.key)
  mark('lint')
  const signature = await ca.signer.sign(linted.tbs)
  mark('sign')
  const certificate = assemble(linted, ca.signer.algorithm, signature)
  if (!isSignedTbs(certificate, linted)) throw new Error('It is not what was linted.')
  mark('assemble and compare')
  if (!new X509Certificate(certificate).verify(ca.publicKey)) throw new Error('It does not verify.')
  mark('let OpenSSL read and verify')
}

async function floor(ca: Ca, csr: Csr): Promise<void> {
  const key = createPublicKey({ key: Buffer.from(csr.key.spki), format: 'der', type: 'spki' })
  if (!verify('sha256', csr.info, key, csr.signature)) throw new Error('A bad request.')
  await ca.signer.sign(TBS)
}

async function timed(certify: (at: number) => Promise<void>): Promise<Turn> {
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  for (let at = 0; at < count; at++) await certify(at)
  const us = ((performance.now() - begun) * 1000) / count
  const { user, system } = process.cpuUsage(cpuBefore)
  return { n: count, us, cpuUs: (user + system) / count }
}

async function printSteps(ca: Ca, requests: readonly Uint8Array[]): Promise<void> {
  const times = new Map<string, number[]>()
  for (let at = 0; at < 2 * count; at++) {
    let before = performance.now()
    await core(ca, pick(requests, at), (step) => {
      const now = performance.now()
      const known = times.get(step) ?? []
      known.push((now - before) * 1000)
      times.set(step, known)
      before = now
    })
  }
  for (const [step, us] of times) console.log(JSON.stringify({ step, us: rounded(median(us)) }))
}

async function openCa(key: CaKeyType): Promise<Ca> {
  const made = await makeIssuingRoot(
    { key, name: 'Bench CA', organization: 'Bench', years: 10 },
    { now: new Date(), randomBytes: (length) => randomBytes(length) },
  )
  const urls = {
    caIssuers: 'https://localhost:8443/ca',
    caIssuersHttp: 'http://localhost:8080/ca',
    ocsp: 'http://localhost:8080/ocsp',
    crl: 'http://localhost:8080/crl',
  }
  const publicKey = createPublicKey(made.key)
  return { issuer: readIssuer(made.chain, urls), signer: signerOf(made.key), publicKey }
}

function pick<T>(items: readonly T[], at: number): T {
  const item = items[at % items.length]
  if (item === undefined) throw new Error('There are no requests.')
  return item
}
