'use client'

import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'

type TabsProps = {
  /** What the choice is about. */
  readonly label: string
  /** Beside the segments. */
  readonly heading?: ReactNode
  readonly tabs: readonly { readonly name: string; readonly content: ReactNode }[]
  /** Index of the one shown at first. */
  readonly first?: number
}

/** Two or three ways to do one thing, one shown at a time. Arrows, Home and End move between them. */
export function Tabs({ label, heading, tabs, first = 0 }: TabsProps) {
  const [chosen, setChosen] = useState(first)
  const id = useId()

  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const last = tabs.length - 1
    const next = {
      ArrowRight: chosen === last ? 0 : chosen + 1,
      ArrowLeft: chosen === 0 ? last : chosen - 1,
      Home: 0,
      End: last,
    }[event.key]
    if (next === undefined) return
    event.preventDefault()
    setChosen(next)
    document.getElementById(`${id}-tab-${next}`)?.focus()
  }

  return (
    <div>
      <div className={`between items-center ${heading === undefined ? 'mb-4' : 'mb-2'}`}>
        {heading}
        <div
          className="inline-flex flex-wrap gap-0.5 rounded-control bg-sunken p-0.75"
          role="tablist"
          aria-label={label}
          onKeyDown={move}
        >
          {tabs.map((tab, index) => (
            <button
              key={tab.name}
              type="button"
              role="tab"
              className="choosable min-h-8 cursor-pointer rounded-[8px] px-3.25 py-1 font-medium text-ink2 text-note aria-selected:bg-raised aria-selected:text-ink aria-selected:shadow-1 aria-selected:ring aria-selected:ring-line"
              id={`${id}-tab-${index}`}
              aria-controls={`${id}-panel-${index}`}
              aria-selected={index === chosen}
              tabIndex={index === chosen ? 0 : -1}
              onClick={() => setChosen(index)}
            >
              {tab.name}
            </button>
          ))}
        </div>
      </div>
      {tabs.map((tab, index) => (
        <div
          key={tab.name}
          role="tabpanel"
          id={`${id}-panel-${index}`}
          aria-labelledby={`${id}-tab-${index}`}
          hidden={index !== chosen}
        >
          {tab.content}
        </div>
      ))}
    </div>
  )
}
