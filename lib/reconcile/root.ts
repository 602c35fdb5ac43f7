import { rootWarnings } from '#lib/issuance/ocsp/root-status.ts'
import type { RootReading } from '#lib/pki/ocsp/root-status.ts'
import type { Part } from './finding.ts'
import { aboutLists } from './published.ts'

/**
 * The root CRL, where the root is one of ours: it is there, it is the root's, and it is in its time.
 * One that will end soon is no disagreement yet, and is told as a note.
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
