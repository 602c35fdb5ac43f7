import { isHostile } from '#lib/pki/asn1/hostile-text.ts'
import { commonNameOf, namesAnIdentity } from './common-name.ts'
import type { Rule } from './policy.ts'
import { sameName } from './text.ts'

/** Rules for a certificate that names the requester. Both names of the CSR are compared with the directory's. */
export const userRules: readonly Rule[] = [
  {
    name: 'upn_match',
    passed: 'The user principal name is yours.',
    check: (_policy, { requested, user }) => {
      if (user && (user.upn.trim() === '' || isHostile(user.upn))) {
        return {
          code: 'policy_violation',
          message: 'Your user principal name in the directory cannot stand in a certificate.',
          remedy: 'Only IT can change it: it is empty, or has an invisible or control character.',
        }
      }
      if (requested.kind === 'user' && user && sameName(requested.upn, user.upn)) return null
      return {
        code: 'policy_violation',
        message: 'The user principal name in the request is not yours.',
        remedy: `Use ${user?.upn ?? 'your own user principal name'}, spelt as the directory spells it.`,
      }
    },
  },
  {
    name: 'common_name',
    passed: 'The common name claims nothing else.',
    check: (_policy, { requested, user }) => {
      const commonName = requested.kind === 'user' ? requested.commonName : null
      if (commonName === null || !user) return null
      if (sameName(commonName, user.upn) || sameName(commonName, user.displayName)) return null
      // Any other common name is replaced by the display name. One that looks like an id or like a user
      // principal name is refused instead: it claims an identity that a relying party could believe.
      if (!namesAnIdentity(commonName)) return null
      const names = [...new Set([commonNameOf(user), user.upn])]
      return {
        code: 'policy_violation',
        message: 'The common name claims to be somebody or something else.',
        remedy: `Use ${names.join(' or ')} as common name.`,
      }
    },
  },
]
