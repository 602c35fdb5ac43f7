import type { DirectoryFeed, Reading } from '#lib/directory/directory.ts'
import { seenInEntra, seenInIntune, type TestDirectory } from './test-authority.ts'

/**
 * A feed that tells each change of people and Entra devices once, as Graph's delta queries do. What
 * it tells is not told again, whoever was listening.
 */
export function deltaFeed(
  held: TestDirectory,
  asked: DirectoryFeed,
): DirectoryFeed & { readonly forget: () => void } {
  const users = deltas(() => held.users.map(({ oid, enabled }) => ({ id: oid, oid, enabled })))
  const entra = deltas(() =>
    held.devices.flatMap(seenInEntra).map((device) => ({ id: device.objectId, ...device })),
  )
  return {
    users: async (cursor) => users.read(cursor),
    entraDevices: async (cursor) => entra.read(cursor),
    intuneDevices: async () => {
      const items = held.devices.flatMap(seenInIntune)
      return { full: true, items, removedObjectIds: [], cursor: null }
    },
    riskyUsers: async () => held.risky,
    exists: asked.exists,
    forget: () => {
      users.forget()
      entra.forget()
    },
  }
}

function deltas<T extends { readonly id: string }>(now: () => readonly T[]) {
  const told = new Map<string, ReadonlyMap<string, string>>()
  return {
    /** 410: whoever comes with an old cursor gets everything. */
    forget: () => told.clear(),
    read: (cursor: string | null): Reading<T> => {
      const items = now()
      const state = new Map(items.map((item) => [item.id, JSON.stringify(item)]))
      const before = cursor === null ? undefined : told.get(cursor)
      const next = `cursor ${told.size + 1} of ${items.length}`
      told.set(next, state)
      if (before === undefined) return { full: true, items, removedObjectIds: [], cursor: next }
      return {
        full: false,
        items: items.filter(({ id }) => before.get(id) !== state.get(id)),
        removedObjectIds: [...before.keys()].filter((id) => !state.has(id)),
        cursor: next,
      }
    },
  }
}
