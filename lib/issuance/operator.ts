import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'

/** Throws 'missing_role' for everyone but operators. */
export function requireOperator(requester: Requester): void {
  if (requester.roles.includes('Manage.All')) return
  throw new LatchkeyError('missing_role', 'Only operators with the role Manage.All may do this.', {
    rule: 'role',
    remedy: 'Ask IT for the role, then sign in again.',
  })
}
