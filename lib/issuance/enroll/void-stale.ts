import type { Authority } from '#lib/issuance/authority.ts'

/**
 * Voids what was intended and never finished: a process that died between step 7 and step 11 may
 * have signed, so relying parties are told that the serial is revoked. `limitMs` is far above what
 * a cycle takes, so that no other replica's work is cut. Gives the serials.
 */
export async function voidStale(authority: Authority, limitMs: number): Promise<readonly string[]> {
  const now = authority.now()
  return authority.ledger.expirePending(new Date(now.getTime() - limitMs), now)
}
