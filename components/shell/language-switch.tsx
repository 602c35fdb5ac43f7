'use client'

import { useRouter } from 'next/navigation'
import { IconButton } from '#components/ui/icon-button.tsx'
import type { Language } from '#lib/i18n/languages.ts'
import { keepChoice } from './cookie.ts'

type LanguageSwitchProps = {
  readonly language: Language
  /** "Auf Deutsch umschalten": in the other language, for readers who know only that one. */
  readonly label: string
  /** Shown as text in place of an icon. */
  readonly text?: string
}

/** Switches to the other language and draws the page again; typed text is kept. */
export function LanguageSwitch({ language, label, text }: LanguageSwitchProps) {
  const router = useRouter()
  const other = language === 'en' ? 'de' : 'en'
  const turn = () => {
    keepChoice('language', other)
    router.refresh()
  }
  if (text === undefined) {
    return <IconButton icon="globe" label={label} lang={other} onClick={turn} />
  }
  return (
    <button
      type="button"
      className="inline-flex min-h-6 cursor-pointer items-center text-ink2 underline decoration-1 underline-offset-3"
      lang={other}
      title={label}
      onClick={turn}
    >
      {text}
    </button>
  )
}
