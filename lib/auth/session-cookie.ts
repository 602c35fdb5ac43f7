/**
 * The one cookie that holds a session. Over https its name begins with __Host-, so that a browser
 * takes it from this host only; a name of our own, because cookies ignore ports and another
 * program on the same host may use next-auth too.
 */
export function sessionCookie(secure: boolean) {
  return {
    name: secure ? '__Host-latchkey.session' : 'latchkey.session',
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  } as const
}
