import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { type PostgresServer, postgresUrl, startPostgres } from '#lib/ledger/testing/postgres.ts'
import type { Child, Core } from './child.ts'
import type { Load, Target } from './load.ts'
import { FLOOR, startNodeFloor } from './node-floor.ts'
import type { Peer } from './peers.ts'
import { startAuthority, untilAll } from './programs.ts'
import { compare, median, quantile, race, rounded, type Turn } from './round-robin.ts'
import { newSchema } from './schema.ts'
import { type StepCaDatabase, startStepCa } from './step-ca.ts'
import { type Enrolment, type Issuing, makeEnrolments } from './tenant.ts'
import { EST_PATH, enrolmentRequest, estBody, memoryMibOf, runLoad } from './turn.ts'

/**
 * The authority beside step-ca, engine for engine: both keep https open, and for each certificate they verify
 * one token and one P-256 request, sign with a P-256 key and store durably.
 */

export type Options = {
  readonly stepCa: Peer
  readonly folder: string
  readonly issuing: Issuing
  readonly rounds: number
  /** Certificates in a turn, and those at half load. */
  readonly count: number
  readonly paced: number
  readonly connections: number
  /** Only those whose name holds it. */
  readonly only: string
}

const SETUPS = [
  { name: 'beside step-ca, embedded database, one core', engine: 'embedded', core: 'measured' },
  { name: 'beside step-ca, PostgreSQL, one core', engine: 'postgres', core: 'measured' },
  { name: 'beside step-ca, embedded database, all cores', engine: 'embedded', core: 'all' },
  { name: 'beside step-ca, PostgreSQL, all cores', engine: 'postgres', core: 'all' },
] as const satisfies readonly { name: string; engine: string; core: Core }[]

type Setup = (typeof SETUPS)[number]

type Program = {
  readonly name: string
  readonly child: Child
  readonly target: Target
  readonly atRestMib: number | null
  /** The next requests, each of which is sent once. */
  readonly next: (n: number) => Promise<readonly Buffer[]>
}

type Makers = {
  readonly people: readonly Enrolment[]
  readonly devices: readonly Enrolment[]
  readonly server: PostgresServer | null
}

/** Prints lines for each setup. */
export async function besideStepCa(options: Options): Promise<void> {
  const setups = SETUPS.filter(({ name }) => name.includes(options.only))
  if (setups.length === 0) return
  // Twice the rounds, in case they are repeated, and the warm-up.
  const needed = (2 * options.rounds + 1) * options.count
  const people = await makeEnrolments(options.issuing, 'ec-p256', 'user', needed + options.paced)
  const devices = await makeEnrolments(options.issuing, 'ec-p256', 'device', needed)
  const withServer = setups.some(({ engine }) => engine === 'postgres')
  const server = withServer ? await startPostgres() : null
  for (const setup of setups) await measure(setup, { people, devices, server }, options)
  await server?.stop()
}

async function measure(setup: Setup, makers: Makers, options: Options): Promise<void> {
  const programs = await startAll(setup, makers, options)
  const inTurn = new Map<string, number>()
  const contenders = programs.map((program) => ({
    name: program.name,
    run: async () => {
      const turn = await send(program, await program.next(options.count), options, {})
      const mib = memoryMibOf(program.child.pid) ?? 0
      inTurn.set(program.name, Math.max(mib, inTurn.get(program.name) ?? 0))
      return turn
    },
  }))
  const [, peer] = programs
  const result = await race(contenders, { rounds: options.rounds, peer: peer.name })
  const stepCa = { 'step-ca': options.stepCa.version }
  for (const { name, atRestMib } of programs) {
    const turns = result.turns.get(name) ?? []
    const raw = turns.map(({ us, cpuUs }) => [us, cpuUs].map((value) => value && rounded(value)))
    print({ case: setup.name, program: name, atRestMib, loadedMib: inTurn.get(name), turns: raw })
  }
  for (const { name } of programs.filter(({ name }) => name !== PERSON && !DEVICES.has(name))) {
    print(compare(setup.name, result, PERSON, name, stepCa))
  }
  print(compare(`${setup.name}: a device beside a person`, result, DEVICE, PERSON))
  if (result.turns.has(FLOOR)) {
    print(compare(`${setup.name}: the floor of Node`, result, FLOOR, peer.name, stepCa))
    const device = `${setup.name}: the floor of Node, a device beside a person`
    print(compare(device, result, FLOOR_DEVICE, FLOOR))
  }
  for (const program of programs.filter(({ name }) => !DEVICES.has(name))) {
    await atHalfLoad(setup, program, result.turns.get(program.name) ?? [], options)
  }
  const children = new Set(programs.map(({ child }) => child))
  await Promise.all([...children].map((child) => child.stop()))
}

const PERSON = 'latchkey'
const DEVICE = 'latchkey, device'
const FLOOR_DEVICE = `${FLOOR}, device`
const DEVICES: ReadonlySet<string> = new Set([DEVICE, FLOOR_DEVICE])

async function startAll(
  setup: Setup,
  makers: Makers,
  options: Options,
): Promise<readonly [Program, Program, ...Program[]]> {
  const { engine, core } = setup
  const here = path.join(options.folder, `${engine}-${core}`)
  const [ours, device] = await startOurs(setup, makers, options, here)
  const floor = core === 'measured' ? await startFloor(setup, makers, options, here, ours) : []
  if (engine === 'embedded') {
    const badger = await startTheirs({ type: 'badgerv2' }, core, makers, options, here)
    const bbolt = await startTheirs({ type: 'bbolt' }, core, makers, options, here)
    return [ours, badger, bbolt, device, ...floor]
  }
  const url = postgresUrl(makers.server?.folder ?? '', 'postgres', 'public')
  const database = { type: 'postgresql', url, name: `stepca_${core}` } as const
  return [ours, await startTheirs(database, core, makers, options, here), device, ...floor]
}

async function startOurs(setup: Setup, makers: Makers, options: Options, here: string) {
  const { server } = makers
  const database = setup.engine === 'postgres' && server && newSchema(server, `l_${setup.core}`)
  const url = await database
  const authority = await startAuthority({
    folder: path.join(here, 'latchkey'),
    directoryUrl: options.issuing.loginUrl,
    caKey: 'ec-p256',
    core: setup.core,
    env: {
      ...(url && { LATCHKEY_DATABASE: url }),
      // Otherwise as many as it starts by itself.
      ...(setup.core === 'measured' && { LATCHKEY_WORKERS: '1' }),
    },
  })
  await untilAll(authority, setup.core === 'all' && url ? availableParallelism() : 1)
  const target: Target = { host: '127.0.0.1', port: authority.tlsPort, ca: authority.tlsCa }
  const atRestMib = await memoryAtRest(authority)
  const running = { child: authority, target, atRestMib }
  return [byEst(PERSON, running, makers.people), byEst(DEVICE, running, makers.devices)] as const
}

/** A program that answers by EST, for these enrolments. */
function byEst(
  name: string,
  running: Pick<Program, 'child' | 'target' | 'atRestMib'>,
  enrolments: readonly Enrolment[],
): Program {
  const take = takeFrom(enrolments)
  const next = async (n: number) => take(n).map((one) => enrolmentRequest(one, EST_PATH, estBody))
  return { name, ...running, next }
}

/** The cheapest program in Node with the same promises, on the same engine. */
async function startFloor(
  setup: Setup,
  { people, devices, server }: Makers,
  { issuing }: Options,
  here: string,
  { target }: Program,
): Promise<readonly Program[]> {
  const isPostgres = setup.engine === 'postgres' && server
  const database = isPostgres ? await newSchema(server, 'floor') : null
  const beside = { folder: path.join(here, 'latchkey'), tlsCa: target.ca ?? '' }
  const folder = path.join(here, 'floor')
  const child = await startNodeFloor({ folder, issuing, database, beside })
  const running = { child, target: child.target, atRestMib: await memoryAtRest(child) }
  return [byEst(FLOOR, running, people), byEst(FLOOR_DEVICE, running, devices)]
}

async function startTheirs(
  database: StepCaDatabase,
  core: Core,
  { people }: Makers,
  { stepCa }: Options,
  here: string,
): Promise<Program> {
  const folder = path.join(here, database.type)
  mkdirSync(folder, { recursive: true })
  const running = await startStepCa(stepCa, { folder, database, core })
  const take = takeFrom(people)
  return {
    name: `step-ca, ${database.type}`,
    child: running,
    target: running.target,
    atRestMib: await memoryAtRest(running),
    next: (n) => Promise.all(take(n).map(running.requestOf)),
  }
}

const REST_MS = 1000

async function memoryAtRest({ pid }: Child): Promise<number | null> {
  await new Promise((resolve) => setTimeout(resolve, REST_MS))
  return memoryMibOf(pid)
}

/** How long answers take at half of what the program did in its median turn. */
async function atHalfLoad(
  setup: Setup,
  program: Program,
  turns: readonly Turn[],
  options: Options,
): Promise<void> {
  const perSecond = 1e6 / median(turns.map(({ us }) => us)) / 2
  const requests = await program.next(options.paced)
  const { latenciesUs } = await send(program, requests, options, { perSecond })
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => quantile(latenciesUs, share) / 1000)
  print({
    case: `${setup.name}, at half load`,
    program: program.name,
    perSecond: rounded(perSecond),
    n: requests.length,
    ms: { p50, p99, p999 },
    p99OfP50: (p99 ?? 0) / (p50 ?? 0),
  })
}

function send(
  { child, target }: Program,
  requests: readonly Buffer[],
  { connections }: Options,
  rate: Pick<Load, 'perSecond'>,
) {
  return runLoad(child.pid, target, { requests, connections, keepAlive: true, ...rate })
}

/** Gives each item once. */
export function takeFrom<T>(items: readonly T[]) {
  let at = 0
  return (n: number): readonly T[] => {
    at += n
    const taken = items.slice(at - n, at)
    if (taken.length < n) throw new Error('There are no requests left.')
    return taken
  }
}

function print(line: unknown): void {
  console.log(
    JSON.stringify(line, (_, value: unknown) =>
      typeof value === 'number' && !Number.isInteger(value) ? rounded(value) : value,
    ),
  )
}
