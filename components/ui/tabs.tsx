'use client'

import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'

type TabsProps = {
  /** What the choice is about. */
  readonly label: string
  /** Heading beside the segments. */
  readonly heading: ReactNode
  readonly tabs: readonly { readonly name: string; readonly content: ReactNode }[]
}

/** Two or three ways to do one thing, one shown at a time. Arrows move between them. */
export function Tabs({ label, heading, tabs }: TabsProps) {
  const [chosen, setChosen] = useState(0)
  const id = useId()

  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (chosen + step + tabs.length) % tabs.length
    setChosen(next)
    document.getElementById(`${id}-tab-${next}`)?.focus()
  }

  return (
    <>
      <div className="between mb-2 items-center">
        {heading}
        <div className="seg" role="tablist" aria-label={label} onKeyDown={move}>
          {tabs.map((tab, index) => (
            <button
              key={tab.name}
              type="button"
              role="tab"
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
    </>
  )
}
