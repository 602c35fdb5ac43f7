import type {
  ChangeFeed,
  ChangePage,
  RemovedObject,
  SeenEntraDevice,
  SeenIntuneDevice,
  SeenUser,
} from '#lib/directory/directory.ts'
import type { StreamName, StreamState } from '#lib/ledger/directory-ledger.ts'

/** All pages of one round of a change feed. */
export type Round<T> = {
  /**
   * When the round began. What it reports is known as of this time (RFC 6960 section 4.2.2.1), not of a
   * later one.
   */
  readonly startedAt: Date
  /** True when the round was complete, so that objects which it does not name are absent. */
  readonly isFull: boolean
  readonly items: readonly T[]
  readonly removed: readonly RemovedObject[]
  /** Cursor for the next round; null when that starts from the beginning. */
  readonly cursor: string | null
}

export type SeenOf = {
  readonly users: SeenUser
  readonly entraDevices: SeenEntraDevice
  readonly intuneDevices: SeenIntuneDevice
}

/**
 * Reads change feeds to their end. The pages of an interrupted round stay in memory, so that the next try
 * continues at the page that failed: reading a large tenant for the first time may take longer than the
 * directory answers without throttling.
 */
export type Reader = {
  /** Throws LatchkeyError('directory_unavailable'). Pages read until then are kept. */
  readonly read: <Name extends StreamName>(
    name: Name,
    state: Pick<StreamState, 'cursor'>,
  ) => Promise<Round<SeenOf[Name]>>
}

type Progress = {
  /** The stored cursor at which the round began. */
  readonly from: string | null
  readonly startedAt: Date
  readonly items: unknown[]
  readonly removed: RemovedObject[]
  isFull: boolean
  pages: number
  /** Cursor of the next page; undefined before the first one. */
  next: string | null | undefined
}

/** The change feed itself fails for a longer round. */
const PAGES_MAX = 10_000

export function makeReader(changeFeed: ChangeFeed, now: () => Date): Reader {
  const underWay = new Map<StreamName, Progress>()

  return {
    read: async (name, { cursor }) => {
      const known = underWay.get(name)
      // The pages are useless when another replica has stored a later cursor meanwhile.
      let progress = known?.from === cursor ? known : begin(cursor, now())
      underWay.set(name, progress)
      for (;;) {
        const from = progress.next === undefined ? progress.from : progress.next
        const page: ChangePage<unknown> = await changeFeed[name](from)
        // The directory does not know the cursor any more and reports everything from the beginning.
        if (page.isFirst && progress.next !== undefined) {
          progress = begin(cursor, now())
          underWay.set(name, progress)
        }
        progress.pages += 1
        // A round that never ends is dropped, so that the next try starts again.
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
