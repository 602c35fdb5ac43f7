import { randomUUID } from 'node:crypto'
import type { SandboxConfig } from '#sandbox/config.ts'
import { APPLICATIONS, type Application, MACHINES, PEOPLE } from '#sandbox/people.ts'
import { createRegistrations, type Registrations } from '#sandbox/registrations/registrations.ts'
import { type Change, createDirectory, type Directory, putMachine, putPerson } from './directory.ts'
import { type Faults, noFaults } from './faults.ts'
import type { Mail } from './mails.ts'
import { clearRequestLog, createRequestLog, type RequestLog } from './request-log.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

/**
 * The invented tenant while it runs: in memory, reset at every start. Who reaches the sandbox can change
 * everything; nothing in it is real.
 */
export type Tenant = {
  /** The present state. */
  directory: Directory
  readonly applications: readonly Application[]
  /** What administrators made through Graph. */
  registrations: Registrations
  settings: Settings
  /** What the settings are after a reset. */
  readonly firstSettings: Settings
  faults: Faults
  readonly requests: RequestLog
  /** Mails that were handed over, the newest first. None is sent. */
  mails: readonly Mail[]
  /** When `riskyUsers` was last answered, by the monotonic clock; null for never. */
  riskyUsersAt: number | null
  /** Changes with every reset: a delta token of an earlier epoch gets 410. */
  epoch: string
  /** Called for every change, for change notifications. */
  onChange: (id: string, change: Change) => void
}

export function createTenant({
  optionalClaims = [],
}: Pick<SandboxConfig, 'optionalClaims'>): Tenant {
  const settings = { ...DEFAULT_SETTINGS, optionalClaims: [...optionalClaims] }
  const tenant: Tenant = {
    directory: createDirectory(),
    applications: APPLICATIONS,
    registrations: createRegistrations(),
    settings,
    firstSettings: settings,
    faults: noFaults(),
    requests: createRequestLog(),
    mails: [],
    riskyUsersAt: null,
    epoch: '',
    onChange: () => undefined,
  }
  resetTenant(tenant)
  return tenant
}

export function resetTenant(tenant: Tenant): void {
  tenant.directory = createDirectory()
  tenant.registrations = createRegistrations()
  tenant.settings = tenant.firstSettings
  tenant.faults = noFaults()
  tenant.riskyUsersAt = null
  tenant.epoch = randomUUID().slice(0, 8)
  clearRequestLog(tenant.requests)
  tenant.mails = []
  for (const person of PEOPLE) putPerson(tenant.directory, person, tenant.onChange)
  for (const machine of MACHINES) putMachine(tenant.directory, machine, tenant.onChange)
}
