import type {
  ChangeFeed,
  ChangePage,
  RemovedObject,
  SeenEntraDevice,
  SeenIntuneDevice,
  SeenUser,
} from '#lib/directory/directory.ts'
import type { StreamName, StreamState } from '#lib/ledger/directory-ledger.ts'

/** All pages of one round of a delta query, or of Intune's list. */
export type Round<T> = {
  /** When it began: what it tells is known to be so then (RFC 6960 section 4.2.2.1), not later. */
  readonly startedAt: Date
  /** True when it told everything, so that what it did not name is gone. */
  readonly isFull: boolean
  readonly items: readonly T[]
  readonly removed: readonly RemovedObject[]
  /** For the next round; null when that begins anew. */
  readonly cursor: string | null
}

export type SeenOf = {
  readonly users: SeenUser
  readonly entraDevices: SeenEntraDevice
  readonly intuneDevices: SeenIntuneDevice
}

/**
 * Reads streams to their end. What was read of a round that was interrupted is kept in memory, so
 * that the next try goes on at the page that failed: the first round of a large tenant may take
 * longer than the directory leaves us alone.
 */
export type Reader = {
  /** Throws 'directory_unavailable'; what was read until then is kept. */
  readonly read: <Name extends StreamName>(
    name: Name,
    state: Pick<StreamState, 'cursor'>,
  ) => Promise<Round<SeenOf[Name]>>
}

type Progress = {
  /** The stored cursor that the round began from. */
  readonly from: string | null
  readonly startedAt: Date
  readonly items: unknown[]
  readonly removed: RemovedObject[]
  isFull: boolean
  pages: number
  /** Of the next page; undefined before the first. */
  next: string | null | undefined
}

/** The change feed itself calls a longer round an error. */
const PAGES_MAX = 10_000

export function makeReader(changeFeed: ChangeFeed, now: () => Date): Reader {
  const underWay = new Map<StreamName, Progress>()

  return {
    read: async (name, { cursor }) => {
      const known = underWay.get(name)
      // Another replica may have read on meanwhile.
      let progress = known?.from === cursor ? known : begin(cursor, now())
      underWay.set(name, progress)
      for (;;) {
        const from = progress.next === undefined ? progress.from : progress.next
        const page: ChangePage<unknown> = await changeFeed[name](from)
        // The directory forgot the cursor and tells everything from the beginning.
        if (page.isFirst && progress.next !== undefined) {
          progress = begin(cursor, now())
          underWay.set(name, progress)
        }
        progress.pages += 1
        // One that never ends is given up, so that the next try begins anew.
        if (progress.pages >= PAGES_MAX) underWay.delete(name)
        progress.isFull ||= page.isFull
        progress.items.push(...page.items)
        progress.removed.push(...page.removed)
        progress.next = page.cursor
        if (!page.isLast) continue
        underWay.delete(name)
        const { startedAt, isFull, items, removed } = progress
        const round = { startedAt, isFull, items, removed, cursor: page.cursor }
        return round as Round<SeenOf[typeof name]>
      }
    },
  }
}

function begin(from: string | null, startedAt: Date): Progress {
  return { from, startedAt, items: [], removed: [], isFull: false, pages: 0, next: undefined }
}
