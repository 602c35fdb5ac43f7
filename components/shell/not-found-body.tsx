import { ButtonLink } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

/** For an address without a page. */
export function NotFoundBody({ words }: { readonly words: Dictionary['problems'] }) {
  return (
    <div className="wrap stack max-w-[860px] gap-4 pt-14">
      <h1>{words.notFoundTitle}</h1>
      <p className="lede">{words.notFoundText}</p>
      <div className="row">
        <ButtonLink href="/">{words.toHome}</ButtonLink>
      </div>
    </div>
  )
}
