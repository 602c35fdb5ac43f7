'use client'

import { buttonLook } from '#components/ui/button-look.ts'
import { wrong as de } from '#lib/i18n/de.ts'
import { wrong as en } from '#lib/i18n/en.ts'
import { fill } from '#lib/i18n/fill.ts'
import { isLanguage, type Language } from '#lib/i18n/languages.ts'

const WRONG = { en, de } satisfies Record<Language, typeof en>

type ProblemProps = {
  /** The code by which the error is in the log, or null. */
  readonly code: string | null
  readonly onRetry: () => void
}

/** The page for an error. Its texts are not requested from the server, which may be what failed. */
export function Problem({ code, onRetry }: ProblemProps) {
  const language = typeof document === 'undefined' ? 'en' : document.documentElement.lang
  const words = WRONG[isLanguage(language) ? language : 'en']
  return (
    <main id="main" className="wrap stack max-w-[860px] gap-4 pt-14">
      <h1>{words.title}</h1>
      <p className="lede">{words.text}</p>
      {code && <p className="small faint mono">{fill(words.code, { code })}</p>}
      <div className="row">
        {/* Not the Button of ui/: it would bring its links and icons to every page, twice. */}
        <button type="button" className={buttonLook({ variant: 'primary' })} onClick={onRetry}>
          {words.tryAgain}
        </button>
      </div>
    </main>
  )
}
