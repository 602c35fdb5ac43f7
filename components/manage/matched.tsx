import { searchTextOf } from '#lib/api/search-text.ts'

/** A text whose beginning is what was searched for, so that it shows why a row is there. */
export function Matched({ text, search }: { readonly text: string; readonly search: string }) {
  const end = matchedUntil(text, search)
  if (end === 0) return text
  return (
    <>
      <mark className="rounded-[3px] bg-soon-soft text-ink outline-1 outline-soon outline-dotted">
        {text.slice(0, end)}
      </mark>
      {text.slice(end)}
    </>
  )
}

/**
 * How many characters of the text are what the ledger matched: its beginning, without regard to case. Gaps,
 * as between the groups of a serial, do not count.
 */
export function matchedUntil(text: string, search: string): number {
  const wanted = searchTextOf(search.trim()).toLowerCase()
  if (wanted === '') return 0
  let matched = 0
  for (let at = 0; at < text.length; at++) {
    const [has, needs] = [text[at]?.toLowerCase(), wanted[matched]]
    if (has === needs) matched += 1
    else if (has !== ' ') return 0
    if (matched === wanted.length) return at + 1
  }
  return 0
}
