/**
 * Where a round of the directory continues, as one text that is stored between its pages: Graph's link and,
 * behind a `#`, which kind of round it belongs to. Graph's links contain no `#`, and what follows it is
 * never sent.
 */
export type Position = {
  readonly link: string
  /** Which kind of round the link continues; null when it starts a new round of changes. */
  readonly within: 'everything' | 'changes' | null
  /** How many pages were read before it. */
  readonly pages: number
  /** Whether those pages named no object. */
  readonly isEmptySoFar: boolean
}

const MARKED = /^(.*)#(everything|changes)-(\d{1,9})(-empty)?$/s

export function cursorOf({ link, within, pages, isEmptySoFar }: Position): string {
  return within === null ? link : `${link}#${within}-${pages}${isEmptySoFar ? '-empty' : ''}`
}

/** Null for a round of everything from the beginning. */
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
