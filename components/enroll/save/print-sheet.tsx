'use client'

import { useEffect } from 'react'
import { createPortal } from 'react-dom'
import './print-sheet.css'

type PrintSheetProps = {
  readonly title: string
  readonly password: string
  readonly date: string
  readonly onDone: () => void
}

/** A sheet with name, password and date. It exists only while it is printed. */
export function PrintSheet({ title, password, date, onDone }: PrintSheetProps) {
  useEffect(() => {
    window.addEventListener('afterprint', onDone, { once: true })
    window.print()
    return () => window.removeEventListener('afterprint', onDone)
  }, [onDone])
  return createPortal(
    <div className="print-sheet hidden p-[24mm_16mm] text-[#000] print:block" aria-hidden="true">
      <p>{title}</p>
      <p
        className="my-[8mm] font-features-['zero'] font-medium font-mono text-[18pt] leading-[1.4]"
        translate="no"
      >
        {password}
      </p>
      <p>{date}</p>
    </div>,
    document.body,
  )
}
