import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Authority } from '#lib/issuance/authority.ts'
import {
  type GoOn,
  type ReminderReport,
  type Reminding,
  remindDue,
} from '#lib/issuance/reminders/remind.ts'
import { isClockRight } from './clock.ts'

const LEASE = 'reminders'
const LEASE_MS = 5 * 60_000
/** How long a mail on its way is waited for at shutdown. */
const PATIENCE_MS = 2000
const BACK_OFF_MAX_MS = 60 * 60_000
/** For so long after its end the links in the mails of a certificate are answered. */
const KEPT_MS = 30 * 86_400_000
/** Certificates whose reminders are looked at in one turn. */
const FORGET_MAX = 500

export type ReminderPace = {
  /** Milliseconds between the end of one turn and the next. */
  readonly everyMs: number
  /** Milliseconds between two mails. */
  readonly betweenMs: number
}

/** Thirty mails a minute are what a mailbox of Exchange Online may send. */
export const REMINDER_PACE: ReminderPace = { everyMs: 15 * 60_000, betweenMs: 2000 }
/** Nothing leaves the machine, and somebody is looking. */
export const SANDBOX_PACE: ReminderPace = { everyMs: 3000, betweenMs: 0 }

/**
 * Sends the reminders that are due, at start and at intervals, and less often while the mail server or the
 * directory fails. A lease keeps replicas from doing the same work; the ledger lets only one of them send each
 * mail. The log counts mails and names nobody.
 */
export function startReminders(
  authority: Authority,
  reminding: Reminding,
  log: Logger,
  pace: ReminderPace,
  holder: string = randomUUID(),
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const wait = (ms: number) => delay(ms, undefined, { ref: false, signal }).catch(() => undefined)
  let failures = 0
  let forgotten: string | null = null

  const turn = async () => {
    try {
      // Ahead of the others this machine would take their lease, and tell everybody too early.
      if (!(await isClockRight(authority, log))) return
      let isFirst = true
      const goOn = async () => {
        if (!isFirst) await wait(pace.betweenMs)
        isFirst = false
        return !signal.aborted && (await takeLease(authority, holder))
      }
      const report = await remindInTurn(authority, reminding, holder, goOn)
      failures = report && isInVain(report) ? failures + 1 : 0
      if (report) forgotten = await forgetSome(authority, forgotten)
      if (report && Object.values(report).some((count) => count > 0)) {
        log.info(report, 'reminders were sent')
      }
    } catch (error) {
      failures += 1
      log.warn({ error }, 'reminders could not be sent')
    }
  }
  const run = async () => {
    while (!signal.aborted) {
      await turn()
      await wait(Math.max(pace.everyMs, backOff(pace.everyMs, failures)))
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await Promise.race([running, delay(PATIENCE_MS, undefined, { ref: false })])
      // Releases the lease, so that another replica need not wait for its end.
      await takeLease(authority, holder, 0).catch(() => undefined)
    },
  }
}

/** Removes what was recorded of certificates that are long past; gives where the next turn goes on. */
async function forgetSome(
  { ledger, now }: Pick<Authority, 'ledger' | 'now'>,
  after: string | null,
): Promise<string | null> {
  const endedBefore = new Date(now().getTime() - KEPT_MS)
  return (await ledger.forgetReminders({ endedBefore, after, limit: FORGET_MAX })).next
}

function isInVain({ taken, refused, later, unsure }: ReminderReport): boolean {
  return taken === 0 && refused + later + unsure > 0
}

function backOff(everyMs: number, failures: number): number {
  return failures === 0 ? 0 : Math.min(BACK_OFF_MAX_MS, everyMs * 2 ** (failures - 1))
}

/** One turn of this replica; null while another one has the lease. */
export async function remindInTurn(
  authority: Authority,
  reminding: Reminding,
  holder: string,
  goOn: GoOn = () => takeLease(authority, holder),
): Promise<ReminderReport | null> {
  return (await takeLease(authority, holder)) ? remindDue(authority, reminding, goOn) : null
}

function takeLease({ ledger, now }: Authority, holder: string, forMs = LEASE_MS): Promise<boolean> {
  const at = now()
  return ledger.takeLease(LEASE, holder, at, new Date(at.getTime() + forMs))
}
