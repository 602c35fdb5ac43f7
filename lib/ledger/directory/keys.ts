import { setImmediate } from 'node:timers/promises'
import type { DirectoryKey } from '#lib/model.ts'

/** Kinds in the order in which objects are listed. */
export const KINDS = ['entra_device', 'intune_device', 'user'] as const

/** As many objects as a single certificate depends on, so that statements for so many are compiled once. */
export const FEW = 3

/**
 * Values in one statement: SQLite and PostgreSQL take some ten thousand, and this many are answered in one
 * turn of the event loop.
 */
const CHUNK = 500

export type KeyGroup = { readonly kind: DirectoryKey['kind']; readonly ids: readonly string[] }

/** Groups keys by kind, without duplicates, in pieces of CHUNK. */
export function groupKeys(keys: readonly DirectoryKey[]): readonly KeyGroup[] {
  // A certificate of a person depends on one object.
  if (keys.length === 1) return keys.map(({ kind, id }) => ({ kind, ids: [id] }))
  return KINDS.flatMap((kind) => {
    const ids = new Set(keys.flatMap((key) => (key.kind === kind ? [key.id] : [])))
    return chunks([...ids]).map((some) => ({ kind, ids: some }))
  })
}

/** Splits a list into pieces of CHUNK; an empty list has none. */
export function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const pieces: (readonly Item[])[] = []
  for (let start = 0; start < items.length; start += CHUNK) {
    pieces.push(items.slice(start, start + CHUNK))
  }
  return pieces
}

/** Runs a function for each piece of CHUNK items; the event loop serves others between two pieces. */
export function inChunks<Item>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Promise<void>,
): Promise<void> {
  return inTurns(chunks(items), work)
}

/** Runs a function for each item, one after the other; the event loop serves others in between. */
export async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0) await setImmediate()
    await work(item)
  }
}
