import * as de from './de.ts'
import * as en from './en.ts'
import type { Language } from './languages.ts'

const ALL: Readonly<Record<Language, typeof en>> = { en, de }

/** All texts in one language, except those that only one page loads. */
export function dictionary(language: Language) {
  const { common, signin, home, devices, certificate, relyingParty, problems, manage, wrong } =
    ALL[language]
  const { stepUp } = ALL[language]
  return {
    common,
    signin,
    home,
    devices,
    certificate,
    relyingParty,
    problems,
    manage,
    wrong,
    stepUp,
  }
}

export type Dictionary = ReturnType<typeof dictionary>

/** The texts of the enrol flow, in one language: choose, make, use. */
export function enrollWords(language: Language) {
  const { choose, make, trouble, use, stepUp } = ALL[language]
  return { choose, make, trouble, use, stepUp }
}

export type EnrollWords = ReturnType<typeof enrollWords>

/** The texts of `/scripts` and `/scripts/api`, in one language. */
export function scriptsWords(language: Language) {
  return ALL[language].scripts
}

export type ScriptsWords = ReturnType<typeof scriptsWords>
