/** Stores oidc-provider's sessions, codes and grants in memory, until the process ends. */

type Payload = Record<string, unknown> & { grantId?: string; uid?: string; userCode?: string }
type Entry = { readonly payload: Payload; readonly expiresAt: number }

const ENTRIES_MAX = 10_000

export type StoreAdapter = {
  readonly upsert: (id: string, payload: Payload, expiresIn?: number) => Promise<void>
  readonly find: (id: string) => Promise<Payload | undefined>
  readonly findByUid: (uid: string) => Promise<Payload | undefined>
  readonly findByUserCode: (userCode: string) => Promise<Payload | undefined>
  readonly consume: (id: string) => Promise<void>
  readonly destroy: (id: string) => Promise<void>
  readonly revokeByGrantId: (grantId: string) => Promise<void>
}

/**
 * Makes a store for one sandbox; the result is oidc-provider's `adapter`. Clients that are not configured are
 * looked up by `findClient`.
 */
export function createStore(
  findClient: (id: string) => Payload | undefined,
): (model: string) => StoreAdapter {
  const entries = new Map<string, Entry>()
  return (model) => ({
    upsert: async (id, payload, expiresIn) => {
      const expiresAt = Date.now() + (expiresIn ?? 24 * 3600) * 1000
      entries.delete(`${model}:${id}`)
      entries.set(`${model}:${id}`, { payload, expiresAt })
      const [oldest] = entries.keys()
      if (entries.size > ENTRIES_MAX && oldest !== undefined) entries.delete(oldest)
    },
    find: async (id) =>
      model === 'Client' ? findClient(id) : alive(entries.get(`${model}:${id}`)),
    findByUid: async (uid) => findWhere(entries, model, (payload) => payload.uid === uid),
    findByUserCode: async (code) =>
      findWhere(entries, model, (payload) => payload.userCode === code),
    consume: async (id) => {
      const entry = entries.get(`${model}:${id}`)
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => {
      entries.delete(`${model}:${id}`)
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of entries) {
        if (payload.grantId === grantId) entries.delete(key)
      }
    },
  })
}

function findWhere(
  entries: ReadonlyMap<string, Entry>,
  model: string,
  wanted: (payload: Payload) => boolean,
): Payload | undefined {
  for (const [key, entry] of entries) {
    if (key.startsWith(`${model}:`) && wanted(entry.payload)) return alive(entry)
  }
  return undefined
}

function alive(entry: Entry | undefined): Payload | undefined {
  return entry && entry.expiresAt > Date.now() ? entry.payload : undefined
}
