import type { SeenEntraDevice } from '#lib/directory/directory.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { Round } from './rounds.ts'

export type NamedEntraDevice = SeenEntraDevice & { readonly deviceId: string }

const PAGE = 1_000

/**
 * Gives the Entra devices of a page of changes, each with its device id. A change of another property does
 * not repeat the device id, which then comes from another page or from the ledger, by Graph's object id. A
 * device that neither knows is left out, since no stored object is that device.
 */
export async function withDeviceIds(
  ledger: Pick<Ledger, 'devicesWithObjectIds'>,
  round: Round<SeenEntraDevice>,
): Promise<Round<NamedEntraDevice>> {
  const known = new Map<string, string>()
  for (const { objectId, deviceId } of round.items) {
    if (deviceId !== undefined) known.set(objectId, deviceId)
  }
  const nameless = [...new Set(round.items.map(({ objectId }) => objectId))].filter(
    (objectId) => !known.has(objectId),
  )
  for (let start = 0; start < nameless.length; start += PAGE) {
    const stored = await ledger.devicesWithObjectIds(nameless.slice(start, start + PAGE))
    for (const { id, objectId } of stored) if (objectId !== null) known.set(objectId, id)
  }
  const items = round.items.flatMap((item) => {
    const deviceId = known.get(item.objectId)
    return deviceId === undefined ? [] : [{ ...item, deviceId }]
  })
  return { ...round, items }
}
