import type { ReactNode } from 'react'
import { Frame } from '#app/frame.tsx'

export default function EnrollLayout({ children }: { readonly children: ReactNode }) {
  return <Frame>{children}</Frame>
}
