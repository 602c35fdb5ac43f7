'use client'

import { buttonLook } from '#components/ui/button-look.ts'
import { HelpHere, wordsHere } from './help-here.tsx'

type ProblemProps = {
  /** The code by which the error is in the log, or null. */
  readonly code: string | null
  readonly onRetry: () => void
}

/** The page for an error. Its texts came with the document, since the server may be what failed. */
export function Problem({ code, onRetry }: ProblemProps) {
  const words = wordsHere()
  return (
    <main id="main" className="wrap stack max-w-[860px] gap-4 pt-14">
      <h1>{words.title}</h1>
      <p className="lede">{words.text}</p>
      {code && <p className="small faint mono">{words.code.replace('{code}', code)}</p>}
      <div className="row">
        {/* Not the Button of ui/: it would bring its links and icons to every page, twice. */}
        <button type="button" className={buttonLook({ variant: 'primary' })} onClick={onRetry}>
          {words.tryAgain}
        </button>
        <HelpHere />
      </div>
    </main>
  )
}
