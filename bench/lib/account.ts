import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '#lib/ledger/testing/postgres.ts'
import { takeFrom } from './beside-step-ca.ts'
import type { Child } from './child.ts'
import type { Target } from './load.ts'
import { startNodeFloor } from './node-floor.ts'
import { type Span, shareByGroup } from './profile.ts'
import { startAuthority } from './programs.ts'
import { median } from './round-robin.ts'
import { newSchema } from './schema.ts'
import { type Enrolment, type Issuing, makeEnrolments, type Profile } from './tenant.ts'
import { EST_PATH, enrolmentRequest, estBody, runLoad } from './turn.ts'

/**
 * What one certificate costs, of the authority and of node-floor-process.ts, in turns, and in which part. CPU time is
 * that of the whole process; the profiler, which counts time, says how it is shared out. So the files lie in
 * memory where there is such a place, and nothing waits for a disk.
 */

export type AccountOptions = {
  readonly issuing: Issuing
  readonly engine: 'sqlite' | 'postgres'
  readonly profile: Profile
  readonly rounds: number
  readonly count: number
  readonly connections: number
}

type Program = {
  readonly child: Child
  readonly target: Target
  readonly profiles: string
  readonly spans: Span[]
  readonly cpuUs: number[]
}

const IN_MEMORY = '/dev/shm'
/** The first turns find cold code. */
const WARM_UP_ROUNDS = 3

/** Gives µs of CPU by group, of each program. */
export async function account(options: AccountOptions) {
  const parent = existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir()
  const folder = mkdtempSync(path.join(parent, 'latchkey-account-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const server = options.engine === 'postgres' ? await startPostgres() : null
  const database = async (name: string) => server && (await newSchema(server, name))
  const ours = await startOurs(options, folder, await database('ours'))
  const floor = await startFloor(options, folder, await database('floor'), ours.target)
  const programs = [ours, floor]
  const { rounds, count } = options
  const needed = (WARM_UP_ROUNDS + rounds) * programs.length * count
  const take = takeFrom(await makeEnrolments(options.issuing, 'ec-p256', options.profile, needed))
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const program of programs) await turn(program, take(count), options, round >= 0)
  }
  await Promise.all(programs.map(({ child }) => child.stop()))
  await server?.stop()
  return { ours: costsOf(ours), floor: costsOf(floor) }
}

async function turn(
  { child, target, spans, cpuUs }: Program,
  enrolments: readonly Enrolment[],
  { connections }: AccountOptions,
  isCounted: boolean,
): Promise<void> {
  const requests = enrolments.map((one) => enrolmentRequest(one, EST_PATH, estBody))
  const from = nowUs()
  const done = await runLoad(child.pid, target, { requests, connections, keepAlive: true })
  if (!isCounted || done.cpuUs === null) return
  spans.push({ from, to: nowUs() })
  cpuUs.push(done.cpuUs)
}

/** By the clock of V8's profiles. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

function costsOf({ profiles, spans, cpuUs }: Program) {
  const whole = median(cpuUs)
  const shares = [...shareByGroup(profiles, spans)].sort(([, a], [, b]) => b - a)
  const byGroup = shares.map(([name, share]) => [name, Math.round(share * whole)] as const)
  return { cpuUs: Math.round(whole), ...Object.fromEntries(byGroup) }
}

async function startOurs(
  { issuing }: AccountOptions,
  folder: string,
  database: string | null,
): Promise<Program> {
  const profiles = path.join(folder, 'profiles-ours')
  const authority = await startAuthority({
    folder: path.join(folder, 'ours'),
    directoryUrl: issuing.loginUrl,
    caKey: 'ec-p256',
    env: { LATCHKEY_WORKERS: '1', ...(database !== null && { LATCHKEY_DATABASE: database }) },
    nodeArgs: profiling(profiles),
  })
  const target = { host: '127.0.0.1', port: authority.tlsPort, ca: authority.tlsCa } as const
  return { child: authority, target, profiles, spans: [], cpuUs: [] }
}

async function startFloor(
  { issuing }: AccountOptions,
  folder: string,
  database: string | null,
  { ca: tlsCa = '' }: Target,
): Promise<Program> {
  const profiles = path.join(folder, 'profiles-floor')
  const child = await startNodeFloor({
    folder: path.join(folder, 'floor'),
    issuing,
    database,
    beside: { folder: path.join(folder, 'ours'), tlsCa },
    nodeArgs: profiling(profiles),
  })
  return { child, target: child.target, profiles, spans: [], cpuUs: [] }
}

function profiling(folder: string): readonly string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500']
}
