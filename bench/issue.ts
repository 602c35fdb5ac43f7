import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { account } from '#bench/lib/account.ts'
import { besideStepCa, takeFrom } from '#bench/lib/beside-step-ca.ts'
import { type Child, PINNED, pinSelf, startChild } from '#bench/lib/child.ts'
import type { ClientKeyType } from '#bench/lib/client-keys.ts'
import type { FloorMaterial } from '#bench/lib/floor-process.ts'
import { requestBytes, sendLoad, type Target } from '#bench/lib/load.ts'
import { machine } from '#bench/lib/machine.ts'
import { FLOOR, startNodeFloor } from '#bench/lib/node-floor.ts'
import { findPeer, type Peer } from '#bench/lib/peers.ts'
import {
  type Directory,
  makeCa,
  type RunningAuthority,
  startAuthority,
  startCfssl,
  startDirectory,
} from '#bench/lib/programs.ts'
import { type Contender, compare, race, type Turn } from '#bench/lib/round-robin.ts'
import {
  type Enrolment,
  type Issuing,
  makeEnrolments,
  makeTokenKey,
  type Profile,
} from '#bench/lib/tenant.ts'
import { EST_PATH, enrolmentRequest, estBody, runLoad } from '#bench/lib/turn.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import type { CaKeyType } from '#lib/signer/key.ts'

/**
 * `npm run bench:issue`: certificates through the whole authority, compared with the bare cryptography and
 * with `cfssl serve`. README.md here says what is measured and how to read it.
 */

type Case = {
  readonly name: string
  readonly client: ClientKeyType
  readonly ca: CaKeyType
  readonly profile: Profile
}

const CASES: readonly Case[] = [
  { name: 'rsa-2048 to p-256 CA', client: 'rsa-2048', ca: 'ec-p256', profile: 'user' },
  { name: 'p-256 to p-256 CA', client: 'ec-p256', ca: 'ec-p256', profile: 'user' },
  { name: 'p-256 to p-256 CA, device', client: 'ec-p256', ca: 'ec-p256', profile: 'device' },
  { name: 'rsa-2048 to rsa-3072 CA', client: 'rsa-2048', ca: 'rsa-3072', profile: 'user' },
]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    count: { type: 'string', default: '500' },
    connections: { type: 'string', default: '16' },
    case: { type: 'string', default: '' },
    transport: { type: 'string', default: '' },
    paced: { type: 'string', default: '2000' },
    profile: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const count = Number(values.count)
const connections = Number(values.connections)
/** Full handshakes are expensive, and fewer of them give the same result. */
const HANDSHAKE_SHARE = 4

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

async function main(): Promise<void> {
  pinSelf()
  if (!PINNED) console.error('taskset: processes are not pinned, so the figures share cores')
  const tokenKey = makeTokenKey()
  const [cfssl, stepCa] = [findPeer('cfssl'), findPeer('step-ca')]
  const peers = {
    ...(cfssl && { cfssl: cfssl.version }),
    ...(stepCa && { 'step-ca': stepCa.version }),
  }
  console.log(JSON.stringify(machine(peers)))
  const directory = await startDirectory(tokenKey)
  const issuing = { loginUrl: directory.url, key: tokenKey }
  if (values.profile) {
    await printAccounts(issuing)
    await directory.stop()
    return
  }
  for (const one of CASES.filter(({ name }) => name.includes(values.case))) {
    await measure(one, directory, issuing, cfssl)
  }
  if (stepCa) {
    const paced = Number(values.paced)
    const only = values.case
    await besideStepCa({ stepCa, folder, issuing, rounds, count, paced, connections, only })
  }
  await directory.stop()
}

/** Where the CPU of a certificate goes, in µs, beside the floor of Node. */
async function printAccounts(issuing: Issuing): Promise<void> {
  for (const engine of ['sqlite', 'postgres'] as const) {
    for (const profile of ['user', 'device'] as const) {
      const name = `account, ${profile}, ${engine}`
      if (!name.includes(values.case)) continue
      const costs = await account({ issuing, engine, profile, rounds, count, connections })
      console.log(JSON.stringify({ case: name, cpuUs: costs }))
    }
  }
}

async function measure(
  one: Case,
  directory: Directory,
  issuing: Issuing,
  cfssl: Peer | null,
): Promise<void> {
  const caseFolder = path.join(folder, one.name.replaceAll(/\W+/g, '-'))
  const profiles = values['cpu-prof']
  const authority = await startAuthority({
    folder: caseFolder,
    directoryUrl: directory.url,
    caKey: one.ca,
    nodeArgs: profiles ? ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profiles)}`] : [],
  })
  const rival = cfssl && (await startCfssl(cfssl, caseFolder, one.ca))
  const transports = (await transportsOf(authority)).filter(({ name }) =>
    name.includes(values.transport),
  )
  const overHttp = transports.find(({ name }) => name === API)
  // It reads and makes P-256 alone.
  const isP256 = one.client === 'ec-p256' && one.ca === 'ec-p256'
  const floorOfNode = overHttp && isP256 ? await startFloorOfNode(issuing, caseFolder) : null
  const share = transports.reduce((sum, { perRound }) => sum + perRound, floorOfNode ? count : 0)
  // Twice the rounds, in case they are repeated, and the warm-up.
  const needed = (2 * rounds + 1) * share
  const enrolments = await makeEnrolments(issuing, one.client, one.profile, needed)
  const pool = takeFrom(enrolments)
  const floor = await startFloor(one, enrolments.slice(0, 500), caseFolder)

  const contenders: Contender[] = [
    { name: 'floor', run: floor.run },
    ...transports.map((transport) => ({
      name: transport.name,
      run: () => runTransport(authority, transport, pool(transport.perRound)),
    })),
  ]
  if (overHttp && floorOfNode) {
    const transport = { ...overHttp, target: floorOfNode.target }
    contenders.push({
      name: FLOOR,
      run: () => runTransport(floorOfNode, transport, pool(count)),
    })
  }
  if (rival) {
    const requests = enrolments.slice(0, count).map(cfsslRequest)
    const target = { host: '127.0.0.1', port: rival.port } as const
    contenders.push({
      name: 'cfssl',
      run: () => runLoad(rival.pid, target, { requests, connections, keepAlive: true }),
    })
  }
  const result = await race(contenders, { rounds, peer: rival ? 'cfssl' : 'floor' })
  const versions = cfssl ? { cfssl: cfssl.version } : {}
  for (const { name } of transports) {
    const label = `${one.name}, ${name}`
    console.log(JSON.stringify(compare(label, result, name, 'floor')))
    if (rival) console.log(JSON.stringify(compare(label, result, name, 'cfssl', versions)))
  }
  if (floorOfNode) {
    const label = `${one.name}, ${API}`
    console.log(JSON.stringify(compare(label, result, API, FLOOR)))
    const line = compare(`${label}: the ${FLOOR}`, result, FLOOR, 'cfssl', versions)
    if (rival) console.log(JSON.stringify(line))
  }
  const running = [authority, floor.child, rival, floorOfNode]
  await Promise.all(running.map((child) => child?.stop()))
}

const API = 'api, http'

/** Over http, with a file of SQLite. */
function startFloorOfNode(issuing: Issuing, where: string) {
  const folder = path.join(where, 'floor-of-node')
  return startNodeFloor({ folder, issuing, database: null, beside: null })
}

type Transport = {
  readonly name: string
  readonly target: Target
  readonly keepAlive: boolean
  readonly path: string
  /** Encodes the body for this protocol. */
  readonly bodyOf: (csr: Uint8Array) => Uint8Array | string
  readonly perRound: number
}

async function transportsOf(authority: RunningAuthority): Promise<readonly Transport[]> {
  const plain: Target = { host: '127.0.0.1', port: authority.port }
  const secure: Target = { ...plain, port: authority.tlsPort, ca: authority.tlsCa }
  const raw = { path: '/api/csr', bodyOf: (csr: Uint8Array) => csr, perRound: count }
  const api = { ...raw, name: API, target: plain, keepAlive: true }
  const probe = requestBytes('GET', '/.well-known/est/cacerts', {})
  const load = { requests: [probe], connections: 1, keepAlive: true, timeMaxMs: 5000 }
  const { statuses } = await sendLoad(secure, load)
  if (!statuses.has(200)) {
    console.error('EST: skipped: this authority has no such route')
    return [api, { ...api, name: 'api, https', target: secure }]
  }
  const est = {
    ...raw,
    path: EST_PATH,
    bodyOf: estBody,
    target: secure,
  }
  const handshakes = Math.ceil(count / HANDSHAKE_SHARE)
  return [
    api,
    { ...est, name: 'est, https', keepAlive: true },
    { ...est, name: 'est, https, new connections', keepAlive: false, perRound: handshakes },
  ]
}

function runTransport(
  { pid }: Child,
  { target, path: route, keepAlive, bodyOf }: Transport,
  enrolments: readonly Enrolment[],
): Promise<Turn> {
  const requests = enrolments.map((one) => enrolmentRequest(one, route, bodyOf, keepAlive))
  return runLoad(pid, target, { requests, connections, keepAlive })
}

function cfsslRequest({ csr }: Enrolment): Buffer {
  const body = JSON.stringify({ certificate_request: toPem('CERTIFICATE REQUEST', csr) })
  const headers = { 'content-type': 'application/json' }
  return requestBytes('POST', '/api/v1/cfssl/sign', headers, body)
}

async function startFloor(one: Case, enrolments: readonly Enrolment[], where: string) {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const material: FloorMaterial = {
    caKey: (await makeCa(one.ca)).key,
    caHash: 'sha256',
    requests: enrolments.map(({ csr }) => {
      const { key, info, signature } = parseCsr(csr)
      return { spki: base64(key.spki), info: base64(info), signature: base64(signature) }
    }),
  }
  const file = path.join(where, 'floor.json')
  writeFileSync(file, JSON.stringify(material), { mode: 0o600 })
  const program = path.join(import.meta.dirname, 'lib', 'floor-process.ts')
  const child = startChild('measured', process.execPath, [program, file], { ipc: true })
  const run = () =>
    new Promise<Turn>((resolve) => {
      child.process.once('message', (turn: Turn) => resolve(turn))
      child.process.send(count)
    })
  return { child, run }
}

await main()
