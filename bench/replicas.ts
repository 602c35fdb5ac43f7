import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cpuUsOf } from '#bench/lib/cpu.ts'
import { requestBytes, sendLoad } from '#bench/lib/load.ts'
import { machine } from '#bench/lib/machine.ts'
import { type RunningAuthority, startAuthority, startDirectory } from '#bench/lib/programs.ts'
import { median, rounded } from '#bench/lib/round-robin.ts'
import { newSchema } from '#bench/lib/schema.ts'
import { type Enrolment, makeEnrolments, makeTokenKey } from '#bench/lib/tenant.ts'
import { startPostgres } from '#lib/ledger/testing/postgres.ts'

/**
 * `npm run bench:replicas`: the CPU time of a certificate where three authorities share one PostgreSQL, beside one
 * authority alone: each with as many connections as the one has, and with as many among them; and what they spend
 * while nobody asks. Exits with 1 when the first is above the limit.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    count: { type: 'string', default: '300' },
    connections: { type: 'string', default: '15' },
    'idle-seconds': { type: 'string', default: '30' },
    'cpu-prof': { type: 'string' },
  },
})
const [rounds = 0, count = 0, connections = 0, idleSeconds = 0] = [
  values.rounds,
  values.count,
  values.connections,
  values['idle-seconds'],
].map(Number)
const REPLICAS = 3
/** For each process: until then V8 still compiles, and a process with a third of the load compiles for longer. */
const WARM_COUNT = 500
const WARM_CONNECTIONS = 4
const RATIO_MAX = 1.15
const TIME_MAX_MS = 120_000
/** After the start, and after the last request. */
const SETTLE_MS = 5_000

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-replicas-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

type Group = { readonly name: string; readonly members: readonly RunningAuthority[] }

type Load = {
  readonly name: string
  readonly members: readonly RunningAuthority[]
  /** Of each member. */
  readonly connections: number
  readonly count: number
}

async function main(): Promise<void> {
  console.log(JSON.stringify(machine({})))
  const tokenKey = makeTokenKey()
  const directory = await startDirectory(tokenKey)
  const server = await startPostgres()
  const start = async (name: string, size: number) =>
    startGroup(name, size, directory.url, await newSchema(server, name))
  const [one, three] = [await start('alone', 1), await start('replicas', REPLICAS)]
  const apart = [one]
  while (apart.length < REPLICAS) apart.push(await start(`apart_${apart.length}`, 1))
  const enrol = (n: number) =>
    makeEnrolments({ loginUrl: directory.url, key: tokenKey }, 'ec-p256', 'user', n)

  await measureIdle([one, three])
  for (const member of [...apart, three].flatMap(({ members }) => members)) {
    // Fewer at once than are measured: what is not compiled yet would be slow enough to turn some away.
    await measure([member], await enrol(WARM_COUNT), WARM_CONNECTIONS)
  }
  const third = { connections: connections / REPLICAS, count: count / REPLICAS }
  const loads: readonly Load[] = [
    { name: 'alone', members: one.members, connections, count },
    { name: 'replicas', members: three.members, connections, count },
    { name: 'apart', members: apart.flatMap((group) => group.members), connections, count },
    { name: 'replicasOfThird', members: three.members, ...third },
    { name: 'apartOfThird', members: apart.flatMap((group) => group.members), ...third },
  ]
  const seen = new Map<string, number[]>()
  for (let turn = 0; turn < rounds; turn++) {
    for (const load of turn % 2 === 0 ? loads : loads.toReversed()) {
      const cpuUs = await measure(
        load.members,
        await enrol(load.count * load.members.length),
        load.connections,
      )
      seen.set(load.name, [...(seen.get(load.name) ?? []), cpuUs])
    }
  }
  report(seen)
  for (const { members } of [...apart, three]) for (const member of members) await member.stop()
  await server.stop()
  await directory.stop()
}

/** Authorities with one CA and one ledger, each with a data folder of its own. */
async function startGroup(
  name: string,
  size: number,
  directoryUrl: string,
  database: string,
): Promise<Group> {
  const members: RunningAuthority[] = []
  const at = (n: number) => path.join(folder, `${name}-${n}`)
  const profiles = values['cpu-prof']
  for (let n = 0; n < size; n++) {
    const home = at(n)
    const one = await startAuthority({
      ...{ folder: home, directoryUrl, caKey: 'ec-p256' },
      ...(profiles !== undefined && {
        nodeArgs: ['--cpu-prof', '--cpu-prof-dir', path.join(profiles, `${name}-${n}`)],
      }),
      prepare: async () => {
        if (n === 0) return
        rmSync(path.join(home, 'ca'), { recursive: true })
        cpSync(path.join(at(0), 'ca'), path.join(home, 'ca'), { recursive: true })
      },
      env: {
        LATCHKEY_WORKERS: '1',
        LATCHKEY_DATABASE: database,
        LATCHKEY_CA_PASSPHRASE: PASSPHRASE,
        // The stand-in reports no changes, so the reading at the start has to be valid for the whole run.
        LATCHKEY_DIRECTORY_BUDGET_SECONDS: '86400',
        LATCHKEY_SWEEP_SECONDS: '3600',
        LATCHKEY_LOG: 'warn',
      },
    })
    members.push(one)
  }
  return { name, members }
}

const PASSPHRASE = 'the same for every replica of a measurement'

const cpuOf = (members: readonly RunningAuthority[]) =>
  members.reduce((sum, { pid }) => sum + (cpuUsOf(pid) ?? Number.NaN), 0)

/** CPU of all of a group in each second in which nobody asks anything. */
async function measureIdle(groups: readonly Group[]): Promise<void> {
  await delay(SETTLE_MS)
  const before = groups.map(({ members }) => cpuOf(members))
  const begun = performance.now()
  await delay(idleSeconds * 1000)
  const seconds = (performance.now() - begun) / 1000
  const usPerSecond = groups.map(
    ({ members }, at) => (cpuOf(members) - (before[at] ?? 0)) / seconds,
  )
  const [one = 0, replicas = 0] = usPerSecond.map(Math.round)
  const ratio = rounded(replicas / one)
  console.log(
    JSON.stringify({
      case: `${REPLICAS} replicas: idle`,
      peer: 'one authority',
      seconds: Math.round(seconds),
      cpuUsPerSecond: { one, replicas },
      ratio,
    }),
  )
}

/** Gives the CPU time of all members for each certificate, in microseconds. */
async function measure(
  members: readonly RunningAuthority[],
  enrolments: readonly Enrolment[],
  share: number,
): Promise<number> {
  const before = cpuOf(members)
  const sent = await Promise.all(
    members.map(({ port }, index) => {
      const requests = enrolments
        .filter((_, at) => at % members.length === index)
        .map(({ csr, token }) => {
          const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' }
          return requestBytes('POST', '/api/csr', headers, csr)
        })
      const load = { requests, connections: share, keepAlive: true, timeMaxMs: TIME_MAX_MS }
      return sendLoad({ host: '127.0.0.1', port }, load)
    }),
  )
  const bad = sent.flatMap(({ statuses }) => [...statuses]).filter(([status]) => status !== 200)
  if (bad.length > 0) throw new Error(`Not every request was granted: ${JSON.stringify(bad)}`)
  return (cpuOf(members) - before) / sent.reduce((sum, { answered }) => sum + answered, 0)
}

/** Of the same round, so that what the machine did besides is in both. */
function report(seen: ReadonlyMap<string, readonly number[]>): void {
  const lines = [
    ['replicas', 'alone', `issue, each with ${connections} connections`],
    ['apart', 'alone', `issue, each with ${connections} connections and a ledger of its own`],
    ['replicasOfThird', 'alone', `issue, ${connections} connections among them`],
    ['apartOfThird', 'alone', `issue, ${connections} connections among them, ledgers of their own`],
  ] as const
  for (const [name, peer, title] of lines) {
    const [ours = [], theirs = []] = [seen.get(name), seen.get(peer)]
    const ratios = ours.map((value, at) => value / (theirs[at] ?? Number.NaN))
    const ratio = median(ratios)
    const cpuUs = Math.round(median(ours))
    const line = {
      ...{ case: `${REPLICAS} replicas: ${title}`, peer: `one with ${connections} connections` },
      ...{ rounds, count, cpuUs, peerCpuUs: Math.round(median(theirs)) },
      ...{
        ratio: rounded(ratio),
        min: rounded(Math.min(...ratios)),
        max: rounded(Math.max(...ratios)),
      },
      ...(name === 'replicas' && { limit: RATIO_MAX, holds: ratio <= RATIO_MAX }),
    }
    console.log(JSON.stringify(line))
    if (name === 'replicas' && ratio > RATIO_MAX) process.exitCode = 1
  }
}

await main()
