import type { DevicesView } from '#lib/api/schemas.ts'
import type { Session } from '#lib/auth/session.ts'

type Person = Pick<Session['requester'], 'tid' | 'oid'>

/** Far more people than have a page open while the directory is down. */
const PEOPLE_MAX = 1_000

/** Each person's own list of devices as the authority last gave it, in this process only. */
const lists = new Map<string, DevicesView>()

export function rememberDevices({ tid, oid }: Person, devices: DevicesView): void {
  const key = `${tid}/${oid}`
  lists.delete(key)
  lists.set(key, devices)
  const [oldest] = lists.keys()
  if (lists.size > PEOPLE_MAX && oldest !== undefined) lists.delete(oldest)
}

/**
 * Gives the list that was remembered for this person, or null. It serves to name devices: nothing is possible
 * for them until the directory answers again.
 */
export function rememberedDevices({ tid, oid }: Person): DevicesView | null {
  const last = lists.get(`${tid}/${oid}`)
  if (!last) return null
  return {
    ...last,
    items: last.items.map((device) => ({ ...device, possible: false, refusal: null })),
  }
}
