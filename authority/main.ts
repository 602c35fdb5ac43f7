import { accessSync, constants } from 'node:fs'
import type { Logger } from 'pino'
import { openLimits } from '#authority/http/limits.ts'
import { readProxyRules } from '#authority/http/proxy.ts'
import { type AuthorityServer, buildServer } from '#authority/http/server.ts'
import { type DirectorySync, startDirectorySync } from '#authority/jobs/directory-sync.ts'
import { startStatus } from '#authority/jobs/status-service.ts'
import { startSubscriber } from '#authority/jobs/subscriber.ts'
import { loadTls } from '#authority/tls/tls.ts'
import { compose } from '#lib/compose.ts'
import { ACCEPT_FLAG, type Config, ConfigError, readConfig, readSecret } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { voidStale } from '#lib/issuance/enroll/void-stale.ts'
import { createLog } from '#lib/log.ts'

const RENEWAL_CHECK_MS = 12 * 60 * 60 * 1000
const DRAIN_MAX_MS = 12_000
const PENDING_CHECK_MS = 30_000
const LEDGER_CHECK_MS = 10_000

/** Runs the service on http and https until it is told to stop. */
await main().catch((error: unknown) => {
  console.error(sentenceOf(error))
  process.exit(1)
})

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLog('authority', { level: config.LATCHKEY_LOG, readable: config.sandbox })
  checkDataFolder(config.dataDir)
  const proxy = readProxyRules(config, readSecret('LATCHKEY_PROXY_SECRET'))
  const limits = await openLimits(config.limits, proxy)
  const composed = await compose(config, log, {
    acceptLostLedger: isLossAccepted(process.argv.slice(2)),
  })
  const { authority, verifyToken, stepUp, notifications, readRoot } = composed
  let draining = false
  let directorySync: DirectorySync | null = null
  const status = startStatus(config, authority, log, { readRoot, automatic: true })
  status.root.warn()
  const deps = {
    config,
    authority,
    status,
    verifyToken,
    stepUp,
    proxy,
    limits,
    log,
    isDraining: () => draining,
    ...(notifications && {
      notices: { accepts: notifications.accepts, syncSoon: () => directorySync?.soon() },
    }),
  }
  const tls = () => loadTls(config, authority.issuer.chain, authority.now())

  await voidStaleOnce(authority, config, log)
  const plain = await buildServer(deps)
  const secure = await buildServer(deps, { tls: tls() })
  await listen(plain, config, 'AUTHORITY_PORT')
  await listen(secure, config, 'AUTHORITY_TLS_PORT')
  await authority.ledger.audit(auditEvent(authority, 'service.started', 'authority', null, {}))
  const renewal = setInterval(() => {
    renewTls(secure, tls, log)
    status.root.warn()
  }, RENEWAL_CHECK_MS)

  const pending = setInterval(() => voidStaleOnce(authority, config, log), PENDING_CHECK_MS)
  const ledgerCheck = setInterval(() => checkLedgerOnce(composed, log), LEDGER_CHECK_MS)
  directorySync = startDirectorySync(authority, log, config.directorySyncSeconds * 1000)
  const subscriber = notifications ? startSubscriber(notifications.subscribe, log) : null

  stopOnSignal(log, async () => {
    // /probe fails first, running requests finish, then the ledger is closed.
    draining = true
    clearInterval(renewal)
    clearInterval(pending)
    clearInterval(ledgerCheck)
    subscriber?.stop()
    await Promise.all([plain.app.close(), secure.app.close(), directorySync?.stop()])
    await status.close()
    await checkLedgerOnce(composed, log)
    await composed.close()
  })
  log.info(`ready at ${config.statusUrl} and ${config.authorityUrl} for ${config.tenantName}`)
}

/** At start and at intervals: another replica may have died during an issuance. */
async function voidStaleOnce(authority: Authority, config: Config, log: Logger): Promise<void> {
  try {
    const serials = await voidStale(authority, config.LATCHKEY_PENDING_LIMIT_SECONDS * 1000)
    if (serials.length > 0) log.warn({ serials }, 'unfinished certificates are now revoked')
  } catch (error) {
    log.error({ error }, 'unfinished certificates could not be looked for')
  }
}

function isLossAccepted(args: readonly string[]): boolean {
  const unknown = args.find((arg) => arg !== ACCEPT_FLAG)
  if (unknown !== undefined) {
    throw new ConfigError(`Unknown argument: ${unknown}. There is ${ACCEPT_FLAG}.`)
  }
  return args.includes(ACCEPT_FLAG)
}

/**
 * A database that failed over to a lagging copy has lost revocations, and answers as if nothing were wrong.
 * The process ends, and the next start says what was lost.
 */
async function checkLedgerOnce(
  { checkLedger }: Pick<Awaited<ReturnType<typeof compose>>, 'checkLedger'>,
  log: Logger,
): Promise<void> {
  try {
    const sentence = await checkLedger()
    if (sentence === null) return
    log.error(sentence)
    process.exit(1)
  } catch (error) {
    log.error({ error }, 'the ledger could not be compared with the log of signatures')
  }
}

async function listen(
  server: AuthorityServer,
  config: Config,
  variable: 'AUTHORITY_PORT' | 'AUTHORITY_TLS_PORT',
): Promise<void> {
  const port = config[variable]
  try {
    await server.app.listen({ port, host: config.host })
  } catch (cause) {
    throw new ConfigError(listenSentence(cause, port, variable), { cause })
  }
}

function listenSentence(error: unknown, port: number, variable: string): string {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the other program or set ${variable} to a free port.`
  }
  if (code === 'EACCES') {
    return `This account may not listen on port ${port}. Set ${variable} to a port above 1023.`
  }
  return `The authority cannot listen on port ${port} (${code}). Check LATCHKEY_HOST and ${variable}.`
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

function renewTls(
  server: AuthorityServer,
  tls: () => ReturnType<typeof loadTls>,
  log: Logger,
): void {
  try {
    server.renewTls(tls())
  } catch (error) {
    log.error({ error }, 'the certificate of the https listener could not be renewed')
  }
}

function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return
    stopping = true
    log.info(`${signal}: finishing what is under way`)
    setTimeout(() => {
      log.error('requests were still under way when time was up')
      process.exit(1)
    }, DRAIN_MAX_MS).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, 'could not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

/**
 * One sentence for the person who starts the service. The messages of our own errors are written for people.
 */
function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof LatchkeyError) return [error.message, error.remedy].filter(Boolean).join(' ')
  return `The authority cannot start: ${error instanceof Error ? error.message : String(error)}`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}
