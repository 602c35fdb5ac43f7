import { authorityOf } from '#lib/auth/authority-client.ts'
import { currentSession } from '#lib/auth/session.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { liveStatusOf } from '#lib/live-status.ts'
import { problemOf } from '#lib/problem.ts'

type Context = { readonly params: Promise<{ serial: string }> }

/** Gives the present status of one certificate to its owner's open page. */
export async function GET(_request: Request, context: Context): Promise<Response> {
  const { serial } = await context.params
  try {
    const session = await currentSession()
    if (!session) throw new LatchkeyError('session_required', 'You are not signed in any more.')
    const { reader, words } = await currentReader()
    const certificate = await authorityOf(session).certificate(serial)
    return Response.json(liveStatusOf(certificate, reader, words.certificate))
  } catch (error) {
    const problem = problemOf(error)
    return Response.json(problem, {
      status: problem.status,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  }
}
