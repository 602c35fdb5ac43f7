import { setImmediate } from 'node:timers/promises'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { type Observation, textOfKey } from '#lib/model.ts'
import type { StatusPolicy } from '#lib/policy/status-types.ts'
import { applySeen, byKey } from './apply.ts'
import { boundKeys } from './circuit-breaker.ts'

/** Hex SHA-256 of the settings of the policy that decide what the directory does to certificates. */
export function policyHashOf(policy: StatusPolicy): string {
  const { deviceDirectory, deviceOwnership, deviceFollowsOwner, transferDays, restoreDays } = policy
  const { holdNonCompliant, holdRiskyUsers, holdRenamed, complianceGraceMinutes } = policy
  return sha256Hex(
    JSON.stringify([
      [deviceDirectory, deviceOwnership, deviceFollowsOwner, transferDays, restoreDays],
      [holdNonCompliant, holdRiskyUsers, holdRenamed, complianceGraceMinutes],
    ]),
  )
}

const CHUNK = 100

/**
 * Evaluates every certificate again after a start with another policy, since the stored marks for CRLs and
 * the times at which holds become final were computed with the old one. Does not ask the directory.
 */
export async function evaluateAll(authority: Authority): Promise<void> {
  for await (const keys of boundKeys(authority)) {
    for (let start = 0; start < keys.length; start += CHUNK) {
      const due = keys.slice(start, start + CHUNK)
      const stored = byKey(await authority.ledger.directoryObjects(due))
      // Objects that only the new policy needs were never read; the next sync looks them up.
      const missing = due.filter((key) => !stored.has(textOfKey(key)))
      const observations = missing.map(({ kind, id }): Observation => {
        return { kind, id, at: authority.now(), present: 'untold', contradicted: true }
      })
      const seen = { observations, due, names: new Map<string, string>(), isSync: false }
      await applySeen(authority, seen, 'policy')
      await setImmediate()
    }
  }
}
