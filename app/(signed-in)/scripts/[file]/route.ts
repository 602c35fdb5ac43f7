import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { portal } from '#lib/auth/portal.ts'
import { currentSession } from '#lib/auth/session.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { problemOf } from '#lib/problem.ts'
import { addressesOf, fillScript, SCRIPTS, type ScriptName } from '#lib/scripts/fill-script.ts'

type Context = { readonly params: Promise<{ file: string }> }

/** Gives a client script with the addresses of this installation. */
export async function GET(_request: Request, context: Context): Promise<Response> {
  const { file } = await context.params
  try {
    if (!(await currentSession())) {
      throw new LatchkeyError('session_required', 'You are not signed in any more.')
    }
    const name = SCRIPTS.find((script) => script === file)
    if (!name) throw new LatchkeyError('not_found', 'There is no such script.')
    return new Response(fillScript(name, await sourceOf(name), addressesOf(portal().config)), {
      headers: {
        'Content-Type': TYPES[name],
        'Content-Disposition': `attachment; filename="${name}"`,
      },
    })
  } catch (error) {
    if (!(error instanceof LatchkeyError)) portal().log.error({ error }, 'no script')
    const problem = problemOf(error)
    return Response.json(problem, {
      status: problem.status,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  }
}

const TYPES = {
  'latchkey-enroll.sh': 'application/x-sh; charset=utf-8',
  'latchkey-enroll.ps1': 'text/plain; charset=utf-8',
} as const satisfies Record<ScriptName, string>

/** The portal runs in the root of the repository or of a copy of its build. */
function sourceOf(name: ScriptName): Promise<string> {
  return readFile(path.join(process.cwd(), 'clients', name), 'utf8')
}
