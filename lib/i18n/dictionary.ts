import { readConfig } from '#lib/config.ts'
import * as de from './de.ts'
import * as en from './en.ts'
import * as fr from './fr.ts'
import type { Language } from './languages.ts'

const ALL: Readonly<Record<Language, typeof en>> = { en, de, fr }

/** The name that the texts themselves use. */
const PRODUCT = 'Latchkey'
const named = new Map<Language, typeof en>()

/** The texts of a language, with the operator's name for the portal. */
function texts(language: Language): typeof en {
  const known = named.get(language)
  if (known) return known
  const name = readConfig().LATCHKEY_BRAND_NAME
  const all = name === undefined ? ALL[language] : withName(ALL[language], name)
  named.set(language, all)
  return all
}

/** Every text of a language, in which the portal has this name. */
export function withName<Words>(words: Words, name: string): Words {
  if (typeof words === 'string') return words.replaceAll(PRODUCT, () => name) as Words
  if (Array.isArray(words)) return words.map((word) => withName(word, name)) as Words
  return Object.fromEntries(
    Object.entries(words as object).map(([key, word]) => [key, withName(word, name)]),
  ) as Words
}

/** All texts in one language, except those that only one page loads. */
export function dictionary(language: Language) {
  const { common, signin, home, devices, certificate, relyingParty } = texts(language)
  const { problems, phone, manage, wrong, stepUp } = texts(language)
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
  const { doctor, choose } = texts(language)
  return { ...doctor, systems: choose.systems }
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
