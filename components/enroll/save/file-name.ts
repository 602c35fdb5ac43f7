import { LANGUAGES, type Language } from '#lib/i18n/languages.ts'
/**
 * Gives the name of a person or device as the beginning of a file name: ASCII letters, digits, dots and
 * dashes, at most 60, which every system accepts and no shell needs to quote.
 */
export function fileBase(name: string): string {
  const plain = name
    .normalize('NFKD')
    // Removes accents and apostrophes, so that no dash takes their place.
    .replace(/[\p{M}’']/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/[-.]{2,}/g, '-')
    .slice(0, 60)
    .replace(/^[-._]+|[-._]+$/g, '')
  if (plain === '') return 'certificate'
  // Windows reserves these names, whatever follows the dot.
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(plain) ? `my-${plain}` : plain
}

/** "3.1 kB", in the reader's own way of writing numbers. */
export function formatSize(octets: number, language: Language): string {
  const number = new Intl.NumberFormat(LANGUAGES[language].locale, {
    maximumFractionDigits: 1,
  })
  return octets < 1000 ? `${octets} B` : `${number.format(octets / 1000)} kB`
}
