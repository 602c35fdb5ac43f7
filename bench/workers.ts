import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { cpuUsOf, residentMibOf } from '#bench/lib/cpu.ts'
import { childrenOf, limitCpu } from '#bench/lib/cpu-share.ts'
import { requestBytes, sendLoad, type Target } from '#bench/lib/load.ts'
import { type RunningAuthority, startAuthority, startDirectory } from '#bench/lib/programs.ts'
import { type Enrolment, makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { openStore } from '#lib/ledger/open.ts'
import { postgresUrl, startPostgres } from '#lib/ledger/testing/postgres.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'

/**
 * `npm run bench:workers`: certificates and OCSP answers a second of two workers, beside one. README.md here
 * says how a machine of two cores can show that.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    count: { type: 'string', default: '300' },
    asked: { type: 'string', default: '8000' },
    connections: { type: 'string', default: '16' },
    /** Of one core, for each worker. */
    share: { type: 'string', default: '0.2' },
    engine: { type: 'string', default: '' },
  },
})
const [rounds, count, asked] = [values.rounds, values.count, values.asked].map(Number)
const [connections, share] = [Number(values.connections), Number(values.share)]
const TIME_MAX_MS = 60_000
const KNOWN = 40
/** With the whole machine, so that what is measured was compiled before. */
const WARM_TURNS = 3
const CORES = `0-${availableParallelism() - 1}`
const ENGINES = ['postgres', 'sqlite'] as const

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-workers-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

type Measured = {
  readonly authority: RunningAuthority
  readonly pids: readonly number[]
  readonly ocsp: readonly Buffer[]
  readonly perSecond: { readonly issue: number[]; readonly ocsp: number[] }
  readonly cpuUs: { readonly issue: number[]; readonly ocsp: number[] }
}

async function main(): Promise<void> {
  const tokenKey = makeTokenKey()
  const directory = await startDirectory(tokenKey)
  const issuing = { loginUrl: directory.url, key: tokenKey }
  const server = await startPostgres()
  for (const engine of ENGINES.filter((name) => name.includes(values.engine))) {
    const needed = 2 * ((rounds ?? 0) + WARM_TURNS) * (count ?? 0) + 2 * KNOWN
    const enrolments = [...(await makeEnrolments(issuing, 'ec-p256', 'user', needed))]
    const measured: Measured[] = []
    for (const workers of [1, 2]) {
      const database =
        engine === 'sqlite'
          ? null
          : await newSchema(postgresUrl(server.folder, 'postgres', `w${workers}`), workers)
      const known = enrolments.splice(0, KNOWN)
      measured.push(
        await start(`${engine}-${workers}`, directory.url, { workers, database, known }),
      )
    }
    for (const one of measured) {
      for (let n = 0; n < WARM_TURNS; n++) await turn(one, enrolments.splice(0, count), false)
      limit(one)
    }
    for (let round = 0; round < (rounds ?? 0); round++) {
      for (const one of round % 2 === 0 ? measured : measured.toReversed()) {
        await turn(one, enrolments.splice(0, count), true)
      }
    }
    report(engine, measured)
    for (const { authority } of measured) await authority.stop()
  }
  await server.stop()
  await directory.stop()
}

async function newSchema(url: string, workers: number): Promise<string> {
  const admin = await openStore(url, { create: false })
  await sql.raw(`create schema w${workers}`).execute(admin.write)
  await admin.close()
  return url
}

type Wanted = {
  readonly workers: number
  readonly database: string | null
  readonly known: readonly Enrolment[]
}

async function start(name: string, directoryUrl: string, wanted: Wanted): Promise<Measured> {
  const { workers, database, known } = wanted
  const home = path.join(folder, name)
  const authority = await startAuthority({
    folder: home,
    directoryUrl,
    caKey: 'ec-p256',
    env: {
      LATCHKEY_WORKERS: String(workers),
      ...(database && { LATCHKEY_DATABASE: database }),
      // The stand-in reports no changes, so the reading at the start has to be valid for the whole run.
      LATCHKEY_DIRECTORY_BUDGET_SECONDS: '86400',
      LATCHKEY_OCSP_GOOD_SECONDS: '86400',
      LATCHKEY_SWEEP_SECONDS: '3600',
      LATCHKEY_LOG: 'warn',
    },
  })
  await untilAll(authority, workers)
  const urls = {
    caIssuers: 'https://a/ca',
    caIssuersHttp: 'http://a/ca',
    ocsp: 'http://a',
    crl: null,
  }
  const issuer = loadPublicIssuer(home, urls)
  const ocsp: Buffer[] = []
  for (const { csr, token } of known) {
    const answer = await fetch(`http://127.0.0.1:${authority.port}/api/csr`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' },
      body: Buffer.from(csr),
    })
    const certificate = new X509Certificate(Buffer.from(await answer.arrayBuffer()))
    const der = ocspRequest(issuer, [certificate.serialNumber.toLowerCase()])
    ocsp.push(requestBytes('POST', '/ocsp', { 'content-type': 'application/ocsp-request' }, der))
  }
  const pids = workers === 1 ? [authority.pid] : childrenOf(authority.pid)
  const none = () => ({ issue: [] as number[], ocsp: [] as number[] })
  return { authority, pids, ocsp, perSecond: none(), cpuUs: none() }
}

/** Each has a share of any core, not all of them the first one. */
function limit({ authority, pids }: Measured): void {
  for (const pid of [authority.pid, ...pids]) spawnSync('taskset', ['-acp', CORES, String(pid)])
  if (!pids.every((pid) => limitCpu(pid, share))) {
    throw new Error(
      'This machine gives no shares of a core (cgroup v1 as root), so nothing is shown.',
    )
  }
}

async function untilAll({ port }: RunningAuthority, workers: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/probe`)
    const { workers: seen = [] } = (await answer.json()) as { workers?: { state: string }[] }
    if (workers === 1 || seen.filter(({ state }) => state === 'up').length === workers) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The workers did not all start.')
}

async function turn(
  one: Measured,
  enrolments: readonly Enrolment[],
  counts: boolean,
): Promise<void> {
  const issue = enrolments.map(({ csr, token }) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' }
    return requestBytes('POST', '/api/csr', headers, csr)
  })
  const ask = Array.from({ length: asked ?? 0 }, (_, at) => one.ocsp[at % KNOWN] ?? Buffer.alloc(0))
  for (const [name, requests] of [
    ['issue', issue],
    ['ocsp', ask],
  ] as const) {
    const target: Target = { host: '127.0.0.1', port: one.authority.port }
    const pids = [one.authority.pid, ...one.pids].filter((pid, at, all) => all.indexOf(pid) === at)
    const cpu = () => pids.reduce((sum, pid) => sum + (cpuUsOf(pid) ?? 0), 0)
    const before = cpu()
    const load = { requests, connections, keepAlive: true, timeMaxMs: TIME_MAX_MS }
    const { answered, wallUs, statuses } = await sendLoad(target, load)
    const bad = [...statuses].filter(([status]) => status !== 200)
    if (bad.length > 0) throw new Error(`Not every request was granted: ${JSON.stringify(bad)}`)
    if (!counts) continue
    one.perSecond[name].push(answered / (wallUs / 1e6))
    one.cpuUs[name].push((cpu() - before) / answered)
  }
}

function report(engine: string, [one, two]: readonly Measured[]): void {
  if (!one || !two) return
  for (const name of ['issue', 'ocsp'] as const) {
    const ratios = two.perSecond[name].map((value, at) => value / (one.perSecond[name][at] ?? 0))
    const line = {
      case: `${engine}: ${name}`,
      ...{ share, rounds, connections },
      perSecond: [medianOf(one.perSecond[name]), medianOf(two.perSecond[name])].map(Math.round),
      cpuUs: [medianOf(one.cpuUs[name]), medianOf(two.cpuUs[name])].map(Math.round),
      ratio: medianOf(ratios).toFixed(2),
      min: Math.min(...ratios).toFixed(2),
      max: Math.max(...ratios).toFixed(2),
    }
    console.log(JSON.stringify(line))
  }
  const mib = [two.authority.pid, ...two.pids].map(residentMibOf)
  console.error(`${engine}: ${mib.join(', ')} MiB resident: the supervisor, then its workers`)
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

await main()
