import { readConfig } from '#lib/config.ts'
import type { NetworkKind } from '#lib/network/network.ts'
import * as de from './de.ts'
import * as en from './en.ts'
import { fill } from './fill.ts'
import * as fr from './fr.ts'
import { LANGUAGES, type Language } from './languages.ts'

const ALL: Readonly<Record<Language, typeof en>> = { en, de, fr }

/** The name that the texts themselves use. */
const PRODUCT = 'Latchkey'
const known = new Map<string, typeof en>()

/** The texts of a language, with the operator's name for the portal, and with what certificates open. */
function texts(language: Language, kinds: readonly NetworkKind[] = []): typeof en {
  const key = [language, ...kinds].join(' ')
  const before = known.get(key)
  if (before) return before
  const { LATCHKEY_BRAND_NAME: name = PRODUCT, tenantName: tenant } = readConfig()
  const access = accessOf(ALL[language].access, kinds, LANGUAGES[language].locale)
  const all = withValues(ALL[language], { name, access: fill(access, { tenant }) })
  known.set(key, all)
  return all
}

/** What certificates open: the kinds of networks that are configured, or else what every tenant has. */
function accessOf(words: typeof en.access, kinds: readonly NetworkKind[], locale: string): string {
  if (kinds.length === 0) return words.unknown
  return new Intl.ListFormat(locale).format(kinds.map((kind) => words[kind]))
}

/** Every text of a language, in which the portal has this name and certificates open this. */
export function withValues<Words>(
  words: Words,
  values: { readonly name: string; readonly access: string },
): Words {
  if (typeof words === 'string') {
    return fill(
      words.replaceAll(PRODUCT, () => values.name),
      { access: values.access },
    ) as Words
  }
  if (Array.isArray(words)) return words.map((word) => withValues(word, values)) as Words
  return Object.fromEntries(
    Object.entries(words as object).map(([key, word]) => [key, withValues(word, values)]),
  ) as Words
}

/** All texts in one language, except those that only one page loads; `kinds` are of the networks there are. */
export function dictionary(language: Language, kinds: readonly NetworkKind[] = []) {
  const { common, signin, home, devices, certificate, relyingParty } = texts(language, kinds)
  const { problems, phone, manage, wrong, stepUp } = texts(language, kinds)
  return {
    ...{ common, signin, home, devices, certificate, relyingParty },
    ...{ problems, phone, manage, wrong, stepUp },
  }
}

export type Dictionary = ReturnType<typeof dictionary>

/** The texts of the enrol flow, in one language: choose, make, use, and what comes after. */
export function enrollWords(language: Language) {
  const { choose, make, trouble, use, after, stepUp } = texts(language)
  return { choose, make, trouble, use, after, stepUp }
}

export type EnrollWords = ReturnType<typeof enrollWords>

/** The texts of `/doctor`, in one language, with those of the places. */
export function doctorWords(language: Language) {
  const { doctor, choose, common } = texts(language)
  return { ...doctor, systems: choose.systems, tryAgain: common.tryAgain }
}

export type DoctorWords = ReturnType<typeof doctorWords>

/** The texts of `/scripts` and `/scripts/api`, in one language. */
export function scriptsWords(language: Language) {
  return texts(language).scripts
}

export type ScriptsWords = ReturnType<typeof scriptsWords>

/** The texts of reminders by mail, in one language. */
export function reminderWords(language: Language) {
  return texts(language).reminder
}

export type ReminderWords = ReturnType<typeof reminderWords>

/** The texts of the page that ends reminders, with what it is about. */
export function reminderStopWords(language: Language) {
  const { reminder, reminderStop } = texts(language)
  return { ...reminderStop, what: reminder.what }
}

/** The texts of `/calendar` and of the events, with what they are about. */
export function calendarWords(language: Language) {
  const { calendar, reminder, common } = texts(language)
  return { ...calendar, what: reminder.what, product: common.product }
}

export type CalendarWords = ReturnType<typeof calendarWords>
