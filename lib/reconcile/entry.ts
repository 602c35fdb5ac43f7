import type { Crl } from '#lib/pki/crl/read-crl.ts'
import { revokedOrHeldInWords } from './expected.ts'

export type Entry = Crl['entries'][number]

/** Whether two CRLs say the same of a certificate; null for a CRL without an entry. */
export function equalEntries(a: Entry | null, b: Entry | null): boolean {
  if (a === null || b === null) return a === b
  return reasonOf(a) === reasonOf(b) && sameSecond(a.at, b.at)
}

/** An absent reason means 'unspecified' (RFC 5280 section 5.3.1). */
export function reasonOf({ reason }: Entry) {
  return reason ?? 'unspecified'
}

/** CRLs have times in whole seconds. */
export function sameSecond(a: Date, b: Date): boolean {
  return Math.floor(a.getTime() / 1000) === Math.floor(b.getTime() / 1000)
}

export function entryInWords(entry: Entry | null): string {
  if (entry === null) return 'not named'
  const reason = reasonOf(entry)
  return revokedOrHeldInWords(reason === 'certificateHold' ? 'hold' : 'revoked', reason, entry.at)
}
