import { setImmediate } from 'node:timers/promises'
import type { DirectoryKey } from '#lib/model.ts'

/** In the order in which objects are listed. */
export const KINDS = ['entra_device', 'intune_device', 'user'] as const

/** SQLite and PostgreSQL take some ten thousand values in a statement; so many are answered in one turn. */
const CHUNK = 500

export type KeyGroup = { readonly kind: DirectoryKey['kind']; readonly ids: readonly string[] }

/** By kind, without repetition, in pieces that a statement can take. */
export function groupKeys(keys: readonly DirectoryKey[]): readonly KeyGroup[] {
  return KINDS.flatMap((kind) => {
    const ids = new Set(keys.flatMap((key) => (key.kind === kind ? [key.id] : [])))
    return chunks([...ids]).map((some) => ({ kind, ids: some }))
  })
}

/** In pieces of CHUNK; none for an empty list. */
export function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const pieces: (readonly Item[])[] = []
  for (let start = 0; start < items.length; start += CHUNK) {
    pieces.push(items.slice(start, start + CHUNK))
  }
  return pieces
}

/** Works through the items in pieces of CHUNK; the event loop has its turn between two of them. */
export function inChunks<Item>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Promise<void>,
): Promise<void> {
  return inTurns(chunks(items), work)
}

/** One after the other; the event loop has its turn between two of them. */
export async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0) await setImmediate()
    await work(item)
  }
}
