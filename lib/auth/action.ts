import { headers } from 'next/headers'
import { unstable_rethrow } from 'next/navigation'
import type { z } from 'zod'
import { REQUEST_ID_HEADER } from '#lib/api/request-id.ts'
import { type ActionResult, LatchkeyError } from '#lib/errors.ts'
import { portal } from './portal.ts'
import { isFromPortal } from './same-site.ts'
import { currentSession, type Session } from './session.ts'

/**
 * Wraps every server action: accepts only requests from our own pages, requires a session, parses the input,
 * and gives errors as data. A thrown error would reach the browser as a digest without code or message, so
 * none is thrown. An action can be called through any path, so proxy.ts does not guard it.
 */
export function action<In, Out>(
  schema: z.ZodType<In>,
  run: (session: Session, input: In) => Promise<Out>,
): (input: unknown) => Promise<ActionResult<Out>> {
  return async (input) => {
    try {
      if (!isFromPortal(await headers(), portal().config.portalUrl)) {
        throw new LatchkeyError('csrf', 'The request did not come from a page of this portal.')
      }
      const session = await currentSession()
      if (!session) throw new LatchkeyError('session_required', 'You are not signed in any more.')
      const parsed = schema.safeParse(input)
      if (!parsed.success) throw new LatchkeyError('malformed_request', 'The form is not complete.')
      return { ok: true, value: await run(session, parsed.data) }
    } catch (error) {
      // redirect() and notFound() work by throwing, and must go on to Next.
      unstable_rethrow(error)
      return failure(error, (await headers()).get(REQUEST_ID_HEADER))
    }
  }
}

function failure(error: unknown, id: string | null): ActionResult<never> {
  if (!(error instanceof LatchkeyError)) portal().log.error({ id, error }, 'server action failed')
  const known =
    error instanceof LatchkeyError
      ? error
      : new LatchkeyError('internal', 'Something went wrong. It has been logged.')
  return {
    ok: false,
    code: known.code,
    message: known.message,
    rule: known.rule,
    remedy: known.remedy,
    retryAfterSeconds: known.retryAfterSeconds,
  }
}
