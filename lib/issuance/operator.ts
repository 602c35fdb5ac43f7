import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'
import { askUser } from './ask-directory.ts'
import type { Authority } from './authority.ts'

/** Throws 'missing_role' for everyone whose token does not have the role of operators. */
export function requireOperatorRole(requester: Requester): void {
  if (requester.roles.includes('Manage.All')) return
  throw new LatchkeyError('missing_role', 'Only operators with the role Manage.All may do this.', {
    rule: 'role',
    remedy: 'Ask IT for the role, then sign in again.',
  })
}

/**
 * Throws unless the requester is an operator whose account is enabled, by a live look-up: a token is valid
 * for up to an hour after its account was disabled. Throws LatchkeyError: 'missing_role',
 * 'principal_disabled' or 'directory_unavailable'.
 */
export async function requireOperator(authority: Authority, requester: Requester): Promise<void> {
  requireOperatorRole(requester)
  await requireEnabled(authority, requester)
}

/**
 * Throws unless the person's account is enabled, by a live look-up. An application has no account that could
 * be looked up; its access ends with its secret.
 */
export async function requireEnabled(authority: Authority, requester: Requester): Promise<void> {
  if (requester.kind === 'app') return
  const user = await askUser(authority, requester.oid)
  if (user?.enabled) return
  throw new LatchkeyError('principal_disabled', 'Your account is switched off in the directory.', {
    rule: 'account_enabled',
    remedy: 'Only IT can switch it on.',
  })
}
