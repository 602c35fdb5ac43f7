import {
  AuthError,
  type AuthenticationResult,
  createStandardPublicClientApplication,
  type IPublicClientApplication,
} from '@azure/msal-browser'
import type { Outcome } from './messages.ts'
import type { StepUpSettings } from './settings.ts'

/** The sign-in in the window, by msal-browser: there by a redirect, and back by the same address. */

/** Goes to Entra's sign-in. Does not return unless that fails. */
export async function goToSignIn(settings: StepUpSettings, nonce: string): Promise<void> {
  const app = await open(settings)
  await app.acquireTokenRedirect({
    scopes: [...settings.scopes],
    prompt: 'login',
    nonce,
    ...(settings.claims !== null && { claims: settings.claims }),
    ...(settings.loginHint !== null && { loginHint: settings.loginHint }),
  })
}

/** Gives what the sign-in brought back, and forgets it. */
export async function outcomeOfSignIn(settings: StepUpSettings): Promise<Outcome> {
  const app = await open(settings)
  try {
    const result = await app.handleRedirectPromise({ navigateToLoginRequestUrl: false })
    return result ? outcomeOf(settings, result) : none('failed')
  } catch (error) {
    const isCancelled = error instanceof AuthError && CANCELLED.has(error.errorCode)
    return none(isCancelled ? 'cancelled' : 'failed')
  } finally {
    await app.clearCache().catch(() => undefined)
  }
}

const CANCELLED = new Set(['access_denied', 'user_cancelled'])

function outcomeOf(settings: StepUpSettings, result: AuthenticationResult): Outcome {
  const { account, idToken, accessToken } = result
  if (account.localAccountId.toLowerCase() !== settings.oid) {
    return { kind: 'none', reason: 'account', name: account.username }
  }
  return {
    kind: 'proof',
    proof: { idToken, accessToken: settings.claims === null ? null : accessToken },
  }
}

function none(reason: 'cancelled' | 'failed'): Outcome {
  return { kind: 'none', reason, name: null }
}

/**
 * Endpoints are given, so that nothing is asked of a discovery service. msal-browser wants an https authority,
 * of which nothing is fetched then; the sandbox has none.
 */
function open(settings: StepUpSettings): Promise<IPublicClientApplication> {
  const { issuer, authorizationUrl, tokenUrl, jwksUrl, clientId } = settings
  const tenant = new URL(issuer).pathname.split('/')[1]
  const host = issuer.startsWith('https:') ? new URL(issuer).host : 'login.sandbox.invalid'
  return createStandardPublicClientApplication({
    auth: {
      clientId,
      authority: `https://${host}/${tenant}`,
      knownAuthorities: [host],
      authorityMetadata: JSON.stringify({
        issuer,
        authorization_endpoint: authorizationUrl,
        token_endpoint: tokenUrl,
        jwks_uri: jwksUrl,
      }),
      redirectUri: `${window.location.origin}${window.location.pathname}`,
    },
    // Of this window alone, which closes when the sign-in is done.
    cache: { cacheLocation: 'sessionStorage' },
  })
}
