import { ACCEPT_FLAG, ConfigError, ROLE_FLAG, ROLES, type Role } from '#lib/config.ts'

/** The arguments of the authority. Throws ConfigError for what is none of them. */
export function readArguments(args: readonly string[]): {
  readonly role: Role
  readonly acceptLostLedger: boolean
} {
  let role: Role = 'all'
  let acceptLostLedger = false
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === ACCEPT_FLAG) acceptLostLedger = true
    else if (arg === ROLE_FLAG) role = roleOf(rest.shift())
    else
      throw new ConfigError(`Unknown argument: ${arg}. There are ${ROLE_FLAG} and ${ACCEPT_FLAG}.`)
  }
  if (acceptLostLedger && role === 'status') {
    throw new ConfigError(`${ACCEPT_FLAG} is not for the role status, which changes no ledger.`)
  }
  return { role, acceptLostLedger }
}

function roleOf(text: string | undefined): Role {
  const found = ROLES.find((role) => role === text)
  if (found) return found
  throw new ConfigError(`${ROLE_FLAG} takes one of ${ROLES.join(', ')}.`)
}
