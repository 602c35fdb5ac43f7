import cluster, { type Worker } from 'node:cluster'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Handover } from '#authority/http/handover.ts'
import type { Observable } from '#authority/observe/observer.ts'
import type { WorkerState } from '#lib/api/schemas.ts'
import { type Config, ConfigError, type Role, SIGNING_SECRETS } from '#lib/config.ts'
import { gatherFrom } from './gathering.ts'
import { closeWhatIsLeft } from './handed.ts'
import { type Assignment, type FromWorker, HOPELESS, type ToWorker } from './messages.ts'
import { SILENT_MAX_MS, watchPulse } from './pulse.ts'
import { type Successor, successions } from './successor.ts'

/**
 * Runs the authority as several processes on one port: Node's cluster module accepts the connections here and
 * hands them out in turn. This process has no key, no ledger and no route. The first worker starts alone, so
 * that the schema, the certificate of the https listener and all else that is made once is made by one; it also
 * has the jobs that are done once, and stops last.
 */
export type Supervised = {
  /**
   * Resolves when all workers have begun, and the first answers; with false when they are told to end before. Throws when
   * that one ends by itself.
   */
  readonly start: () => Promise<boolean>
  /** /probe fails, and requests are still taken. */
  readonly leave: () => void
  readonly stop: () => Promise<void>
  readonly observed: Observable
  /** Resolves when the authority cannot go on; a sentence says why, where its log does not yet. */
  readonly broken: Promise<string | null>
}

type Place = {
  readonly number: number
  readonly role: Role
  readonly holder: string
  readonly next: (ranMs: number) => Successor
  worker: Worker | null
  state: WorkerState['state']
  replaced: number
  startedAt: number
}

/** What is being started. From the moment the first answers it serves, so whoever ends then is replaced. */
type Stage = 'first' | 'others' | 'whole'

/** How long the others are waited for before the first is stopped, and then the first. */
const OTHERS_MAX_MS = 8_000
const FIRST_MAX_MS = 5_000

type SupervisorOptions = {
  readonly role: Role
  readonly acceptLostLedger: boolean
  /** How long a worker may be silent. */
  readonly silentMaxMs?: number
}

export function superviseWorkers(
  config: Config,
  log: Logger,
  { role, acceptLostLedger, silentMaxMs = SILENT_MAX_MS }: SupervisorOptions,
): Supervised {
  const handover = handoverFor(config, role)
  const ticketKeys = randomBytes(48).toString('base64')
  const places = placesFor(config, role, handover)
  const broken = Promise.withResolvers<string | null>()
  let stage: Stage = 'first'
  let [isLeaving, isStopping] = [false, false]
  const phase = () => (isLeaving || isStopping ? 'draining' : stage !== 'whole' ? 'starting' : null)
  const gathering = gatherFrom(places, tell, phase)
  const pulse = watchPulse(silentMaxMs, killerOf(places, log))
  const become = (place: Place, state: Place['state']) => enterState(places, place, state)
  const assignmentOf = ({ number, role, holder }: Place): Assignment => ({
    ...{ number, role, holder, ticketKeys, handover, beatMs: pulse.everyMs },
    isFirst: number === 1,
    acceptLostLedger: acceptLostLedger && number === 1 && stage === 'first',
  })

  /** Resolves with true when the worker answers, with false when it ended before. */
  const launch = (place: Place): Promise<boolean> => {
    const ready = Promise.withResolvers<boolean>()
    const worker = closeWhatIsLeft(cluster.fork(place.role === 'status' ? WITHOUT_SECRETS : {}))
    place.worker = worker
    place.startedAt = performance.now()
    become(place, 'starting')
    log.info({ worker: place.number, pid: worker.process.pid, role: place.role }, 'worker started')
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'hello') {
        tell(worker, { kind: 'assignment', assignment: assignmentOf(place) })
        tellAll(places)
      } else if (message.kind === 'ready') {
        become(place, 'up')
        pulse.begin(place.number)
        ready.resolve(true)
      } else if (message.kind === 'beat') pulse.beat(place.number)
      else if (message.kind === 'observed') gathering.hear(worker, message)
      else tell(places[0]?.worker ?? null, message)
    })
    worker.once('exit', (code, signal) => {
      gathering.ended(worker)
      pulse.end(place.number)
      place.worker = null
      ready.resolve(false)
      become(place, 'down')
      if (isStopping) log.info({ worker: place.number }, 'worker stopped')
      else if (stage !== 'first') replace(place, code, signal)
    })
    return ready.promise
  }
  const replace = (place: Place, code: number | null, signal: string | null) => {
    const ended = { worker: place.number, ...(signal ? { signal } : { status: code }) }
    const next = successorOf(place, code)
    if (next.kind === 'never') {
      log.error(ended, 'a worker ended, and another would end in the same way')
      return broken.resolve(next.sentence || null)
    }
    log.error({ ...ended, waitMs: next.ms }, 'a worker ended and is replaced')
    setTimeout(() => {
      if (isStopping) return
      place.replaced += 1
      void launch(place)
    }, next.ms)
  }

  const start = async () => {
    cluster.setupPrimary({ args: [] })
    const [first, ...others] = places
    const isUp = first !== undefined && (await launch(first))
    stage = 'others'
    if (isUp && !isStopping) await Promise.all(others.map(launch))
    stage = 'whole'
    if (!isUp && !isStopping) throw new StartFailed()
    return phase() === null
  }
  const stop = () => {
    isStopping = true
    pulse.stop()
    return stopAll(places)
  }
  const leave = () => {
    isLeaving = true
    for (const { worker } of places) tell(worker, { kind: 'leave' })
  }
  return { start, leave, stop, observed: gathering.observed, broken: broken.promise }
}

/** Its end is what replaces it. */
function killerOf(places: readonly Place[], log: Logger) {
  return (number: number, silentMs: number) => {
    log.error({ worker: number, silentMs }, 'a worker does not answer and is killed')
    places[number - 1]?.worker?.process.kill('SIGKILL')
  }
}

function successorOf({ next, startedAt }: Place, code: number | null): Successor {
  if (code === HOPELESS) return { kind: 'never', sentence: '' }
  return next(performance.now() - startedAt)
}

async function stopAll(places: readonly Place[]): Promise<void> {
  for (const place of places) {
    tell(place.worker, { kind: 'drain' })
    if (place.worker) place.state = 'stopping'
  }
  tellAll(places)
  const [first, ...others] = places
  await Promise.all(others.map((place) => end(place, OTHERS_MAX_MS)))
  if (first) await end(first, FIRST_MAX_MS)
}

function placesFor({ workers }: Config, role: Role, handover: Handover | null): readonly Place[] {
  return Array.from({ length: workers }, (_, index) => {
    const number = index + 1
    return {
      number,
      role: handover && number > 1 ? 'status' : role,
      holder: randomUUID(),
      next: successions(number),
      worker: null,
      state: 'down',
      replaced: 0,
      startedAt: 0,
    }
  })
}

/** The first worker ended before it answered; what it said stands above. */
export class StartFailed extends Error {}

function enterState(places: readonly Place[], place: Place, state: Place['state']): void {
  place.state = state
  tellAll(places)
}

/** Each worker says at /probe how all of them are. */
function tellAll(places: readonly Place[]): void {
  const workers = places.map(({ number, role, state, replaced }) => {
    return { number, role, state, replaced }
  })
  for (const { worker } of places) tell(worker, { kind: 'workers', workers })
}

function tell(worker: Worker | null, message: ToWorker): void {
  // A worker that is about to end needs no message any more.
  if (worker?.isConnected()) worker.send(message, undefined, () => undefined)
}

async function end({ worker }: Place, withinMs: number): Promise<void> {
  if (!worker || worker.isDead()) return
  const gone = once(worker, 'exit')
  tell(worker, { kind: 'stop' })
  const patience = new AbortController()
  const late = delay(withinMs, 'late', { signal: patience.signal }).catch(() => null)
  if ((await Promise.race([gone, late])) === 'late') worker.process.kill('SIGKILL')
  patience.abort()
  await gone
}

/** A worker that signs nothing gets nothing to sign with. */
const WITHOUT_SECRETS = Object.fromEntries(SIGNING_SECRETS.map((name) => [name, undefined]))

/** sun_path of Linux has 108 octets, that of macOS 104. */
const SOCKET_PATH_MAX = 103

/** Null where all workers do the same: on PostgreSQL, and where none writes. */
function handoverFor({ database, dataDir }: Config, role: Role): Handover | null {
  if (!database.startsWith('sqlite:') || role === 'status') return null
  const secret = randomBytes(32).toString('base64url')
  if (process.platform === 'win32') return { socket: `\\\\.\\pipe\\${randomUUID()}`, secret }
  const socket = path.join(dataDir, 'writer.sock')
  if (Buffer.byteLength(socket) > SOCKET_PATH_MAX) {
    throw new ConfigError(
      `The path ${socket} is too long for a socket between the workers. Set LATCHKEY_DATA to a shorter ` +
        'path, or LATCHKEY_WORKERS=1.',
    )
  }
  return { socket, secret }
}
