import type { Machine, Person } from './people.ts'

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const ROLES: Readonly<Record<string, string>> = {
  'CSR.SelfService': 'Self-service',
  'Manage.All': 'Manages all certificates',
}

/** Gives one line about a person: "Self-service; three devices". */
export function summaryOf(person: Person, machines: Iterable<Machine>): string {
  const known = person.roles.map((role) => ROLES[role] ?? role)
  const roles = known.length === 0 ? 'No role' : known.join(', ')
  const state = [person.enabled ? '' : 'account disabled', person.guest ? 'guest' : '']
  return [roles, devices(person, machines), ...state].filter((part) => part !== '').join('; ')
}

export function initials(displayName: string): string {
  const words = displayName.split(/\s+/).filter((word) => word !== '')
  const letters = [words.at(0), words.length > 1 ? words.at(-1) : undefined]
  return letters.map((word) => (word ?? '').slice(0, 1).toUpperCase()).join('')
}

function devices(person: Person, machines: Iterable<Machine>): string {
  const own = [...machines].filter(
    (machine) => machine.entraOwnerOid === person.oid || machine.primaryUserOid === person.oid,
  )
  const count = own.length
  return `${NUMBERS[count] ?? String(count)} ${count === 1 ? 'device' : 'devices'}`
}
