import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StepUp } from '#lib/auth/step-up.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Confirmation } from '#lib/model.ts'
import { headerValues } from './headers.ts'
import { signedInOf } from './requester.ts'

export type StepUpDeps = { readonly stepUp: StepUp }

/** The header with the id token of the sign-in that confirms this request. */
export const STEP_UP_HEADER = 'latchkey-step-up'

/**
 * Runs what a person has to confirm with the confirmation, or with null where there is nothing to confirm.
 * `subject` are the bytes whose SHA-256 is the nonce. A refusal names what is missing in WWW-Authenticate.
 */
export async function confirmed<T>(
  { stepUp }: StepUpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  subject: Uint8Array,
  run: (confirmation: Confirmation | null) => Promise<T>,
): Promise<T> {
  try {
    const idTokens = headerValues(request.raw, STEP_UP_HEADER)
    return await run(await stepUp.confirm(signedInOf(request), idTokens, subject))
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'step_up_required') {
      reply.header('www-authenticate', stepUp.challengeOf(error))
    }
    throw error
  }
}
