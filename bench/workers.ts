import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cpuUsOf, residentMibOf } from '#bench/lib/cpu.ts'
import { childrenOf, limitCpu } from '#bench/lib/cpu-share.ts'
import { requestBytes, sendLoad, type Target } from '#bench/lib/load.ts'
import { untilAnswered } from '#bench/lib/ocsp-answered.ts'
import {
  type RunningAuthority,
  startAuthority,
  startDirectory,
  untilAll,
} from '#bench/lib/programs.ts'
import { median, rounded } from '#bench/lib/round-robin.ts'
import { newSchema } from '#bench/lib/schema.ts'
import { type Enrolment, makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { startPostgres } from '#lib/ledger/testing/postgres.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'

/**
 * `npm run bench:workers`: certificates and OCSP answers a second of two workers, beside one, and of two
 * authorities that share nothing. README.md here says how a machine of two cores can show that.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    count: { type: 'string', default: '300' },
    asked: { type: 'string', default: '8000' },
    /** In all, for certificates; OCSP has the fewest. Each twice the one before, so that two can have as many for each. */
    connections: { type: 'string', default: '16,32,64' },
    /** Of one core, for each worker. */
    share: { type: 'string', default: '0.2' },
    engine: { type: 'string', default: '' },
  },
})
const [rounds = 0, count = 0, asked = 0, share = 0] = [
  values.rounds,
  values.count,
  values.asked,
  values.share,
].map(Number)
const connections = values.connections.split(',').map(Number)
const fewest = Math.min(...connections)
/** Two also have twice the most, so that each of them may have as many as one alone. */
const ofTwo = [...connections, 2 * Math.max(...connections)]
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
}

type Group = {
  /** One worker, two of one authority, or two authorities of one worker that share nothing: the floor. */
  readonly name: 'one' | 'two' | 'apart'
  readonly members: readonly Measured[]
}

type Key = {
  readonly work: 'issue' | 'ocsp'
  readonly name: Group['name']
  /** Of the whole group. */
  readonly connections: number
}
type Load = Key & Group
type Enrol = (count: number) => Promise<readonly Enrolment[]>
type Seen = { readonly perSecond: number[]; readonly cpuUs: number[] }

async function main(): Promise<void> {
  const tokenKey = makeTokenKey()
  const directory = await startDirectory(tokenKey)
  const issuing = { loginUrl: directory.url, key: tokenKey }
  const server = await startPostgres()
  const enrol: Enrol = (n) => makeEnrolments(issuing, 'ec-p256', 'user', n)
  for (const engine of ENGINES.filter((name) => name.includes(values.engine))) {
    const startOne = async (name: string, workers: number) => {
      const database = engine === 'sqlite' ? null : await newSchema(server, name)
      const wanted = { workers, database, known: await enrol(KNOWN) }
      return start(`${engine}-${name}`, directory.url, wanted)
    }
    const [one, two] = [await startOne('w1', 1), await startOne('w2', 2)]
    const apart = await startOne('apart', 1)
    for (const measured of [one, two, apart]) {
      for (let n = 0; n < WARM_TURNS; n++) {
        for (const work of ['issue', 'ocsp'] as const) {
          await turn({ work, name: 'one', members: [measured], connections: fewest }, enrol)
        }
      }
      limit(measured)
    }
    const loads = loadsOf([
      { name: 'one', members: [one] },
      { name: 'two', members: [two] },
      { name: 'apart', members: [one, apart] },
    ])
    const seen = new Map(loads.map((load) => [keyOf(load), { perSecond: [], cpuUs: [] } as Seen]))
    for (let round = 0; round < rounds; round++) {
      for (const load of round % 2 === 0 ? loads : loads.toReversed()) {
        const done = await turn(load, enrol)
        seen.get(keyOf(load))?.perSecond.push(done.perSecond)
        seen.get(keyOf(load))?.cpuUs.push(done.cpuUs)
      }
    }
    report(engine, seen)
    const mib = [two.authority.pid, ...two.pids].map(residentMibOf)
    console.error(`${engine}: ${mib.join(', ')} MiB resident: the supervisor, then its workers`)
    for (const { authority } of [one, two, apart]) await authority.stop()
  }
  await server.stop()
  await directory.stop()
}

function loadsOf(groups: readonly Group[]): readonly Load[] {
  return groups.flatMap((group) => {
    const issue = group.name === 'one' ? connections : ofTwo
    const ocsp = group.name === 'apart' ? [] : [fewest]
    return [
      ...issue.map((n) => ({ work: 'issue', ...group, connections: n }) as const),
      ...ocsp.map((n) => ({ work: 'ocsp', ...group, connections: n }) as const),
    ]
  })
}

function keyOf({ work, name, connections }: Key): string {
  return `${work} ${name} ${connections}`
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
    await untilAnswered(authority.port, der)
    ocsp.push(requestBytes('POST', '/ocsp', { 'content-type': 'application/ocsp-request' }, der))
  }
  const pids = workers === 1 ? [authority.pid] : childrenOf(authority.pid)
  return { authority, pids, ocsp }
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

async function turn(
  { work, members, connections }: Load,
  enrol: Enrol,
): Promise<{ readonly perSecond: number; readonly cpuUs: number }> {
  const pids = new Set(members.flatMap(({ authority, pids }) => [authority.pid, ...pids]))
  const cpu = () => [...pids].reduce((sum, pid) => sum + (cpuUsOf(pid) ?? 0), 0)
  const issue = (work === 'issue' ? await enrol(count) : []).map(({ csr, token }) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' }
    return requestBytes('POST', '/api/csr', headers, csr)
  })
  const before = cpu()
  const sent = await Promise.all(
    members.map(({ authority, ocsp }, index) => {
      const requests =
        work === 'issue'
          ? issue.filter((_, at) => at % members.length === index)
          : Array.from({ length: asked }, (_, at) => ocsp[at % KNOWN] ?? Buffer.alloc(0))
      const target: Target = { host: '127.0.0.1', port: authority.port }
      const each = connections / members.length
      const load = { requests, connections: each, keepAlive: true, timeMaxMs: TIME_MAX_MS }
      return sendLoad(target, load)
    }),
  )
  const bad = sent.flatMap(({ statuses }) => [...statuses]).filter(([status]) => status !== 200)
  if (bad.length > 0) throw new Error(`Not every request was granted: ${JSON.stringify(bad)}`)
  const answered = sent.reduce((sum, one) => sum + one.answered, 0)
  const wallUs = Math.max(...sent.map((one) => one.wallUs))
  return { perSecond: answered / (wallUs / 1e6), cpuUs: (cpu() - before) / answered }
}

/** With as many connections, with as many for each of two, and each with those with which it does most. */
function report(engine: string, seen: ReadonlyMap<string, Seen>): void {
  const line = (title: string, peer: Key, ours: Key) => {
    const [one, two] = [seen.get(keyOf(peer)), seen.get(keyOf(ours))]
    if (!one || !two) return
    const ratios = two.perSecond.map((value, at) => value / (one.perSecond[at] ?? Number.NaN))
    const line = {
      case: `${engine}: ${title}`,
      ...{ share, rounds, connections: [peer.connections, ours.connections] },
      perSecond: [one, two].map(({ perSecond }) => Math.round(median(perSecond))),
      cpuUs: [one, two].map(({ cpuUs }) => Math.round(median(cpuUs))),
      ratio: rounded(median(ratios)),
      min: rounded(Math.min(...ratios)),
      max: rounded(Math.max(...ratios)),
    }
    console.log(JSON.stringify(line))
  }
  const best = (name: Group['name']) =>
    ofTwo
      .map((n) => ({ work: 'issue', name, connections: n }) as const)
      .map((key) => ({ key, most: median(seen.get(keyOf(key))?.perSecond ?? [0]) }))
      .reduce((a, b) => (b.most > a.most ? b : a)).key
  for (const [name, title] of [
    ['two', 'issue'],
    ['apart', 'issue, two that share nothing'],
  ] as const) {
    for (const n of connections) {
      const peer = { work: 'issue', name: 'one', connections: n } as const
      line(title, peer, { ...peer, name })
      line(`${title}, as many for each`, peer, { ...peer, name, connections: 2 * n })
    }
    line(`${title}, each at its best`, best('one'), best(name))
  }
  const ocsp = { work: 'ocsp', name: 'one', connections: fewest } as const
  line('ocsp', ocsp, { ...ocsp, name: 'two' })
}

await main()
