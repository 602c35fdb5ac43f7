import type { Logger } from 'pino'
import { type Brand, brandOf } from '#lib/brand/brand.ts'
import { type Config, ConfigError, readConfig, readSecret, SANDBOX } from '#lib/config.ts'
import { createLog, isReadable } from '#lib/log.ts'
import { secretLines } from '#lib/secret-lines.ts'

/** The portal's configuration and secrets, read at the first call and never during a build. */
export type Portal = {
  readonly config: Config
  readonly brand: Brand
  readonly log: Logger
  readonly clientSecret: string
  /** The first seals sessions, all open them; there are several while the secret is changed. */
  readonly sessionSecrets: readonly string[]
}

let read: Portal | null = null

/** Gives the portal's configuration and secrets. Throws ConfigError when one of them is missing. */
export function portal(): Portal {
  read ??= readPortal()
  return read
}

function readPortal(): Portal {
  const config = readConfig()
  return {
    config,
    brand: brandOf(config),
    log: createLog('portal', { level: config.LATCHKEY_LOG, readable: isReadable(config) }),
    clientSecret: config.sandbox
      ? SANDBOX.portalClientSecret
      : secret('LATCHKEY_PORTAL_CLIENT_SECRET'),
    sessionSecrets: sessionSecrets(),
  }
}

const SESSION_SECRET_MIN = 32

function sessionSecrets(): readonly string[] {
  const values = secretLines(secret('LATCHKEY_SESSION_SECRET'))
  if (values.every(({ length }) => length >= SESSION_SECRET_MIN)) return values
  throw new ConfigError(
    `LATCHKEY_SESSION_SECRET is too short: it must have at least ${SESSION_SECRET_MIN} characters.`,
  )
}

function secret(name: string): string {
  const value = readSecret(name)
  if (value !== null && value !== '') return value
  throw new ConfigError(`${name} is missing; docs/real-tenant.md says where to find it.`)
}
