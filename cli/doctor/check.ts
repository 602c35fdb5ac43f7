import type { Env } from '#cli/programs.ts'
import type { Reading } from '#cli/start-check.ts'
import { inWords } from '#cli/tenant/microsoft-words.ts'
import type { Config, Role } from '#lib/config.ts'

/** What `npm run doctor` asks: small questions, each with a name and a bound in time. */

/** Something that is not as it should be. A problem keeps people from working, a warning will. */
export type Finding = {
  readonly level: 'problem' | 'warning'
  readonly says: string
  /** What to do about it. */
  readonly fix: string
}

export type Check = {
  readonly name: string
  /** The program that needs what is asked for; each machine asks for its own. */
  readonly program: CheckedProgram
  /** Whether it is asked too where the authority only answers OCSP and CRL, and knows no directory and no key. */
  readonly status?: true
  readonly ask: (context: Context) => Promise<readonly Finding[]>
}

export type CheckedProgram = 'authority' | 'portal' | 'both'

export type Context = {
  readonly config: Config
  readonly reading: Reading
  readonly env: Env
  readonly programs: readonly ('authority' | 'portal')[]
  readonly role: Role
  readonly now: () => Date
  /** The token of the directory registration for Graph, asked for once. */
  readonly graphToken: () => Promise<string>
}

export type Result = {
  readonly name: string
  readonly findings: readonly Finding[]
  /** Why the question was not put; another check has the finding. */
  readonly notAsked: string | null
}

/** Why a question cannot be put, where another check says what is wrong. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked'
}

const CHECK_MS = 30_000

export const problem = (says: string, fix: string): Finding => ({ level: 'problem', says, fix })
export const warning = (says: string, fix: string): Finding => ({ level: 'warning', says, fix })

/** The answer of one check; an error of it is a finding, as is that it takes too long. */
export async function runCheck({ name, ask }: Check, context: Context): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(
      () => resolve([problem(`there is no answer within ${CHECK_MS / 1000} seconds`, LATE)]),
      CHECK_MS,
    )
  })
  try {
    return { name, findings: await Promise.race([ask(context), late]), notAsked: null }
  } catch (error) {
    if (error instanceof NotAsked) return { name, findings: [], notAsked: error.message }
    const findings = [problem(inWords(error), 'Correct what it names, and ask again.')]
    return { name, findings, notAsked: null }
  } finally {
    clearTimeout(timer)
  }
}

const LATE = 'Look whether a firewall or a proxy stands in between.'
