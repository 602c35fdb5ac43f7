import { isClockRight } from '#authority/jobs/clock.ts'
import { type DirectorySync, startDirectorySync } from '#authority/jobs/directory-sync.ts'
import { startLostDevices } from '#authority/jobs/lost-devices.ts'
import { REMINDER_PACE, SANDBOX_PACE, startReminders } from '#authority/jobs/reminders.ts'
import { startResponderDesk } from '#authority/jobs/responder-files.ts'
import { startSubscriber } from '#authority/jobs/subscriber.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { voidStale } from '#lib/issuance/enroll/void-stale.ts'
import type { Reminding } from '#lib/issuance/reminders/remind.ts'
import type { Part } from './part.ts'

/** What works in the background, in one process of a machine: the first. */
export type Jobs = Pick<DirectorySync, 'soon'> & { readonly stop: () => Promise<void> }

const PENDING_CHECK_MS = 30_000

/** What some of them need; null where it is not configured. */
export type JobNeeds = {
  /** Makes the subscription to Graph's notifications. */
  readonly subscribe: (() => Promise<void>) | null
  readonly reminding: Reminding | null
}

export function startJobs(
  { config, log, link }: Part,
  authority: Authority,
  { subscribe, reminding }: JobNeeds,
): Jobs {
  const pending = setInterval(
    () => void voidStaleOnce({ config, log }, authority),
    PENDING_CHECK_MS,
  )
  const everyMs = config.directorySyncSeconds * 1000
  const directorySync = startDirectorySync(authority, log, everyMs, link?.assignment.holder)
  const desk = startResponderDesk(authority, config.respondersDir, log)
  const lost = startLostDevices(authority, log)
  const pace = config.sandbox ? SANDBOX_PACE : REMINDER_PACE
  const reminders =
    reminding && startReminders(authority, reminding, log, pace, link?.assignment.holder)
  const subscriber = subscribe && startSubscriber(subscribe, log)
  return {
    soon: directorySync.soon,
    stop: async () => {
      clearInterval(pending)
      lost.stop()
      subscriber?.stop()
      await Promise.all([directorySync.stop(), desk.stop(), reminders?.stop()])
    },
  }
}

/** At start and at intervals: another process may have died during an issuance. */
export async function voidStaleOnce(
  { config, log }: Pick<Part, 'config' | 'log'>,
  authority: Authority,
): Promise<void> {
  try {
    if (!(await isClockRight(authority, log))) return
    const serials = await voidStale(authority, config.LATCHKEY_PENDING_LIMIT_SECONDS * 1000)
    if (serials.length > 0) log.warn({ serials }, 'unfinished certificates are now revoked')
  } catch (error) {
    log.error({ error }, 'unfinished certificates could not be looked for')
  }
}
