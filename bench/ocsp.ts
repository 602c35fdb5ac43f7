import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Child, PINNED, pinSelf, startChild } from '#bench/lib/child.ts'
import { cpuUsOf, residentMibOf } from '#bench/lib/cpu.ts'
import { fillStatus, type StatusFill } from '#bench/lib/fill-status.ts'
import { type Load, requestBytes, sendLoad, type Target } from '#bench/lib/load.ts'
import { untilAnswered } from '#bench/lib/ocsp-answered.ts'
import { findPeer, type Peer } from '#bench/lib/peers.ts'
import { makeCa, startAuthority, startDirectory } from '#bench/lib/programs.ts'
import { type Contender, compare, race, type Turn } from '#bench/lib/round-robin.ts'
import { makeTokenKey } from '#bench/lib/tenant.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { untilAnswers } from '#lib/testing/until-answers.ts'

/**
 * `npm run bench:ocsp`: responses of the authority process: cached, with a nonce, and for serials that were
 * not asked for before; compared with nginx serving a file of the same size, with node:http that does nothing
 * else, and with `openssl ocsp`, on kept and on new connections.
 */

const { values } = parseArgs({
  options: {
    largest: { type: 'string', default: '1e5' },
    smallest: { type: 'string', default: '1e3' },
    rounds: { type: 'string', default: '7' },
    count: { type: 'string', default: '4000' },
    connections: { type: 'string', default: '16' },
    case: { type: 'string', default: '' },
    'cpu-prof': { type: 'string' },
  },
})
const sizes = [1e3, 1e4, 1e5, 1e6].filter(
  (size) => size >= Number(values.smallest) && size <= Number(values.largest),
)
const [rounds, count] = [Number(values.rounds), Number(values.count)]
const connections = Number(values.connections)
const TIME_MAX_MS = 30_000
/** Number of certificates that are asked for repeatedly, like those in use at relying parties. */
const WARM = 200
/** New connections are more expensive, and `openssl ocsp` accepts one at a time. */
const NEW_SHARE = 4

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-ocsp-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

async function main(): Promise<void> {
  pinSelf()
  if (!PINNED) console.error('taskset: processes are not pinned, so the figures share cores')
  const directory = await startDirectory(makeTokenKey())
  for (const size of sizes) await measure(size, directory.url)
  await directory.stop()
}

async function measure(size: number, directoryUrl: string): Promise<void> {
  const home = path.join(folder, String(size))
  const filling = { fill: null as StatusFill | null }
  const profiling = values['cpu-prof']
  const authority = await startAuthority({
    folder: home,
    directoryUrl,
    caKey: 'ec-p256',
    nodeArgs: profiling ? ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profiling)}`] : [],
    env: {
      // The stand-in reports no changes, so the reading at the start has to be valid for the whole run.
      LATCHKEY_DIRECTORY_BUDGET_SECONDS: '86400',
      LATCHKEY_OCSP_GOOD_SECONDS: '86400',
      LATCHKEY_SWEEP_SECONDS: '3600',
      LATCHKEY_LOG: 'silent',
    },
    prepare: async () => {
      const wanted = Math.min(size, 2 * (2 * rounds + 2) * count)
      filling.fill = await fillStatus(home, size, { serials: wanted, allRevoked: false })
    },
  })
  const { fill } = filling
  if (!fill) throw new Error('The ledger was not filled.')
  const target: Target = { host: '127.0.0.1', port: authority.port }
  await untilAnswered(authority.port, ocspRequest(fill.issuer, fill.serials.slice(0, 1)))
  const ask = sender(authority, target)
  const requests = requestsOf(fill)
  const nginx = await startNginx(home, requests.sample)
  const openssl = await startOpenssl(home, size)
  const floor = await startFloor()
  const fixed = (requests: readonly Buffer[]) => floor.ask(requests, true)

  const contenders: Contender[] = [
    { name: 'cached', run: () => ask(requests.cached(count), true) },
    { name: 'cached GET', run: () => ask(requests.cachedGet(count), true) },
    { name: 'nonce', run: () => ask(requests.nonce(count), true) },
    // Only with more certificates than the cache holds is every request of this kind a cache miss.
    ...(size >= 1e5 ? [{ name: 'miss', run: () => ask(requests.miss(count), true) }] : []),
    {
      name: 'cached, new connections',
      run: () => ask(requests.cached(count / NEW_SHARE, true), false),
    },
    {
      name: 'nonce, new connections',
      run: () => ask(requests.nonce(count / NEW_SHARE, true), false),
    },
    { name: 'node:http alone', run: () => fixed(requests.cached(count)) },
    { name: 'node:http alone, GET', run: () => fixed(requests.cachedGet(count)) },
    ...(nginx ? nginx.contenders : []),
    ...(openssl ? openssl.contenders : []),
  ].filter(({ name }) => name.includes(values.case))
  const result = await race(contenders, { rounds, peer: 'cached' })
  const print = (ours: string, peer: string, versions: Record<string, string> = {}) => {
    if (!result.turns.has(ours) || !result.turns.has(peer)) return
    console.log(JSON.stringify(compare(`ocsp of ${size}: ${ours}`, result, ours, peer, versions)))
  }
  print('nonce', 'cached')
  print('nonce, new connections', 'cached, new connections')
  if (size >= 1e5) print('miss', 'cached')
  print('cached', 'node:http alone')
  print('cached GET', 'node:http alone, GET')
  if (nginx) {
    print('node:http alone', 'nginx', { nginx: nginx.version })
    print('node:http alone, GET', 'nginx', { nginx: nginx.version })
    print('cached GET', 'nginx', { nginx: nginx.version })
    print('cached', 'nginx', { nginx: nginx.version })
    print('cached, new connections', 'nginx, new connections', { nginx: nginx.version })
  }
  if (openssl) {
    print('cached, new connections', 'openssl ocsp', { openssl: openssl.version })
    print('nonce, new connections', 'openssl ocsp', { openssl: openssl.version })
  }
  console.error(`${size} certificates: ${residentMibOf(authority.pid)} MiB resident`)
  const rivals = [nginx?.child, openssl?.child, floor.child]
  await Promise.all([authority.stop(), ...rivals.map((child) => child?.stop())])
}

const POST = { 'content-type': 'application/ocsp-request' }
const CLOSE = { connection: 'close' }

/**
 * Gives requests as bytes. Each `miss` names a certificate that was not named before, as long as there are
 * any.
 */
function requestsOf({ issuer, serials }: StatusFill) {
  const post = (der: Uint8Array, isNew = false) =>
    requestBytes('POST', '/ocsp', { ...POST, ...(isNew && CLOSE) }, der)
  const warm = serials.slice(0, WARM)
  const of = (serial: string | undefined, nonce?: Uint8Array) =>
    ocspRequest(issuer, [serial ?? ''], { hash: 'sha1', ...(nonce && { nonce }) })
  const ders = warm.map((serial) => of(serial))
  const repeat = <T>(n: number, make: (at: number) => T) =>
    Array.from({ length: n }, (_, at) => make(at))
  let next = WARM
  return {
    sample: ders[0] ?? new Uint8Array(),
    cached: (n: number, isNew = false) =>
      repeat(n, (at) => post(ders[at % WARM] ?? new Uint8Array(), isNew)),
    cachedGet: (n: number) =>
      repeat(n, (at) => {
        const text = encodeURIComponent(Buffer.from(ders[at % WARM] ?? '').toString('base64'))
        return requestBytes('GET', `/ocsp/${text}`, {})
      }),
    nonce: (n: number, isNew = false) =>
      repeat(n, (at) => post(of(warm[at % WARM], randomBytes(16)), isNew)),
    miss: (n: number) => repeat(n, () => post(of(serials[next++ % serials.length]))),
  }
}

function sender(child: Child, target: Target, connectionsMax = connections) {
  return async (requests: readonly Buffer[], keepAlive: boolean): Promise<Turn> => {
    const load: Load = { requests, keepAlive, connections: connectionsMax, timeMaxMs: TIME_MAX_MS }
    const before = cpuUsOf(child.pid)
    const { answered, wallUs, statuses } = await sendLoad(target, load)
    const after = cpuUsOf(child.pid)
    const bad = [...statuses].filter(([status]) => status !== 200)
    if (bad.length > 0) throw new Error(`Not every request was answered: ${JSON.stringify(bad)}`)
    const cpuUs = before === null || after === null ? null : (after - before) / answered
    return { n: answered, us: wallUs / answered, cpuUs }
  }
}

/** An answer is as large as nginx's file. */
const ANSWER_OCTETS = 800

/** Starts what node:http costs without any work. */
async function startFloor() {
  const port = await freePort()
  const program = path.join(import.meta.dirname, 'lib', 'ocsp-floor-process.ts')
  const args = [program, String(port), String(ANSWER_OCTETS)]
  const child = startChild('measured', process.execPath, args)
  await untilAnswers(`http://127.0.0.1:${port}/`, child.process)
  return { child, ask: sender(child, { host: '127.0.0.1', port }) }
}

type Rival = { readonly child: Child; readonly version: string; readonly contenders: Contender[] }

/** Starts nginx with one worker, which serves a file as large as a response. */
async function startNginx(home: string, sample: Uint8Array): Promise<Rival | null> {
  const peer = findPeer('nginx')
  if (!peer) return null
  const port = await freePort()
  const file = (name: string) => path.join(home, name)
  writeFileSync(file('answer.der'), Buffer.concat([sample, randomBytes(720)]))
  const config = `daemon off; master_process off; worker_processes 1; pid ${file('nginx.pid')};
    error_log ${file('nginx.log')}; events { worker_connections 512; }
    http { access_log off; client_body_temp_path ${file('t1')}; proxy_temp_path ${file('t2')};
      fastcgi_temp_path ${file('t3')}; uwsgi_temp_path ${file('t4')}; scgi_temp_path ${file('t5')};
      keepalive_requests 1000000; open_file_cache max=10;
      server { listen 127.0.0.1:${port}; root ${home}; } }`
  writeFileSync(file('nginx.conf'), config)
  const child = startChild('measured', peer.path, ['-c', file('nginx.conf'), '-p', home])
  await untilAnswers(`http://127.0.0.1:${port}/answer.der`, child.process)
  const ask = sender(child, { host: '127.0.0.1', port })
  const get = (n: number, isNew: boolean) =>
    Array.from({ length: n }, () => requestBytes('GET', '/answer.der', isNew ? CLOSE : {}))
  return {
    child,
    version: peer.version,
    contenders: [
      { name: 'nginx', run: () => ask(get(count, false), true) },
      { name: 'nginx, new connections', run: () => ask(get(count / NEW_SHARE, true), false) },
    ],
  }
}

/** Starts `openssl ocsp` with an index of as many certificates. It answers one connection at a time. */
async function startOpenssl(home: string, size: number): Promise<Rival | null> {
  const peer: Peer | null = findPeer('openssl')
  if (!peer) return null
  const port = await freePort()
  const file = (name: string) => path.join(home, name)
  const ca = await makeCa('ec-p256')
  const serials = Array.from({ length: size }, () => `40${randomBytes(19).toString('hex')}`)
  const lines = serials.map(
    (one, at) => `V\t361231235959Z\t\t${one.toUpperCase()}\tunknown\t/CN=${at}\n`,
  )
  writeFileSync(file('index.txt'), lines.join(''))
  writeFileSync(file('rival.pem'), ca.certificate)
  writeFileSync(file('rival.key'), ca.key, { mode: 0o600 })
  const signer = [
    '-rsigner',
    file('rival.pem'),
    '-rkey',
    file('rival.key'),
    '-CA',
    file('rival.pem'),
  ]
  const rest = ['-index', file('index.txt'), '-port', String(port), '-nmin', '5']
  const child = startChild('measured', peer.path, ['ocsp', ...rest, ...signer])
  const ask = sender(child, { host: '127.0.0.1', port }, 1)
  const { subject: name, spki } = readCertificate(new X509Certificate(ca.certificate).raw)
  const issuer = { name, spki }
  const requests = (n: number) =>
    Array.from({ length: n }, (_, at) => {
      const der = ocspRequest(issuer, [serials[at % WARM] ?? ''], { nonce: randomBytes(16) })
      return requestBytes('POST', '/', { ...POST, ...CLOSE }, der)
    })
  // The program ends when it gets anything but an OCSP request, so it is tried with one.
  for (let tries = 0; ; tries++) {
    const answered = await ask(requests(1), false).catch(() => null)
    if (answered) break
    if (tries === 200) throw new Error('openssl ocsp does not answer.')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    child,
    version: peer.version,
    contenders: [{ name: 'openssl ocsp', run: () => ask(requests(count / NEW_SHARE), false) }],
  }
}

await main()
