'use client'

import { useEffect, useRef, useState } from 'react'
import type { LiveList as List } from '#lib/live-status.ts'
import { useVersion } from './use-version.ts'

type LiveListProps = {
  /** The statuses that the page shows. */
  readonly list: List
  readonly everyMs: number
}

/** Updates a page of several certificates while it is open, and announces which of them changed. */
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
