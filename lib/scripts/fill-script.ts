import type { Config } from '#lib/config.ts'

/** Fills the addresses of this installation into the client scripts that people download. */

/** What a script has to know of this installation. None of it is secret. */
export type Addresses = {
  /** Address of the authority. */
  readonly url: string
  /** `api://…/Cert.Enroll`. */
  readonly scope: string
  readonly tenant: string
  /** Address at which people sign in, without the tenant. */
  readonly login: string
}

export const SCRIPTS = ['latchkey-enroll.sh', 'latchkey-enroll.ps1'] as const
export type ScriptName = (typeof SCRIPTS)[number]

export function addressesOf(
  config: Pick<Config, 'authorityUrl' | 'apiUri' | 'LATCHKEY_API_SCOPE' | 'tenantId' | 'issuerV2'>,
): Addresses {
  return {
    url: config.authorityUrl,
    scope: `${config.apiUri}/${config.LATCHKEY_API_SCOPE}`,
    tenant: config.tenantId,
    login: config.issuerV2.slice(0, -`/${config.tenantId}/v2.0`.length),
  }
}

/**
 * Gives the script with these addresses as defaults. Throws when it has no place for one of them, so that no
 * script is given out that would ask for them.
 */
export function fillScript(name: ScriptName, text: string, addresses: Addresses): string {
  return Object.entries(addresses).reduce((filled, [field, value]) => {
    const [place, filling] = PLACES[name](field, value)
    const parts = filled.split(place)
    if (parts.length !== 2) throw new Error(`${name} has not one place for ${field}`)
    return parts.join(filling)
  }, text)
}

type Place = (field: string, value: string) => readonly [place: RegExp, filling: string]

const PLACES = {
  'latchkey-enroll.sh': (field, value) => {
    const variable = field.toUpperCase()
    // At the beginning of a line or after another such assignment.
    const place = new RegExp(`(?<=^(?:[A-Z]+=(?:'[^']*'|\\\\')+ )*)${variable}='[^']*'(?= |$)`, 'm')
    return [place, `${variable}=${quoteForShell(value)}`]
  },
  'latchkey-enroll.ps1': (field, value) => {
    const variable = `[string] $${field.charAt(0).toUpperCase()}${field.slice(1)} = `
    const place = new RegExp(`(?<=^ +)${escaped(variable)}'[^']*'(?=,$)`, 'm')
    return [place, `${variable}'${value.replaceAll("'", "''")}'`]
  },
} as const satisfies Record<ScriptName, Place>

/** Quotes a text as one word of a POSIX shell; plain words are not quoted. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoteForShell(text)
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
