/**
 * How far a round of a delta query has come, as one text that is kept between its pages: Graph's link,
 * and behind a `#`, which no link of Graph's has and which is never sent, in which round it is.
 */
export type Position = {
  readonly link: string
  /** Which round the link continues; null when it begins a new one, of what changed since. */
  readonly within: 'everything' | 'changes' | null
  /** How many pages lie before it. */
  readonly pages: number
  /** Whether they named no object. */
  readonly isEmptySoFar: boolean
}

const MARKED = /^(.*)#(everything|changes)-(\d{1,9})(-empty)?$/s

export function cursorOf({ link, within, pages, isEmptySoFar }: Position): string {
  return within === null ? link : `${link}#${within}-${pages}${isEmptySoFar ? '-empty' : ''}`
}

/** Null for the beginning of everything. */
export function positionOf(cursor: string | null): Position | null {
  if (cursor === null) return null
  const [, link, within, pages, empty] = MARKED.exec(cursor) ?? []
  if (link === undefined) return { link: cursor, within: null, pages: 0, isEmptySoFar: true }
  return {
    link,
    within: within === 'changes' ? 'changes' : 'everything',
    pages: Number(pages),
    isEmptySoFar: empty !== undefined,
  }
}
