/**
 * `npm run doctor`: asks everything that Latchkey depends on once, and says in words what is missing. Exit 1
 * when there is something, 2 when it could not ask.
 */
import { command } from '#cli/command.ts'
import { ADDRESS_CHECKS } from '#cli/doctor/addresses.ts'
import { type Check, type Context, type Result, runCheck } from '#cli/doctor/check.ts'
import { applicationToken, microsoftChecks } from '#cli/doctor/microsoft.ts'
import { OWN_CHECKS } from '#cli/doctor/own.ts'
import { readAsFarAsPossible } from '#cli/start-check.ts'
import { ROLES } from '#lib/config.ts'

const USAGE = `npm run doctor -- [authority [--role ROLE]] [portal] [options]

Asks once everything that the programs of this machine depend on: both, or those that are named.

  --role ROLE   the part of the authority that runs here: issue, status, jobs
  --json        one line of JSON`

const PROGRAMS = ['authority', 'portal'] as const

/** The command with these arguments; says what is wrong, and gives the exit status. */
export const main = command({
  usage: USAGE,
  options: { role: { type: 'string', default: 'all' } },
  allowPositionals: true,
  failure: { says: 'Nothing could be asked.', status: 2 },
  run: async ({ values, positionals }) => {
    const results = await examine(contextOf(positionals, values.role))
    const isWell = results.every(({ findings }) => findings.length === 0)
    console.log(values.json ? JSON.stringify({ ok: isWell, checks: results }) : inWords(results))
    return isWell ? 0 : 1
  },
})

function contextOf(named: readonly string[], part: string): Context {
  const role = ROLES.find((one) => one === part)
  if (role === undefined) throw new Error(`${part} is no role; ${ROLES.join(', ')}.`)
  const unknown = named.find((name) => !PROGRAMS.some((program) => program === name))
  if (unknown !== undefined) throw new Error(`${unknown} is no program; ${PROGRAMS.join(' or ')}.`)
  const { env } = process
  const reading = readAsFarAsPossible(env)
  const { config } = reading
  let token: Promise<string> | null = null
  return {
    config,
    reading,
    env,
    programs: PROGRAMS.filter((program) => named.length === 0 || named.includes(program)),
    role,
    now: () => new Date(),
    graphToken: () => {
      token ??= applicationToken(config, env, `${graphScope(config)}/.default`)
      return token
    },
  }
}

const graphScope = ({ graphUrl }: { readonly graphUrl: string }) => graphUrl.replace(/\/$/, '')

/** All at once, since most of the time is waiting; in the order of the list. */
async function examine(context: Context): Promise<readonly Result[]> {
  const checks: readonly Check[] = [
    ...OWN_CHECKS,
    ...microsoftChecks(context.config),
    ...ADDRESS_CHECKS,
  ]
  const wanted = checks.filter(
    ({ program, status }) =>
      (program === 'both' || context.programs.includes(program)) &&
      (context.role !== 'status' || status === true),
  )
  return await Promise.all(wanted.map((check) => runCheck(check, context)))
}

function inWords(results: readonly Result[]): string {
  const lines = results.flatMap(({ name, findings, notAsked }) =>
    findings.length === 0
      ? [notAsked === null ? `ok       ${name}` : `-        ${name}: not asked, ${notAsked}`]
      : findings.flatMap(({ level, says, fix }) => [
          `${level.padEnd(8)} ${name}: ${says}`,
          `         ${fix}`,
        ]),
  )
  const count = results.reduce((sum, { findings }) => sum + findings.length, 0)
  return [...lines, '', count === 0 ? 'All is well.' : `Findings: ${count}.`].join('\n')
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
