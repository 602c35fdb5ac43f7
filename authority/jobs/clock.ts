import type { Logger } from 'pino'
import type { StatusAuthority } from '#lib/issuance/authority.ts'

/** A second more than a slow answer explains would be enough to notice; this leaves room for both. */
const OFF_MAX_MS = 60_000

/**
 * How far the clock of this machine is ahead of the database's, in milliseconds, below zero when it is behind; 0
 * for a database in this process. Throws what the ledger throws.
 */
export async function clockAheadMs({
  ledger,
  now,
}: Pick<StatusAuthority, 'ledger' | 'now'>): Promise<number> {
  const theirs = await ledger.serverTime()
  return theirs === null ? 0 : now().getTime() - theirs.getTime()
}

export const isOff = (aheadMs: number) => Math.abs(aheadMs) > OFF_MAX_MS

/**
 * Whether the work that all machines share may be done here. With a clock that is wrong it may not: a CRL from
 * the future is refused by everybody until then, and leases and unfinished certificates of others look old.
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
