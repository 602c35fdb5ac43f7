import type { ApplicationProfile, DecisionContext, Policy, Rule } from './policy.ts'
import { foldAscii } from './text.ts'

/**
 * Rules for a request by an application, which signs in with its own token and the role CSR.Request.Db.
 * An application gets only names and uses that a configured profile allows.
 */
export const applicationRules: readonly Rule[] = [
  {
    name: 'role',
    passed: 'The application has the role CSR.Request.Db.',
    check: (_policy, { requester }) =>
      requester.kind === 'app' && requester.roles.includes('CSR.Request.Db')
        ? null
        : {
            code: requester.kind === 'app' ? 'app_only_not_allowed' : 'missing_role',
            message: 'Only an application with the role CSR.Request.Db may ask for this.',
            remedy: 'Ask IT for the role CSR.Request.Db on the application.',
          },
  },
  {
    name: 'application_profile',
    passed: 'A configured profile allows these names and uses.',
    check: (policy, context) =>
      profileFor(policy, context)
        ? null
        : {
            code: 'policy_violation',
            message: 'No configured profile allows these names and uses to this application.',
            remedy: 'Ask IT to add them to a profile in LATCHKEY_APPLICATION_PROFILES.',
          },
  },
]

/** The first profile that allows all of what is requested for this application, or null. */
export function profileFor(policy: Policy, context: DecisionContext): ApplicationProfile | null {
  return policy.applicationProfiles.find((profile) => allows(profile, context)) ?? null
}

function allows(profile: ApplicationProfile, { requested, requester }: DecisionContext): boolean {
  if (requested.kind !== 'application' || requested.extendedKeyUsages.length === 0) return false
  return (
    profile.applications.includes(requester.oid) &&
    requested.extendedKeyUsages.every((usage) => profile.extendedKeyUsages.includes(usage)) &&
    [requested.commonName, ...requested.dnsNames].every((name) => underSuffix(profile, name))
  )
}

/**
 * Says whether a DNS name is under one of the profile's suffixes, compared label by label as a dNSName
 * constraint is (RFC 5280 section 4.2.1.10): `web.example.org` is under `example.org`, `badexample.org` is
 * not. DNS names are equal without regard to ASCII case (RFC 4343 section 3).
 */
function underSuffix(profile: ApplicationProfile, name: string): boolean {
  if (!isHostName(name)) return false
  const folded = foldAscii(name)
  return profile.dnsSuffixes.some((suffix) => {
    const wanted = foldAscii(suffix)
    return folded === wanted || folded.endsWith(`.${wanted}`)
  })
}

// RFC 5280 section 4.2.1.6: the preferred name syntax of RFC 1034 section 3.5, in which RFC 1123 section 2.1
// allows a leading digit; labels of 1 to 63 characters, no wildcard. The length of the name is limited
// before the pattern runs, so hostile input costs linear time.
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** RFC 1034 section 3.1: at most 255 octets in a message, which are 253 characters of text. */
function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => LABEL.test(label))
}
