import { rootWarnings } from '#lib/issuance/ocsp/root-status.ts'
import type { RootReading } from '#lib/pki/ocsp/root-status.ts'
import type { Part } from './finding.ts'
import { aboutLists } from './published.ts'

/**
 * Checks the root CRL where the root is one of ours: it exists, the root signed it, and nextUpdate is in the
 * future. A CRL that ends soon is a note, not a finding.
 */
export function reconcileRoot(reading: RootReading | null, statusUrl: string, now: Date): Part {
  const warnings = rootWarnings(reading, statusUrl, now)
  return {
    findings: warnings
      .filter(({ state }) => state === 'down')
      .map(({ sentence }) => aboutLists('a root of our own stands above this CA', sentence)),
    notes: warnings.filter(({ state }) => state === 'ending').map(({ sentence }) => sentence),
    count: reading?.status ? 1 : 0,
  }
}
