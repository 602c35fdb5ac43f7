'use client'

import { useEffect, useRef, useState } from 'react'
import type { LiveList as List } from '#lib/live-status.ts'
import { useVersion } from './use-version.ts'

type LiveListProps = {
  /** What the page shows now. */
  readonly list: List
  readonly everyMs: number
}

/** Keeps a page of many certificates true while it is open, and says which of them have changed. */
export function LiveList({ list, everyMs }: LiveListProps) {
  const [said, setSaid] = useState('')
  const before = useRef(list)
  const shown = useRef(list.version)
  useVersion('/status', shown, everyMs)

  useEffect(() => {
    if (shown.current === list.version) return
    const known = new Map(before.current.items.map(({ serial, version }) => [serial, version]))
    const changed = list.items.filter(
      ({ serial, version }) => known.has(serial) && known.get(serial) !== version,
    )
    shown.current = list.version
    before.current = list
    setSaid(changed.map(({ changed: sentence }) => sentence).join(' '))
  }, [list])

  return (
    <p className="vh" role="status">
      {said}
    </p>
  )
}
