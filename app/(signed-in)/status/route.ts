import { allCertificates } from '#app/(signed-in)/load.ts'
import { currentSession } from '#lib/auth/session.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { versionOfAll } from '#lib/live-status.ts'
import { problemOf } from '#lib/problem.ts'

/** Gives the present status of all of the reader's certificates to their open pages. */
export async function GET(): Promise<Response> {
  try {
    const session = await currentSession()
    if (!session) throw new LatchkeyError('session_required', 'You are not signed in any more.')
    return Response.json({ version: versionOfAll(await allCertificates(session)) })
  } catch (error) {
    const problem = problemOf(error)
    return Response.json(problem, {
      status: problem.status,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  }
}
