import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { prepareGencrl } from '#bench/lib/gencrl.ts'
import { findPeer } from '#bench/lib/peers.ts'
import { type Contender, compare, race, type Turn } from '#bench/lib/round-robin.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { assembleCrl, buildCrlTbs, encodeEntry } from '#lib/pki/crl/crl.ts'
import { signerOf } from '#lib/signer/key.ts'
import { makeIssuingRoot } from '#lib/signer/testing/ceremony.ts'

/**
 * `npm run bench:crl`: a CRL of this many revoked certificates, made from kept entries and encoded anew,
 * compared with `openssl ca -gencrl` with the same key and certificates. Reading the ledger is not included;
 * openssl has to read its index.
 */

const { values } = parseArgs({
  options: {
    largest: { type: 'string', default: '1e5' },
    rounds: { type: 'string', default: '7' },
  },
})
const sizes = [1e4, 1e5, 1e6].filter((size) => size <= Number(values.largest))
const rounds = Number(values.rounds)
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-crl-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const now = new Date()
const DAY_MS = 86_400_000

const ca = await makeIssuingRoot(
  { key: 'ec-p256', name: 'Bench CA', organization: 'Bench', years: 10 },
  { now, randomBytes: (length) => randomBytes(length) },
)
const urls = {
  caIssuers: 'https://localhost/ca',
  caIssuersHttp: 'http://localhost/ca',
  ocsp: 'http://localhost/ocsp',
  crl: null,
}
const issuer = readIssuer(ca.chain, urls)
const signer = signerOf(ca.key)
const openssl = findPeer('openssl')

for (const size of sizes) {
  const serials = Array.from({ length: size }, () =>
    makeSerial(now, (length) => randomBytes(length)),
  )
  const encoded = () => serials.map((serial) => encodeEntry(serial, now, 'superseded'))
  const kept = encoded()
  const contenders: Contender[] = [
    { name: 'kept entries', run: () => timed(size, () => makeList(kept)) },
    { name: 'new entries', run: () => timed(size, () => makeList(encoded())) },
  ]
  if (openssl) {
    const material = { folder, key: ca.key, certificate: issuer.certificate, serials, now }
    const make = prepareGencrl(openssl.path, material)
    contenders.push({
      name: 'openssl',
      run: () => timed(size, async () => make()),
    })
  }
  const result = await race(contenders, { rounds, peer: openssl ? 'openssl' : 'new entries' })
  for (const name of ['kept entries', 'new entries']) {
    const peer = openssl ? 'openssl' : 'new entries'
    const version: Record<string, string> = openssl ? { 'openssl ca': openssl.version } : {}
    console.log(JSON.stringify(compare(`crl of ${size}, ${name}`, result, name, peer, version)))
  }
}

async function makeList(entries: readonly Uint8Array[]): Promise<void> {
  const tbs = buildCrlTbs(issuer, {
    number: 1n,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + DAY_MS),
    entries,
    partitionUrl: null,
    baseNumber: null,
    freshestUrl: null,
  })
  assembleCrl(tbs, signer.algorithm, await signer.sign(tbs))
}

/** µs for each entry. */
async function timed(n: number, make: () => Promise<void>): Promise<Turn> {
  const begun = performance.now()
  await make()
  return { n, us: ((performance.now() - begun) * 1000) / n, cpuUs: null }
}
