import type { Requester } from '#lib/model.ts'
import type { Refusal, Rule } from './policy.ts'

const appOnly = {
  rule: 'role',
  code: 'app_only_not_allowed',
  message: 'Self-service is for people; this token belongs to an application.',
  remedy: 'Sign in as a person, or ask IT for the role CSR.Request.Db and a profile.',
} as const satisfies Refusal

/** Gives the refusal when the requester lacks the role to ask for any certificate at all; null when allowed. */
export function mayAsk(requester: Requester): Refusal | null {
  if (requester.kind === 'app') {
    return requester.roles.includes('CSR.Request.Db') ? null : appOnly
  }
  if (requester.roles.includes('CSR.SelfService')) return null
  return {
    rule: 'role',
    code: 'missing_role',
    message: 'Certificates are not switched on for you yet: the role CSR.SelfService is missing.',
    remedy: 'Ask IT for the role, then sign in again.',
  }
}

/** Rules for every self-service request of a person, be it for a device or for the person. */
export const accountRules: readonly Rule[] = [
  {
    name: 'role',
    passed: 'Self-service is switched on for you.',
    check: (_policy, { requester }) => (requester.kind === 'user' ? mayAsk(requester) : appOnly),
  },
  {
    name: 'account_enabled',
    passed: 'Your account is switched on.',
    check: (_policy, { user }) =>
      user?.enabled
        ? null
        : {
            code: 'principal_disabled',
            message: 'Your account is switched off in the directory.',
            remedy: 'Only IT can switch it on.',
          },
  },
  {
    name: 'guest',
    passed: 'You belong to this organisation.',
    check: (policy, { user }) =>
      user?.guest && !policy.guestsAllowed
        ? {
            code: 'guest_not_allowed',
            message: 'Guests of this organisation get no certificates.',
            remedy: 'Use your account of this organisation, if you have one.',
          }
        : null,
  },
]
