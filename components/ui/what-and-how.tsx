import type { ReactNode } from 'react'

type WhatAndHowProps = {
  readonly words: { readonly whatHappened: string; readonly whatYouCanDo: string }
  readonly what: ReactNode
  /** In order; one step each. */
  readonly steps: readonly ReactNode[]
  readonly className?: string
}

const HEADING = 'mb-1 font-[550] text-ink3 text-small leading-[1.4] tracking-normal'

/** What happened, and what you can do: the same two columns for every problem. */
export function WhatAndHow({ words, what, steps, className = '' }: WhatAndHowProps) {
  return (
    <div
      className={`grid grid-cols-2 gap-x-8 gap-y-4.5 px-6 pt-5 pb-5.5 max-phone:grid-cols-1 ${className}`}
    >
      <div>
        <h2 className={HEADING}>{words.whatHappened}</h2>
        <p>{what}</p>
      </div>
      <div>
        <h2 className={HEADING}>{words.whatYouCanDo}</h2>
        <ol>
          {steps.map((step, index) => (
            <li
              key={index}
              className="relative not-only:pl-6 only:before:hidden not-first:mt-1.5 before:absolute before:top-0.5 before:left-0 before:size-4.5 before:rounded-full before:bg-sunken before:text-center before:font-semibold before:text-ink2 before:text-tag before:leading-[18px] before:content-[counter(list-item)]"
            >
              {step}
            </li>
          ))}
        </ol>
      </div>
    </div>
  )
}
