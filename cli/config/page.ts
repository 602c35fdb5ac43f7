import { settingsTable } from '#lib/settings/settings.ts'

const BEGIN = '<!-- Made by `npm run config -- --write` of lib/settings and lib/environment.ts. -->'
const END = '<!-- Made until here. -->'

/** The page docs/reference/configuration.md with its table made anew; what stands around the table is kept. */
export function pageWith(page: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`The page has no place for the table: ${BEGIN}`)
  return `${page.slice(0, begin)}${BEGIN}\n\n${settingsTable()}\n\n${page.slice(end)}`
}
