import { expect, test } from 'vitest'
import { sessionCookie, signInCookies } from './session-cookie.ts'

test('WEB-09: over https no other host can set the cookie, and no script reads it', () => {
  // RFC 6265bis section 4.1.3.2: a browser takes __Host- only with Secure, Path=/ and no Domain.
  expect(sessionCookie(true)).toEqual({
    name: '__Host-latchkey.session',
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure: true },
  })
})

test('over http, which is for one machine alone, the cookie has the same flags but Secure', () => {
  expect(sessionCookie(false)).toEqual({
    name: 'latchkey.session',
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure: false },
  })
})

test('WEB-11: over https no other host can set what ties an answer of Entra to a browser', () => {
  const flags = { httpOnly: true, sameSite: 'lax', path: '/', secure: true }
  const options = { ...flags, maxAge: 900 }
  expect(signInCookies(true)).toEqual({
    sessionToken: { name: '__Host-latchkey.session', options: flags },
    pkceCodeVerifier: { name: '__Host-next-auth.pkce.code_verifier', options },
    state: { name: '__Host-next-auth.state', options },
    nonce: { name: '__Host-next-auth.nonce', options },
  })
})
