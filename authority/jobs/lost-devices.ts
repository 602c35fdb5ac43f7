import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Authority } from '#lib/issuance/authority.ts'
import { revokeLost } from '#lib/issuance/revoke/revoke-lost.ts'
import { isClockRight } from './clock.ts'

const LEASE = 'lost-devices'
const EVERY_MS = 60_000
/** A replica that died is replaced after this many missed turns. */
const LEASE_TURNS = 3

/**
 * Revokes for good, every minute and at start, what was reported lost and did not turn up in time. A lease
 * keeps replicas from doing the same work; the ledger lets only one of them revoke each certificate.
 */
export function startLostDevices(authority: Authority, log: Logger): { readonly stop: () => void } {
  const holder = randomUUID()
  const turn = async () => {
    try {
      if (!(await isClockRight(authority, log))) return
      const serials = await revokeLostInTurn(authority, holder)
      if (serials.length > 0) log.info({ serials }, 'what stayed lost is revoked for good')
    } catch (error) {
      log.error({ error }, 'what stayed lost could not be revoked')
    }
  }
  void turn()
  const timer = setInterval(turn, EVERY_MS)
  return { stop: () => clearInterval(timer) }
}

/** One turn of this replica; does nothing while another one has the lease. */
export async function revokeLostInTurn(
  authority: Authority,
  holder: string,
): Promise<readonly string[]> {
  const now = authority.now()
  const until = new Date(now.getTime() + LEASE_TURNS * EVERY_MS)
  return (await authority.ledger.takeLease(LEASE, holder, now, until)) ? revokeLost(authority) : []
}
