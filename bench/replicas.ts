import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
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
 * authority alone. Exits with 1 when it is above the limit.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    count: { type: 'string', default: '600' },
    connections: { type: 'string', default: '15' },
  },
})
const [rounds, count, connections] = [values.rounds, values.count, values.connections].map(Number)
const REPLICAS = 3
const WARM_TURNS = 3
const RATIO_MAX = 1.15
const TIME_MAX_MS = 60_000

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-replicas-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

type Group = { readonly name: string; readonly members: readonly RunningAuthority[] }

async function main(): Promise<void> {
  console.log(JSON.stringify(machine({})))
  const tokenKey = makeTokenKey()
  const directory = await startDirectory(tokenKey)
  const server = await startPostgres()
  const groups: Group[] = []
  for (const size of [1, REPLICAS]) {
    const database = await newSchema(server, `of_${size}`)
    groups.push(await startGroup(size, directory.url, database))
  }
  const turns = (rounds ?? 0) + WARM_TURNS
  const needed = groups.length * turns * (count ?? 0)
  const issuing = { loginUrl: directory.url, key: tokenKey }
  const enrolments = [...(await makeEnrolments(issuing, 'ec-p256', 'user', needed))]
  const seen = new Map<string, number[]>()
  for (let turn = 0; turn < turns; turn++) {
    for (const group of turn % 2 === 0 ? groups : groups.toReversed()) {
      const cpuUs = await measure(group, enrolments.splice(0, count))
      if (turn >= WARM_TURNS) seen.set(group.name, [...(seen.get(group.name) ?? []), cpuUs])
    }
  }
  report(seen)
  for (const { members } of groups) for (const one of members) await one.stop()
  await server.stop()
  await directory.stop()
}

/** Authorities with one CA and one ledger, each with a data folder of its own. */
async function startGroup(size: number, directoryUrl: string, database: string): Promise<Group> {
  const members: RunningAuthority[] = []
  const at = (n: number) => path.join(folder, `${size}-${n}`)
  for (let n = 0; n < size; n++) {
    const home = at(n)
    const one = await startAuthority({
      ...{ folder: home, directoryUrl, caKey: 'ec-p256' },
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
  return { name: String(size), members }
}

const PASSPHRASE = 'the same for every replica of a measurement'

/** Gives the CPU time of all members for each certificate, in microseconds. */
async function measure({ members }: Group, enrolments: readonly Enrolment[]): Promise<number> {
  const cpu = () => members.reduce((sum, { pid }) => sum + (cpuUsOf(pid) ?? Number.NaN), 0)
  const before = cpu()
  const sent = await Promise.all(
    members.map(({ port }, index) => {
      const requests = enrolments
        .filter((_, at) => at % members.length === index)
        .map(({ csr, token }) => {
          const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' }
          return requestBytes('POST', '/api/csr', headers, csr)
        })
      const share = Math.ceil((connections ?? 1) / members.length)
      const load = { requests, connections: share, keepAlive: true, timeMaxMs: TIME_MAX_MS }
      return sendLoad({ host: '127.0.0.1', port }, load)
    }),
  )
  const bad = sent.flatMap(({ statuses }) => [...statuses]).filter(([status]) => status !== 200)
  if (bad.length > 0) throw new Error(`Not every request was granted: ${JSON.stringify(bad)}`)
  return (cpu() - before) / sent.reduce((sum, { answered }) => sum + answered, 0)
}

function report(seen: ReadonlyMap<string, readonly number[]>): void {
  const [one = [], three = []] = [seen.get('1'), seen.get(String(REPLICAS))]
  const ratios = three.map((value, at) => value / (one[at] ?? Number.NaN))
  const ratio = median(ratios)
  const line = {
    case: `${REPLICAS} replicas: issue`,
    peer: 'one authority',
    ...{ rounds, count, connections },
    cpuUs: { one: Math.round(median(one)), replicas: Math.round(median(three)) },
    ...{
      ratio: rounded(ratio),
      min: rounded(Math.min(...ratios)),
      max: rounded(Math.max(...ratios)),
    },
    ...{ limit: RATIO_MAX, holds: ratio <= RATIO_MAX },
  }
  console.log(JSON.stringify(line))
  if (ratio > RATIO_MAX) process.exitCode = 1
}

await main()
