import type { Device } from '#lib/model.ts'
import { accountRules } from './account.ts'
import { applicationRules, profileFor } from './application.ts'
import { commonNameOf } from './common-name.ts'
import { deviceRules, namedDevice } from './device.ts'
import type { Check, Content, Decision, DecisionContext, Policy, Refusal, Rule } from './policy.ts'
import { sameName } from './text.ts'
import { userRules } from './user.ts'

/**
 * Says whether this request may be answered with a certificate, and what the certificate will
 * say. Pure: the same context gives the same decision in the authority and in the portal. What no
 * rule allows is refused; the first rule that fails is the refusal.
 */
export function decide(policy: Policy, context: DecisionContext): Decision {
  const checks: Check[] = []
  let refusal: Refusal | null = null
  for (const rule of rulesFor(context)) {
    if (refusal) {
      checks.push({ rule: rule.name, passed: null, message: 'Not looked at yet.', remedy: null })
      continue
    }
    const found = rule.check(policy, context)
    if (found) {
      refusal = { rule: rule.name, ...found }
      checks.push({
        rule: rule.name,
        passed: false,
        message: found.message,
        remedy: found.remedy,
      })
    } else {
      checks.push({ rule: rule.name, passed: true, message: rule.passed, remedy: null })
    }
  }
  if (refusal) return { allow: false, refusal, checks }
  return { allow: true, content: contentOf(policy, context), checks }
}

function rulesFor(context: DecisionContext): readonly Rule[] {
  switch (context.requested.kind) {
    case 'device':
      return [...accountRules, ...deviceRules]
    case 'user':
      return [...accountRules, ...userRules]
    case 'application':
      return applicationRules
  }
}

/** Gives the names in the directory's spelling. Called only when every rule has passed. */
function contentOf(policy: Policy, context: DecisionContext): Content {
  const { requested, user } = context
  if (requested.kind === 'application') {
    const profile = profileFor(policy, context)
    if (!profile) throw new Error('decide: allowed without an application profile')
    const { commonName, dnsNames, extendedKeyUsages } = requested
    const { validityDays } = profile
    return { profile: 'application', commonName, dnsNames, extendedKeyUsages, validityDays }
  }
  if (!user) throw new Error('decide: allowed without an account')
  if (requested.kind === 'user') {
    // A CSR may choose the user principal name as common name; every other choice gives the display name.
    const asUpn = requested.commonName !== null && sameName(requested.commonName, user.upn)
    const commonName = asUpn ? user.upn : commonNameOf(user)
    return { profile: 'user', commonName, upn: user.upn, user }
  }
  const named = namedDevice(context)
  if (named.kind !== 'one') throw new Error('decide: allowed without a device')
  const { device } = named
  return {
    profile: 'device',
    commonName: requested.commonNameId ?? idOf(device),
    uri: device.intuneId === null ? null : `IntuneDeviceId://${device.intuneId}`,
    device,
  }
}

/** For a CSR that names the device by its URI, so the Intune id comes first. Throws for a device without ids, a bug. */
function idOf(device: Device): string {
  const id = device.intuneId ?? device.deviceId
  if (id === null) throw new Error('decide: a device without an id')
  return id
}
