/**
 * The one cookie of a session. Over https its name begins with __Host-, so that a browser accepts it from
 * this host only (RFC 6265bis section 4.1.3.2). The name is our own, because cookies ignore ports and another
 * program on the same host may use next-auth too.
 */
export function sessionCookie(secure: boolean) {
  return {
    name: secure ? '__Host-latchkey.session' : 'latchkey.session',
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  } as const
}

/**
 * The cookies of next-auth, by its own names. Those that tie an answer of Entra to the browser that asked begin with
 * __Host- too: next-auth's __Secure- lets another host of the same domain set them, and so sign somebody in as
 * somebody else.
 */
export function signInCookies(secure: boolean) {
  const sessionToken = sessionCookie(secure)
  const ofSignIn = (name: string) => ({
    name: `${secure ? '__Host-' : ''}next-auth.${name}`,
    options: { ...sessionToken.options, maxAge: SIGN_IN_MAX_S },
  })
  return {
    sessionToken,
    pkceCodeVerifier: ofSignIn('pkce.code_verifier'),
    state: ofSignIn('state'),
    nonce: ofSignIn('nonce'),
  }
}

/** How long Entra may take over a sign-in. */
const SIGN_IN_MAX_S = 15 * 60
