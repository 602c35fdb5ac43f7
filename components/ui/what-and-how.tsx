import type { ReactNode } from 'react'

type WhatAndHowProps = {
  readonly words: { readonly whatHappened: string; readonly whatYouCanDo: string }
  readonly what: ReactNode
  /** In order; one step each. */
  readonly steps: readonly ReactNode[]
  readonly className?: string
}

/** What happened, and what you can do: the same two columns for every problem. */
export function WhatAndHow({ words, what, steps, className = '' }: WhatAndHowProps) {
  return (
    <div className={`wh ${className}`}>
      <div>
        <h2>{words.whatHappened}</h2>
        <p>{what}</p>
      </div>
      <div>
        <h2>{words.whatYouCanDo}</h2>
        <ol>
          {steps.map((step, index) => (
            <li key={index}>{step}</li>
          ))}
        </ol>
      </div>
    </div>
  )
}
