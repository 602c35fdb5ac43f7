'use client'

import { useSyncExternalStore } from 'react'
import { Note } from '#components/ui/note.tsx'

/** Says that sign-in needs cookies, where the browser accepts none. */
export function CookieNote({ title, text }: { readonly title: string; readonly text: string }) {
  const kept = useSyncExternalStore(
    () => () => undefined,
    () => navigator.cookieEnabled,
    () => true,
  )
  if (kept) return null
  return (
    <Note tone="hold" title={title}>
      {text}
    </Note>
  )
}
