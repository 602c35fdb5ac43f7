import { cookies, headers } from 'next/headers'
import { isLanguage, LANGUAGES, type Language } from './languages.ts'

/** Gives the reader's own choice, else the language that their browser prefers, else English. */
export async function currentLanguage(): Promise<Language> {
  const chosen = (await cookies()).get('latchkey-language')?.value
  if (isLanguage(chosen)) return chosen
  return preferredLanguage((await headers()).get('accept-language'))
}

/** RFC 9110 section 12.5.4: gives the language of ours that has the greatest weight; on a tie the first. */
export function preferredLanguage(acceptLanguage: string | null): Language {
  const wishes = (acceptLanguage ?? '').slice(0, HEADER_MAX).split(',').flatMap(wishOf)
  const [best] = wishes.sort((a, b) => b.weight - a.weight)
  return best?.language ?? 'en'
}

const HEADER_MAX = 1000
const WISH = new RegExp(
  String.raw`^\s*(${Object.keys(LANGUAGES).join('|')})(?:-[a-z0-9-]{1,20})?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$`,
  'i',
)

function wishOf(part: string): { language: Language; weight: number }[] {
  const match = WISH.exec(part)
  const language = match?.[1]?.toLowerCase()
  const weight = Number(match?.[2] ?? '1')
  if (!isLanguage(language) || weight === 0) return []
  return [{ language, weight }]
}
