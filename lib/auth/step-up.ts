import { hash } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import type { Confirmation } from '#lib/model.ts'
import type { SignedIn } from './entra-token.ts'
import { CONFIRM, type IdToken, type VerifyIdToken } from './id-token.ts'
import { SKEW_MS } from './signed-token.ts'

/**
 * Step-up: what is issued or revoked by a person needs a sign-in of the last minutes. Either the access token
 * says so by `auth_time`, or an id token comes with the request whose nonce is the hash of this request, so
 * that whoever took a session over, or a request, has nothing to confirm it with.
 */
export type StepUp = {
  /** What is asked of this sign-in before it may issue or revoke. */
  readonly stateOf: (signedIn: SignedIn) => StepUpState
  /**
   * Gives null where nothing has to be confirmed, else the confirmation, to be used once. `idTokens` are all
   * headers by that name, `subject` the bytes whose SHA-256 the nonce is. Throws
   * LatchkeyError('step_up_required').
   */
  readonly confirm: (
    signedIn: SignedIn,
    idTokens: readonly string[],
    subject: Uint8Array,
  ) => Promise<Confirmation | null>
  /** The WWW-Authenticate of a refusal. */
  readonly challengeOf: (error: LatchkeyError) => string
}

export type StepUpState = {
  readonly kind: 'off' | 'fresh' | 'context'
  /** Until when nothing has to be confirmed; null: it has to be now. */
  readonly goodUntil: Date | null
}

export type StepUpRules = {
  readonly kind: StepUpState['kind']
  /** The authentication context of Conditional Access that access tokens must have; null for none. */
  readonly context: string | null
  readonly maxAgeMs: number
  /** Client ids of applications without a page on which anything could be confirmed. */
  readonly scriptClients: readonly string[]
  readonly authorizationUrl: string
  readonly now: () => Date
}

export function openStepUp(rules: StepUpRules, verifyIdToken: VerifyIdToken): StepUp {
  const minutes = Math.round(rules.maxAgeMs / 60_000)
  const freshUntil = (authTime: Date) => authTime.getTime() + rules.maxAgeMs + SKEW_MS

  /** Scripts are let off by name; an application that nobody listed is asked like the portal. */
  const isAsked = ({ requester, clientId }: SignedIn): boolean =>
    rules.kind !== 'off' &&
    requester.kind === 'user' &&
    (clientId === null || !rules.scriptClients.includes(clientId))

  const isFresh = (authTime: Date): boolean => {
    const now = rules.now().getTime()
    return authTime.getTime() <= now + SKEW_MS && now < freshUntil(authTime)
  }

  const hasContext = ({ contexts }: SignedIn): boolean =>
    rules.context === null || contexts.includes(rules.context)

  return {
    stateOf: (signedIn) => {
      if (!isAsked(signedIn)) return { kind: 'off', goodUntil: null }
      const { authTime } = signedIn
      const isGood = authTime !== null && isFresh(authTime) && hasContext(signedIn)
      return { kind: rules.kind, goodUntil: isGood ? new Date(freshUntil(authTime)) : null }
    },
    confirm: async (signedIn, idTokens, subject) => {
      if (!isAsked(signedIn)) return null
      if (!hasContext(signedIn)) {
        throw refused(
          'The access token does not have the authentication context that is asked for.',
          'step_up_context',
        )
      }
      const { authTime, requester } = signedIn
      if (authTime !== null && isFresh(authTime)) return null
      const [idToken, ...more] = idTokens
      if (idToken === undefined) {
        throw refused(
          authTime === null
            ? 'The access token does not say when you signed in, so this request has to be confirmed.'
            : `You signed in longer than ${minutes} minutes ago, so this request has to be confirmed.`,
        )
      }
      if (more.length > 0) throw refused('More than one id token was sent.')
      const id = await verifyIdToken(idToken)
      if (id.tid !== requester.tid || id.oid !== requester.oid) {
        throw refused(
          'The id token is of another account than the access token.',
          'step_up_account',
        )
      }
      return confirmationOf(id, subject)
    },
    challengeOf: ({ rule }) => {
      if (rule === 'step_up_context' && rules.context !== null) {
        const claims = Buffer.from(claimsFor(rules.context)).toString('base64')
        // Entra's claims challenge, as its clients and libraries read it.
        return `Bearer realm="", authorization_uri="${rules.authorizationUrl}", error="insufficient_claims", claims="${claims}"`
      }
      // RFC 9470 section 3.
      const maxAge = Math.round(rules.maxAgeMs / 1000)
      return `Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is needed", max_age="${maxAge}"`
    },
  }

  function confirmationOf(id: IdToken, subject: Uint8Array): Confirmation {
    if (id.nonce !== hash('sha256', subject, 'base64url')) {
      throw refused('The id token was made for another request.')
    }
    if (id.authTime === null) {
      throw refused(
        'The id token does not say when you signed in.',
        'step_up_setup',
        'Only IT can mend that: the optional claim "auth_time" is missing in the app registration.',
      )
    }
    if (!isFresh(id.authTime)) {
      throw refused(`The sign-in of the id token is not of the last ${minutes} minutes.`)
    }
    const { tid, oid, nonce, authTime } = id
    return {
      id: hash('sha256', [tid, oid, nonce, authTime.getTime()].join(' '), 'hex'),
      until: new Date(freshUntil(authTime)),
    }
  }
}

/** The claims request that asks Entra for an access token with this authentication context. */
export function claimsFor(context: string): string {
  return JSON.stringify({ access_token: { acrs: { essential: true, value: context } } })
}

function refused(message: string, rule = 'step_up', remedy = CONFIRM): LatchkeyError {
  return new LatchkeyError('step_up_required', message, { rule, remedy })
}
