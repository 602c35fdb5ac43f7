/**
 * `npm run setup-tenant`: makes in a tenant what Latchkey needs, or prints what it would. A second run finds
 * nothing to do. Exit 1 when a consent is left for somebody else, 2 when it could not go on.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { asBicep } from '#cli/tenant/as-bicep.ts'
import { asTerraform } from '#cli/tenant/as-terraform.ts'
import { desiredTenant } from '#cli/tenant/desired.ts'
import { inWords } from '#cli/tenant/microsoft-words.ts'
import { type Options, readOptions, USAGE } from '#cli/tenant/options.ts'
import { openGraph } from '#cli/tenant/read-tenant.ts'
import { type SetUp, setUp } from '#cli/tenant/set-up.ts'
import { tokenByDeviceCode, tokenOfAzureCli } from '#cli/tenant/sign-in.ts'

const STOPPED = 2

/** The command with these arguments; says what it did, and gives the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, process.env)
    if (options === null) {
      console.log(USAGE)
      return 0
    }
    if (options.as !== null) {
      console.log(code(options))
      return 0
    }
    const graph = openGraph(options.where.graphUrl, await signIn(options))
    const tell = (words: string, details: readonly string[]) => {
      if (options.json) return
      console.log([words, ...details.map((line) => `    ${line}`)].join('\n'))
    }
    const done = await setUp(options, graph, { tell, wait, now: () => new Date() })
    console.log(options.json ? JSON.stringify(done) : summary(options, done))
    return done.refused.length === 0 ? 0 : 1
  } catch (error) {
    console.error(inWords(error))
    return STOPPED
  }
}

function code(options: Options): string {
  const desired = desiredTenant({ ...options.wish, assignments: [], certificate: null })
  return options.as === 'bicep' ? asBicep(desired) : asTerraform(desired)
}

async function signIn({ signIn: how, where }: Options): Promise<string> {
  switch (how.by) {
    case 'file':
      return readFileSync(how.file, 'utf8').trim()
    case 'az':
      return await tokenOfAzureCli(where)
    case 'code':
      return await tokenByDeviceCode(where, (sentence) => console.error(sentence), wait)
  }
}

function summary({ dryRun, where, secrets }: Options, { changes, refused, env }: SetUp): string {
  if (dryRun) {
    return changes.length === 0
      ? 'Nothing to do: the tenant is as Latchkey needs it.'
      : `${changes.length} changes, and nothing was changed (--dry-run).`
  }
  const consents = [...new Set(refused.map(({ consent }) => consent))].map((name) => {
    const id = name === 'portal' ? env.LATCHKEY_PORTAL_CLIENT_ID : env.LATCHKEY_GRAPH_CLIENT_ID
    return `  ${where.loginUrl}/${where.tenantId}/adminconsent?client_id=${id}`
  })
  return [
    changes.length === 0 ? 'Nothing to do: the tenant is as Latchkey needs it.' : 'Done.',
    ...(consents.length === 0
      ? []
      : [
          '',
          'You may not give consent; a privileged role administrator has to open:',
          ...consents,
        ]),
    '',
    'The settings of portal and authority:',
    '',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...(secrets === null
      ? ['', 'Their credentials are not made: add --secrets FOLDER, or see docs/real-tenant.md.']
      : []),
    '',
    'Then npm run doctor says what is still missing.',
  ].join('\n')
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
