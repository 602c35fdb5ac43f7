import { LatchkeyError } from '#lib/errors.ts'
import type { Authority, StatusAuthority } from './authority.ts'

/** This machine's clock beside the database's, which all machines share. */

/** A second more than a slow answer explains would be enough to notice; this leaves room for both. */
const OFF_MAX_MS = 60_000
const ASK_EVERY_MS = 60_000

type Clocks = Pick<StatusAuthority, 'ledger' | 'now'>

/**
 * How far the clock of this machine is ahead of the database's, in milliseconds, below zero when it is behind; 0
 * for a database in this process. Throws what the ledger throws.
 */
export async function clockAheadMs({ ledger, now }: Clocks): Promise<number> {
  const theirs = await ledger.serverTime()
  return theirs === null ? 0 : now().getTime() - theirs.getTime()
}

export const isOff = (aheadMs: number) => Math.abs(aheadMs) > OFF_MAX_MS

/** What the database's clock said, and the time since then that no setting of a clock changes. */
type Compared = { readonly aheadMs: number; readonly now: number; readonly elapsed: number }

const compared = new WeakMap<Authority['ledger'], Compared>()

/**
 * Throws when this clock is wrong: a certificate would begin in the future or would have ended already, and
 * holds and limits would be counted from another time. The database is asked once a minute; between, a clock that
 * was set is noticed by the time that passed meanwhile.
 */
export async function requireRightClock(authority: Clocks & Pick<Authority, 'ledger'>) {
  const known = compared.get(authority.ledger)
  const isFresh = known !== undefined && performance.now() - known.elapsed < ASK_EVERY_MS
  if (isFresh && !isOff(aheadSince(known, authority))) return
  // Also for a machine that slept, in which that time stood still.
  const asked = { aheadMs: await clockAheadMs(authority), now: authority.now().getTime() }
  compared.set(authority.ledger, { ...asked, elapsed: performance.now() })
  if (!isOff(asked.aheadMs)) return
  throw new LatchkeyError(
    'signer_unavailable',
    'The clock of this machine is wrong, so nothing is signed here.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  )
}

const RETRY_AFTER_SECONDS = 10

function aheadSince(known: Compared, { now }: Pick<Clocks, 'now'>): number {
  return known.aheadMs + now().getTime() - known.now - (performance.now() - known.elapsed)
}
