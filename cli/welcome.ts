import type { ProgramName } from '#cli/programs.ts'
import type { Config, Role } from '#lib/config.ts'
import { MACHINES, PEOPLE, type Person } from '#sandbox/people.ts'
import { summaryOf } from '#sandbox/words.ts'

/** The text in the terminal once all programs answer: addresses, and in the sandbox, who can sign in. */
export function welcome(names: readonly ProgramName[], config: Config, role: Role = 'all'): string {
  const hasTls = role === 'all' || role === 'issue'
  const addresses: Readonly<Record<ProgramName, string>> = {
    portal: config.portalUrl,
    authority: `http://localhost:${config.AUTHORITY_PORT}${hasTls ? ` and ${config.authorityUrl}` : ''}`,
    sandbox: `http://localhost:${config.SANDBOX_PORT} (an imitation of Entra ID and Intune)`,
  }
  const lines = names
    .toReversed()
    .map((name) => `  ${capitalised(name).padEnd(11)}${addresses[name]}`)
  const people = PEOPLE.map(
    (person) => `  ${firstName(person).padEnd(11)}${summaryOf(person, MACHINES)}`,
  )
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

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
