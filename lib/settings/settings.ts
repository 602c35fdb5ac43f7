import { type Environment, environmentSchema } from '#lib/environment.ts'
import { POLICY_SETTINGS } from '#lib/settings/policy-settings.ts'
import { SERVICE_SETTINGS } from '#lib/settings/service-settings.ts'

/**
 * What each setting means, in the words of docs/reference/configuration.md. Types, bounds and defaults stand in
 * lib/environment.ts; `npm run config -- --write` makes the page of both.
 */

/** Read when they are needed and never part of Config; `NAME_FILE` may name a file instead. */
export const SECRETS = [
  'LATCHKEY_CA_PASSPHRASE',
  'LATCHKEY_GRAPH_CLIENT_CERTIFICATE',
  'LATCHKEY_GRAPH_CLIENT_SECRET',
  'LATCHKEY_PORTAL_CLIENT_SECRET',
  'LATCHKEY_PROXY_SECRET',
  'LATCHKEY_ROOT_PASSPHRASE',
  'LATCHKEY_SESSION_SECRET',
  'LATCHKEY_SMTP_SECRET',
] as const

type SettingName = keyof Environment | (typeof SECRETS)[number]

/** A row of the page: settings that are explained together. */
export type Setting = {
  readonly names: readonly SettingName[]
  /** How their defaults read: one text for all, or one for each name, null where the schema's own says it. */
  readonly defaults?: string | readonly (string | null)[]
  readonly text: string
}

export type SettingSection = {
  readonly title: string | null
  readonly note: string
  readonly settings: readonly Setting[]
}

/** All settings in the order of the page. */
export const SETTINGS: readonly SettingSection[] = [...SERVICE_SETTINGS, ...POLICY_SETTINGS]

/** For tests only: kills the program at a named point. */
const HIDDEN = ['LATCHKEY_FAILPOINT']

/** Every variable of the schema that operators may set. */
export const schemaNames = (): readonly string[] =>
  Object.keys(environmentSchema.shape).filter((name) => !HIDDEN.includes(name))

/** The table of docs/reference/configuration.md, in Markdown. */
export function settingsTable(): string {
  const schemaDefaults: Readonly<Record<string, unknown>> = environmentSchema.parse({})
  const rows = SETTINGS.flatMap(({ title, note, settings }) => [
    ...(title === null ? [] : [row(`**${title}**`, '', note)]),
    ...settings.map((setting) =>
      row(
        setting.names.map((name) => `\`${name}\``).join(', '),
        defaultsOf(setting, schemaDefaults),
        setting.text,
      ),
    ),
  ])
  return [row('variable', 'default', 'meaning'), row('---', '---', '---'), ...rows].join('\n')
}

function defaultsOf({ names, defaults }: Setting, of: Readonly<Record<string, unknown>>): string {
  if (typeof defaults === 'string') return defaults
  return names.map((name, index) => defaults?.[index] ?? inCode(of[name])).join(', ')
}

function inCode(value: unknown): string {
  return typeof value === 'number' ? String(value) : `\`${String(value)}\``
}

function row(...cells: readonly string[]): string {
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`
}
