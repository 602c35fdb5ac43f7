/**
 * The languages of the portal: their own names, and how dates and numbers are written. A language is one file
 * beside this one and one line here; what it lacks does not compile.
 */
export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB' },
  de: { name: 'Deutsch', locale: 'de-DE' },
  fr: { name: 'Français', locale: 'fr-FR' },
} as const

export type Language = keyof typeof LANGUAGES

/** True for a language of the portal. */
export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(LANGUAGES, value)
}
