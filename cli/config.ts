/**
 * `npm run config`: the configuration as the programs see it, each value with where it comes from. Exit 1
 * when something in it cannot work or is no setting, 2 when it cannot be read.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { command } from '#cli/command.ts'
import { type EffectiveSetting, effectiveSettings } from '#cli/config/effective.ts'
import { pageWith } from '#cli/config/page.ts'
import { ROOT } from '#cli/programs.ts'
import { readAsFarAsPossible } from '#cli/start-check.ts'
import { configProblems } from '#lib/config-check.ts'
import { unknownInWords, unknownSettings } from '#lib/settings/unknown.ts'

const USAGE = `npm run config -- [options]

  --set      only what is not a default
  --json     one line of JSON
  --write    writes the table of docs/reference/configuration.md anew`

const PAGE = path.join(ROOT, 'docs', 'reference', 'configuration.md')

/** The command with these arguments; prints, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: {
    set: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
  failure: { says: 'The configuration cannot be read.', status: 2 },
  run: async ({ values }) => {
    if (!values.write) return print(values)
    writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8')))
    return 0
  },
})

function print(options: { readonly set: boolean; readonly json: boolean }): number {
  const { env } = process
  const { config, problems: unread } = readAsFarAsPossible(env)
  const programs = [...(config.sandbox ? ['sandbox' as const] : []), 'authority', 'portal'] as const
  const problems = [
    ...unread,
    ...configProblems(config, env, programs),
    ...unknownSettings(env).map(unknownInWords),
  ]
  const settings = effectiveSettings(config, env).filter(
    ({ source }) => !options.set || source !== 'default',
  )
  console.log(
    options.json
      ? JSON.stringify({ ok: problems.length === 0, settings, problems })
      : table(settings),
  )
  if (!options.json) for (const problem of problems) console.error(problem)
  return problems.length === 0 ? 0 : 1
}

function table(settings: readonly EffectiveSetting[]): string {
  const cells = settings.map(({ name, value, source }) => [name, value ?? '–', source] as const)
  const widths = [0, 1].map((column) =>
    Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  return cells
    .map(([name, value, source]) =>
      [name.padEnd(widths[0] ?? 0), value.padEnd(Math.min(widths[1] ?? 0, 48)), source].join('  '),
    )
    .join('\n')
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
