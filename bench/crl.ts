import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { findPeer } from '#bench/lib/peers.ts'
import { type Contender, compare, race, type Turn } from '#bench/lib/round-robin.ts'
import { assembleCrl, buildCrlTbs, encodeEntry } from '#lib/pki/crl.ts'
import { readIssuer } from '#lib/pki/issuer.ts'
import { toPem } from '#lib/pki/pem.ts'
import { makeSerial } from '#lib/pki/serial.ts'
import { makeIssuingRoot } from '#lib/signer/ceremony.ts'
import { signerOf } from '#lib/signer/key.ts'

/**
 * `npm run bench:crl`: a list of so many revoked certificates, made from kept entries and made
 * anew, beside `openssl ca -gencrl` with the same key and the same certificates. Reading them from
 * the ledger is not in it; openssl reads its index, since it knows no other way.
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
const inFolder = (name: string) => path.join(folder, name)

const ca = await makeIssuingRoot(
  { key: 'ec-p256', name: 'Bench CA', organization: 'Bench', years: 10 },
  { now, randomBytes: (length) => randomBytes(length) },
)
const urls = { caIssuers: 'https://localhost/ca', ocsp: 'http://localhost/ocsp', crl: null }
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
    writeIndex(serials)
    contenders.push({
      name: 'openssl',
      run: () => timed(size, async () => makeWithOpenssl(openssl.path)),
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

function writeIndex(serials: readonly string[]): void {
  const stamp = (at: Date) => `${at.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`
  const dates = `${stamp(new Date(now.getTime() + 300 * DAY_MS))}\t${stamp(now)},superseded`
  const lines = serials.map(
    (serial, at) => `R\t${dates}\t${serial.toUpperCase()}\tunknown\t/CN=${at}\n`,
  )
  writeFileSync(inFolder('index.txt'), lines.join(''))
  writeFileSync(inFolder('crlnumber'), '01\n')
  writeFileSync(inFolder('ca.pem'), toPem('CERTIFICATE', issuer.certificate))
  const key = ca.key.export({ format: 'pem', type: 'pkcs8' })
  writeFileSync(inFolder('ca.key'), key, { mode: 0o600 })
  const settings = {
    database: inFolder('index.txt'),
    crlnumber: inFolder('crlnumber'),
    certificate: inFolder('ca.pem'),
    private_key: inFolder('ca.key'),
    default_md: 'sha256',
    default_crl_days: '1',
    unique_subject: 'no',
  }
  const config = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  writeFileSync(inFolder('ca.cnf'), `[ca]\ndefault_ca = bench\n[bench]\n${config.join('')}`)
}

function makeWithOpenssl(program: string): void {
  const args = ['ca', '-config', inFolder('ca.cnf'), '-gencrl', '-out', inFolder('crl.pem')]
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl ca made no list: ${stderr}`)
}
