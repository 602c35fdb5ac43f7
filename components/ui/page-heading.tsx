'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** False until the first page was shown: after a full load the browser's own focus is kept. */
let arrived = false

/** The one h1 of a page. It takes the focus when a reader comes from another page of ours. */
export function PageHeading({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (arrived) heading.current?.focus({ preventScroll: true })
    arrived = true
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
