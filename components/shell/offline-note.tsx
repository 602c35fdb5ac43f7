'use client'

import { useSyncExternalStore } from 'react'
import { Note } from '#components/ui/note.tsx'

type OfflineNoteProps = { readonly title: string; readonly text: string }

/** A note on top while the browser has no connection. */
export function OfflineNote({ title, text }: OfflineNoteProps) {
  const online = useSyncExternalStore(watch, isOnline, () => true)
  if (online) return null
  return (
    <Note tone="info" icon="wifi" title={title}>
      {text}
    </Note>
  )
}

function isOnline(): boolean {
  return navigator.onLine
}

function watch(changed: () => void): () => void {
  window.addEventListener('online', changed)
  window.addEventListener('offline', changed)
  return () => {
    window.removeEventListener('online', changed)
    window.removeEventListener('offline', changed)
  }
}
