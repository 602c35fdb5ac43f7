import { idSchema, MANAGED_DEVICES } from './graph-schemas.ts'
import type { GraphCalls } from './transport/graph-client.ts'

/** Questions to Graph that several parts of the adapter ask, and how many run at the same time. */

/**
 * Bounds the load for a person with a hundred devices, who could exhaust the tenant's limits in one second.
 */
const CALLS_AT_ONCE = 8

/**
 * Gives an OData filter for the objects with this id. One `eq` only: several joined by `or` were seen to
 * return the first one's object alone, or to be ignored. The id is a GUID by now, so it cannot inject
 * anything.
 */
export function filterFor(property: string, id: string): string {
  return `$filter=${property}%20eq%20%27${encodeURIComponent(id)}%27`
}

/**
 * Gives the primary users of an Intune device, by object id. `managedDevice.userId` is not used: it is who
 * enrolled the device. Throws DirectoryTrouble when Intune has no such device.
 */
export async function primaryUsersOf(
  calls: GraphCalls,
  intuneId: string,
): Promise<readonly string[]> {
  const path = `${MANAGED_DEVICES}/${intuneId}/users?$select=id`
  const users = await calls.collection(path, idSchema)
  return [...new Set(users.map((user) => user.id))]
}

/**
 * Asks a question for each item, a few at the same time, and gives the answers in order; the first error ends
 * it.
 */
export async function eachOf<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  if (items.length <= CALLS_AT_ONCE) return Promise.all(items.map((item) => ask(item)))
  const answers: R[] = []
  const waiting = items.entries()
  const worker = async () => {
    for (const [index, item] of waiting) answers[index] = await ask(item)
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, worker))
  return answers
}
