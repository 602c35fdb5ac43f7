import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { CannotStart } from '#cli/cannot-start.ts'

/** 32 random octets in base64url. */
const SECRET_FORM = /^[A-Za-z0-9_-]{43}$/

/**
 * Makes the key of the portal's session cookie at the first start, readable by this account only. Later
 * starts keep it, so that people stay signed in. Throws CannotStart when the file has any other content: with
 * a short key strangers could forge a session.
 */
export function ensureSessionSecret(file: string): void {
  try {
    // `wx`: of two starts at the same moment one makes the file, and both use it.
    const secret = randomBytes(32).toString('base64url')
    writeFileSync(file, secret, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  if (!SECRET_FORM.test(readFileSync(file, 'utf8').trimEnd())) {
    throw new CannotStart(
      `The session secret in ${file} is damaged. Remove the file: a new one is made, and people sign in again.`,
    )
  }
}
