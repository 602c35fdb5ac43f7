import type { ReactNode } from 'react'
import { Frame } from '#app/frame.tsx'

export default function ReminderLayout({ children }: { readonly children: ReactNode }) {
  return <Frame>{children}</Frame>
}
