import { z } from 'zod'
import { LatchkeyError } from '#lib/errors.ts'
import type { Issuer } from './issuers.ts'
import type { KeySet } from './key-set.ts'
import { readSigned, requireTimes, type TokenKind } from './signed-token.ts'

/** What an id token says of one sign-in (OpenID Connect Core section 2). */
export type IdToken = {
  readonly tid: string
  readonly oid: string
  readonly nonce: string | null
  readonly authTime: Date | null
}

/** Gives what a verified id token says. Throws LatchkeyError('step_up_required') with the claim that is wrong. */
export type VerifyIdToken = (token: string) => Promise<IdToken>

type IdTokenRules = {
  readonly keySet: KeySet
  /** The issuer of version 2 tokens; msal-browser signs in by no other version. */
  readonly issuer: Issuer
  readonly tenantId: string
  /** Client id of the registration by which the browser signs in. */
  readonly spaClientId: string
  readonly now: () => Date
}

export function idTokenVerifier(rules: IdTokenRules): VerifyIdToken {
  return async (token) => {
    if (!COMPACT.test(token)) throw refuse('The id token cannot be read.')
    const { payload } = await readSigned(rules.keySet, token, ID_TOKEN)
    const claims = claimsOf(payload)
    if (claims.tid !== rules.tenantId || claims.iss !== (await rules.issuer.name())) {
      throw refuse('The id token was issued by another organisation.')
    }
    if (claims.aud !== rules.spaClientId)
      throw refuse('The id token is made out to another application.')
    requireTimes(claims, rules.now(), ID_TOKEN)
    const { tid, oid, nonce = null, auth_time: authTime } = claims
    return {
      tid,
      oid: oid.toLowerCase(),
      nonce,
      authTime: authTime === undefined ? null : new Date(authTime * 1000),
    }
  }
}

const COMPACT = /^[\w-]{1,8192}\.[\w-]{1,8192}\.[\w-]{1,8192}$/

const numericDate = z.number().int().nonnegative().max(1e11)

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  tid: z.string(),
  oid: z.guid(),
  exp: numericDate,
  nbf: numericDate.optional(),
  iat: numericDate.optional(),
  nonce: z.string().optional(),
  auth_time: numericDate.optional(),
})

function claimsOf(payload: unknown): z.infer<typeof claimsSchema> {
  const parsed = claimsSchema.safeParse(payload)
  if (parsed.success) return parsed.data
  const claim = parsed.error.issues[0]?.path.join('.') || 'payload'
  throw refuse(`The id token has no usable "${claim}" claim.`)
}

const ID_TOKEN: TokenKind = { name: 'id token', refuse }

function refuse(message: string, remedy = CONFIRM, cause?: unknown): LatchkeyError {
  return new LatchkeyError('step_up_required', message, {
    rule: 'step_up',
    remedy,
    cause,
  })
}

/** What a person does about any of it. */
export const CONFIRM = 'Sign in once more for this request, in the portal.'
