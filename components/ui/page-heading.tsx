'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** False until the first page was shown: after a full load the browser's own focus is kept. */
let arrived = false

type PageHeadingProps = { readonly children: ReactNode; readonly className?: string }

/** The one h1 of a page. It takes the focus when a reader comes from another page of ours. */
export function PageHeading({ children, className }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (arrived) heading.current?.focus({ preventScroll: true })
    arrived = true
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1} className={`wrap-anywhere ${className ?? ''}`}>
      {children}
    </h1>
  )
}
