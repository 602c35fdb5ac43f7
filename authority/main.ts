import { accessSync, constants } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { openEndpoint } from '#authority/observe/endpoint.ts'
import { type Observable, type Observer, openObserver } from '#authority/observe/observer.ts'
import { readArguments } from '#authority/run/arguments.ts'
import { codeOf, listenSentence, type Part, type Serving } from '#authority/run/part.ts'
import { openLink, type WorkerLink } from '#authority/workers/link.ts'
import { HOPELESS } from '#authority/workers/messages.ts'
import { StartFailed, superviseWorkers } from '#authority/workers/supervisor.ts'
import { type Config, ConfigError, environment, readConfig } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'
import { createLog, isReadable } from '#lib/log.ts'
import { otelSettings } from '#lib/otel/settings.ts'
import { becomeSole } from '#lib/sole-authority.ts'

const DRAIN_MAX_MS = 12_000
/** A little more than the supervisor of workers takes at most. */
const DRAIN_ALL_MAX_MS = 14_000

/** Runs the service until it is told to stop: as one process, or as one that supervises workers. */
const link = await openLink()
await main(link).catch((error: unknown) => {
  // What ended a worker at its start is said above.
  if (!(error instanceof StartFailed)) console.error(sentenceOf(error))
  process.exit(link && error instanceof ConfigError ? HOPELESS : 1)
})

async function main(link: WorkerLink | null): Promise<void> {
  const config = readConfig()
  const log = createLog('authority', { level: config.LATCHKEY_LOG, readable: isReadable(config) })
  checkDataFolder(config.dataDir)
  if (link) return work(config, log.child({ worker: link.assignment.number }), link)

  const { role, acceptLostLedger } = readArguments(process.argv.slice(2))
  if (role !== 'status') becomeSole(config)
  // The jobs of a machine are done once.
  if (config.workers > 1 && role !== 'jobs')
    return supervise(config, log, { role, acceptLostLedger })
  const giveUp = (sentence: string) => {
    log.error(sentence)
    process.exit(1)
  }
  const observer = await observerOf(config, log, '1')
  if (observer) await showTo(config, observer)
  const serving = await run({ config, log, role, link: null, observer, acceptLostLedger, giveUp })
  const stop = () => stopObserved(serving, observer)
  stopOnSignal(config, log, DRAIN_MAX_MS, { leave: serving.leave, stop })
  sayReady(config, log, {})
}

/** Null where nobody asks for metrics or traces. */
async function observerOf(config: Config, log: Logger, worker: string): Promise<Observer | null> {
  const otel = otelSettings(environment())
  if (config.LATCHKEY_METRICS_PORT === undefined && otel === null) return null
  const onError = (error: unknown) => log.warn({ error }, 'telemetry could not be sent')
  return openObserver({ worker, otel, onError })
}

/** Opens the port for operators, which answers until the process ends. */
async function showTo(config: Config, observed: Observable): Promise<void> {
  const { LATCHKEY_METRICS_PORT: port } = config
  if (port === undefined) return
  try {
    await openEndpoint({ ...config, LATCHKEY_METRICS_PORT: port }, observed)
  } catch (cause) {
    throw new ConfigError(listenSentence(cause, port, 'LATCHKEY_METRICS_PORT'), { cause })
  }
}

/**
 * What serves is loaded here, which takes most of a start: neither the process that supervises workers needs
 * it, nor one that refuses its configuration.
 */
async function run(part: Part): Promise<Serving> {
  if (part.role === 'status') {
    return (await import('#authority/run/status-only.ts')).runStatus(part)
  }
  return (await import('#authority/run/full.ts')).runFull(part)
}

/** Does what one worker is told to do; signals are for the process that supervises it. */
async function work(config: Config, log: Logger, link: WorkerLink): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined)
  const { role, acceptLostLedger } = link.assignment
  const giveUp = (sentence: string) => {
    log.error(sentence)
    process.exit(HOPELESS)
  }
  const observer = await observerOf(config, log, String(link.assignment.number))
  link.listen((message) => {
    if (message.kind !== 'observe') return
    const { id, what } = message
    observedBy(observer, what).then(
      (observed) => link.send({ kind: 'observed', id, what, ...observed }),
      (error: unknown) => log.warn({ error }, 'the metrics could not be read'),
    )
  })
  let serving: Serving | null = null
  let stopping = false
  link.listen((message) => {
    if (message.kind === 'leave') serving?.leave()
    if (message.kind === 'drain') serving?.drain()
    if (message.kind !== 'stop' || stopping) return
    stopping = true
    const served = serving
    // Before it serves, nothing is under way.
    if (served === null) process.exit(0)
    stopWithin(log, DRAIN_MAX_MS, () => stopObserved(served, observer), 0)
  })
  serving = await run({ config, log, role, link, observer, acceptLostLedger, giveUp })
  link.send({ kind: 'ready' })
}

const LAST_SENT_MS = 2_000

/** What is to be sent is sent last; a collector that does not answer is not waited for. */
async function stopObserved(serving: Serving, observer: Observer | null): Promise<void> {
  await serving.stop()
  await Promise.race([observer?.close(), delay(LAST_SENT_MS, null, { ref: false })])
}

async function observedBy(observer: Observer | null, what: 'metrics' | 'health') {
  const metrics = what === 'metrics' ? ((await observer?.metrics())?.flat() ?? []) : []
  const health = what === 'health' ? ((await observer?.health()) ?? 'starting') : 'starting'
  return { metrics, health }
}

async function supervise(
  config: Config,
  log: Logger,
  options: Parameters<typeof superviseWorkers>[2],
): Promise<void> {
  const workers = superviseWorkers(config, log, options)
  await showTo(config, workers.observed)
  stopOnSignal(config, log, DRAIN_ALL_MAX_MS, workers)
  void workers.broken.then((sentence) => {
    if (sentence !== null) log.error(sentence)
    stopWithin(log, DRAIN_ALL_MAX_MS, workers.stop, 1)
  })
  try {
    const isReady = await workers.start()
    if (isReady) sayReady(config, log, { workers: config.workers })
  } catch (error) {
    await workers.stop()
    throw error
  }
}

function sayReady(config: Config, log: Logger, fields: object): void {
  log.info(
    fields,
    `ready at ${config.statusUrl} and ${config.authorityUrl} for ${config.tenantName}`,
  )
}

function checkDataFolder(folder: string): void {
  try {
    ensureFolder(folder)
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw new ConfigError(
      `The data folder ${folder} cannot be written (${codeOf(cause)}). ` +
        'Make it writable for this account, or set LATCHKEY_DATA to another folder.',
      { cause },
    )
  }
}

/** Load balancers learn first, by /probe and /ready, and requests are taken meanwhile. */
function stopOnSignal(
  { LATCHKEY_DRAIN_SECONDS: drainSeconds }: Config,
  log: Logger,
  withinMs: number,
  { leave, stop }: Pick<Serving, 'leave' | 'stop'>,
): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return
    stopping = true
    log.info(`${signal}: finishing what is under way`)
    leave()
    setTimeout(() => stopWithin(log, withinMs, stop, 0), drainSeconds * 1000)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

function stopWithin(
  log: Logger,
  withinMs: number,
  stop: () => Promise<void>,
  status: number,
): void {
  setTimeout(() => {
    log.error('requests were still under way when time was up')
    process.exit(1)
  }, withinMs).unref()
  stop().then(
    () => process.exit(status),
    (error: unknown) => {
      log.error({ error }, 'could not stop cleanly')
      process.exit(1)
    },
  )
}

/**
 * One sentence for the person who starts the service. The messages of our own errors are written for people.
 */
function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof LatchkeyError) return [error.message, error.remedy].filter(Boolean).join(' ')
  return `The authority cannot start: ${error instanceof Error ? error.message : String(error)}`
}
