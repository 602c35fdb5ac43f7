import { cookies, headers } from 'next/headers'

export type Language = 'en' | 'de'

/** Gives the reader's own choice, else the language that their browser prefers, else English. */
export async function currentLanguage(): Promise<Language> {
  const chosen = (await cookies()).get('latchkey-language')?.value
  if (chosen === 'en' || chosen === 'de') return chosen
  return preferredLanguage((await headers()).get('accept-language'))
}

/** RFC 9110 section 12.5.4: gives English or German, whichever has the greater weight; on a tie the first. */
export function preferredLanguage(acceptLanguage: string | null): Language {
  const wishes = (acceptLanguage ?? '').slice(0, HEADER_MAX).split(',').flatMap(wishOf)
  const [best] = wishes.sort((a, b) => b.weight - a.weight)
  return best?.language ?? 'en'
}

const HEADER_MAX = 1000

function wishOf(part: string): { language: Language; weight: number }[] {
  const match = /^\s*(en|de)(?:-[a-z0-9-]{1,20})?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(part)
  const language = match?.[1]?.toLowerCase()
  const weight = Number(match?.[2] ?? '1')
  if ((language !== 'en' && language !== 'de') || weight === 0) return []
  return [{ language, weight }]
}
