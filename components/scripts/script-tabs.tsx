'use client'

import { Tabs } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

type ScriptTabsProps = {
  /** What the choice is about. */
  readonly label: string
  /** Which is shown at first. */
  readonly first: string
  readonly tabs: readonly {
    readonly id: string
    readonly name: string
    readonly content: ReactNode
  }[]
}

/** One system at a time. Arrows move between them. */
export function ScriptTabs({ label, first, tabs }: ScriptTabsProps) {
  return (
    <Tabs.Root defaultValue={first}>
      <Tabs.List className="seg flex-wrap" aria-label={label} activateOnFocus>
        {tabs.map(({ id, name }) => (
          <Tabs.Tab key={id} value={id}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ id, content }) => (
        <Tabs.Panel key={id} value={id} className="mt-4" keepMounted>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  )
}
