import type { ApplicationProfile, DecisionContext, Policy, Rule } from './policy.ts'
import { foldAscii } from './text.ts'

/** What holds for an application with CSR.Request.Db: only what a configured profile allows. */
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

/** By whole labels: `web.example.org` is under `example.org`, `badexample.org` is not. */
function underSuffix(profile: ApplicationProfile, name: string): boolean {
  if (!isHostName(name)) return false
  const folded = foldAscii(name)
  return profile.dnsSuffixes.some((suffix) => {
    const wanted = foldAscii(suffix)
    return folded === wanted || folded.endsWith(`.${wanted}`)
  })
}

// RFC 1123 labels without wildcard; the length is limited first, so the pattern runs in linear time.
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => LABEL.test(label))
}
