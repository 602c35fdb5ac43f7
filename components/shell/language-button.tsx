'use client'

import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import type { Language } from '#lib/i18n/languages.ts'
import { keepChoice } from './cookie.ts'
import { SEALED_PAGE } from './sealed-page.ts'

type LanguageButtonProps = {
  readonly code: Language
  readonly current: boolean
  readonly className: string
  /** The language's own name. */
  readonly children: ReactNode
}

/** Draws the page again in another language; typed text is kept. */
export function LanguageButton({ code, current, className, children }: LanguageButtonProps) {
  const router = useRouter()
  const choose = () => {
    keepChoice('language', code)
    if (location.pathname === SEALED_PAGE) location.reload()
    else router.refresh()
  }
  return (
    <button
      type="button"
      className={className}
      lang={code}
      aria-current={current || undefined}
      onClick={choose}
    >
      {children}
    </button>
  )
}
