import type { Logger } from 'pino'
import type { AuthorityServer } from '#authority/http/server.ts'
import type { Observer } from '#authority/observe/observer.ts'
import type { WorkerLink } from '#authority/workers/link.ts'
import { type Config, ConfigError, type Role } from '#lib/config.ts'

/** What one process is to do. */
export type Part = {
  readonly config: Config
  readonly log: Logger
  readonly role: Role
  /** Null in a process that is the only one. */
  readonly link: WorkerLink | null
  /** Null where nobody asks for metrics. */
  readonly observer: Observer | null
  readonly acceptLostLedger: boolean
  /** Ends the whole authority after a sentence in the log, since no other process could go on either. */
  readonly giveUp: (sentence: string) => void
}

export type Serving = {
  /** From now on /probe fails; requests are still taken. */
  readonly leave: () => void
  /** From now on nothing new is taken either. */
  readonly drain: () => void
  /** Finishes what is under way; the ledger is closed last. */
  readonly stop: () => Promise<void>
}

/** Throws ConfigError with its correction when the port cannot be had. */
export async function listen(
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

/** What to do when a port cannot be had. */
export function listenSentence(error: unknown, port: number, variable: string): string {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the other program or set ${variable} to a free port.`
  }
  if (code === 'EACCES') {
    return `This account may not listen on port ${port}. Set ${variable} to a port above 1023.`
  }
  return `The authority cannot listen on port ${port} (${code}). Check ${variable} and the address it listens on.`
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}

const LEDGER_CHECK_MS = 10_000

/**
 * A database that failed over to a lagging copy has lost revocations, and answers as if nothing were wrong.
 * The authority ends, and the next start says what was lost. Gives the check, which also runs at intervals.
 */
export function watching(
  { log, giveUp }: Part,
  checkLedger: () => Promise<string | null>,
): { readonly check: () => Promise<void>; readonly stop: () => void } {
  const check = async () => {
    try {
      const sentence = await checkLedger()
      if (sentence !== null) giveUp(sentence)
    } catch (error) {
      log.error({ error }, 'the ledger could not be compared with what is known of it')
    }
  }
  const timer = setInterval(() => void check(), LEDGER_CHECK_MS)
  return { check, stop: () => clearInterval(timer) }
}
