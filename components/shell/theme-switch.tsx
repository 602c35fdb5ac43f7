'use client'

import { useSyncExternalStore } from 'react'
import { IconButton } from '#components/ui/icon-button.tsx'
import { keepChoice } from './cookie.ts'

type ThemeSwitchProps = { readonly words: { themeToDark: string; themeToLight: string } }

/** Switches between light and dark, in place of the system's setting. */
export function ThemeSwitch({ words }: ThemeSwitchProps) {
  const dark = useSyncExternalStore(watch, isDark, () => false)
  const label = dark ? words.themeToLight : words.themeToDark
  const turn = () => {
    const theme = isDark() ? 'light' : 'dark'
    document.documentElement.dataset.theme = theme
    keepChoice('theme', theme)
    window.dispatchEvent(new Event(TURNED))
  }
  return <IconButton icon={dark ? 'moon' : 'sun'} label={label} onClick={turn} />
}

const TURNED = 'latchkey:theme'

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}

function watch(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  window.addEventListener(TURNED, changed)
  system.addEventListener('change', changed)
  return () => {
    window.removeEventListener(TURNED, changed)
    system.removeEventListener('change', changed)
  }
}
