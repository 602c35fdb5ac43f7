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
