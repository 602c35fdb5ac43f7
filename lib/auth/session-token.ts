import { decode, type JWT, type JWTDecodeParams } from 'next-auth/jwt'

/**
 * Gives the content of a session's cookie, by whichever of these secrets it was sealed; null for one that is
 * unreadable, foreign or expired.
 */
export async function openSessionToken(
  token: JWTDecodeParams['token'],
  secrets: readonly string[],
): Promise<JWT | null> {
  for (const secret of secrets) {
    // It throws for every token that it cannot open.
    const opened = await decode({ ...(token && { token }), secret }).catch(() => null)
    if (opened !== null) return opened
  }
  return null
}
