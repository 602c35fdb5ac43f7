import type { Language } from '#lib/i18n/languages.ts'

/** What is the same in every mail. */
export type Letterhead = {
  readonly from: string
  /** Where answers go; null: to `from`. */
  readonly replyTo: string | null
  readonly portalUrl: string
  readonly tenantName: string
  /** `#rrggbb`, with white text on it. */
  readonly accent: string
  /** For who has no language of ours in the directory. */
  readonly language: Language
}
