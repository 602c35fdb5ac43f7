import type { ReactNode } from 'react'

/** What a page is about, and what goes with it: beside it where there is room, else below. */
export function MainAndSide({ children }: { readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_340px] items-start gap-5 max-desk:grid-cols-1">
      {children}
    </div>
  )
}
