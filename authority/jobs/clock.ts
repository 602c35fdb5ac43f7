import type { Logger } from 'pino'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { clockAheadMs, isOff } from '#lib/issuance/clock.ts'

/**
 * Whether the work that all machines share may be done here. With a clock that is wrong it may not: a CRL from
 * the future is refused by everybody until then, and leases and unfinished certificates of others look old.
 * Such work is rare, so the database is asked each time; an issuance asks once a minute (requireRightClock).
 */
export async function isClockRight(
  authority: Pick<StatusAuthority, 'ledger' | 'now'>,
  log: Logger,
): Promise<boolean> {
  const aheadMs = await clockAheadMs(authority)
  if (!isOff(aheadMs)) return true
  log.error({ aheadMs }, 'this clock and the database’s differ: nothing is published or swept here')
  return false
}
