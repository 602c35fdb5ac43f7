import { idSchema, MANAGED_DEVICES } from './graph-schemas.ts'
import type { GraphCalls } from './transport/graph-client.ts'

/** Questions that more than one part of the adapter asks, and how many at a time. */

/** So that a person with a hundred devices does not use up the tenant's limits in one second. */
const CALLS_AT_ONCE = 8

/**
 * An OData filter for the objects with this id: one `eq`, since several joined by `or` were seen to
 * give the first one's object alone, or to be ignored. The id is a GUID by now, so nothing of the
 * requester's can get into it.
 */
export function filterFor(property: string, id: string): string {
  return `$filter=${encodeURIComponent(`${property} eq '${id}'`)}`
}

/**
 * The primary users of an Intune device, object ids. `managedDevice.userId` is not asked for that:
 * it is who enrolled the device. Throws an error when Intune has no such device (any more).
 */
export async function primaryUsersOf(
  calls: GraphCalls,
  intuneId: string,
): Promise<readonly string[]> {
  const path = `${MANAGED_DEVICES}/${intuneId}/users?$select=id`
  const users = await calls.collection(path, idSchema)
  return [...new Set(users.map((user) => user.id))]
}

/** What the question says of each item, in their order, a few at a time; the first error ends it. */
export async function eachOf<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = []
  const waiting = items.entries()
  const worker = async () => {
    for (const [index, item] of waiting) answers[index] = await ask(item)
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, worker))
  return answers
}
