'use client'

import { Button } from '#components/ui/button.tsx'
import { common } from '#lib/i18n/common.ts'
import { fill } from '#lib/i18n/fill.ts'
import { problems } from '#lib/i18n/problems.ts'

type ProblemProps = {
  /** What the log calls it. */
  readonly code: string | null
  readonly onRetry: () => void
}

/** A page that could not be drawn. The server is not asked for words: it may be what is broken. */
export function Problem({ code, onRetry }: ProblemProps) {
  const language =
    typeof document !== 'undefined' && document.documentElement.lang === 'de' ? 'de' : 'en'
  const words = problems[language]
  return (
    <main id="main" className="wrap stack max-w-[860px] gap-4 pt-14">
      <h1>{words.wrongTitle}</h1>
      <p className="lede">{words.wrongText}</p>
      {code && <p className="small faint mono">{fill(words.code, { code })}</p>}
      <div className="row">
        <Button variant="primary" icon="refresh" onClick={onRetry}>
          {common[language].tryAgain}
        </Button>
      </div>
    </main>
  )
}
