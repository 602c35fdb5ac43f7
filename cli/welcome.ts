import type { ProgramName } from '#cli/programs.ts'
import type { Config } from '#lib/config.ts'
import { MACHINES, PEOPLE, type Person } from '#sandbox/people.ts'

/** What the terminal says once everything answers: where to go, and in the sandbox, as whom. */
export function welcome(names: readonly ProgramName[], config: Config): string {
  const addresses: Readonly<Record<ProgramName, string>> = {
    portal: config.portalUrl,
    authority: `http://localhost:${config.AUTHORITY_PORT} and ${config.authorityUrl}`,
    sandbox: `http://localhost:${config.SANDBOX_PORT} (an imitation of Entra ID and Intune)`,
  }
  const lines = names
    .toReversed()
    .map((name) => `  ${capitalised(name).padEnd(11)}${addresses[name]}`)
  const people = PEOPLE.map((person) => `  ${firstName(person).padEnd(11)}${note(person)}`)
  const signIn = names.includes('portal') && config.sandbox
  return [
    '',
    'Latchkey is ready.',
    '',
    ...lines,
    ...(signIn ? ['', 'Sign in as one of these; there is no password:', '', ...people] : []),
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n')
}

function firstName(person: Person): string {
  return person.upn.split('@')[0] ?? person.upn
}

function note(person: Person): string {
  if (!person.enabled) return 'the account is switched off, so signing in is refused'
  if (person.roles.includes('Manage.All')) return 'operator: may search and revoke'
  if (!person.roles.includes('CSR.SelfService')) return 'has no role and is told so'
  const devices = MACHINES.filter(
    (machine) => machine.entraOwnerOid === person.oid || machine.intuneOwnerOid === person.oid,
  )
  const owned = devices.map((machine) => machine.displayName).join(', ')
  return `may get certificates; ${owned === '' ? 'owns no device' : `owns ${owned}`}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
