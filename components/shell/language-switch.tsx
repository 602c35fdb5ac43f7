'use client'

import { useRouter } from 'next/navigation'
import { Icon } from '#components/ui/icon.tsx'
import type { Language } from '#lib/i18n/language.ts'
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
  return (
    <button
      type="button"
      className={text ? 'linkish' : 'ib'}
      lang={other}
      aria-label={text ? undefined : label}
      title={label}
      onClick={turn}
    >
      {text ?? <Icon name="globe" />}
    </button>
  )
}
