import type { Authority } from '#lib/issuance/authority.ts'

/**
 * Voids intents that were never completed. A process that died between step 7 and step 11 may have signed, so
 * their serials are reported as revoked. `limitMs` is far longer than an issuance takes, so that no running
 * issuance of another replica is voided. Gives the serials.
 */
export async function voidStale(authority: Authority, limitMs: number): Promise<readonly string[]> {
  const now = authority.now()
  return authority.ledger.expirePending(new Date(now.getTime() - limitMs), now)
}
