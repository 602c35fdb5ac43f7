import { cookies } from 'next/headers'
import type { Reader } from '#lib/format.ts'
import { type Dictionary, dictionary } from './dictionary.ts'
import { currentLanguage } from './language.ts'
import { networkKinds } from './network-kinds.ts'

/** Gives who reads this page, and all texts in their language. */
export async function currentReader(): Promise<{ reader: Reader; words: Dictionary }> {
  const language = await currentLanguage()
  const zone = (await cookies()).get('latchkey-zone')?.value
  return {
    reader: { language, timeZone: knownZone(zone), now: new Date() },
    words: dictionary(language, await networkKinds()),
  }
}

/** The time zone that the browser sent in a cookie; UTC without one, or for an unknown zone. */
function knownZone(zone: string | undefined): string {
  if (!zone || zone.length > 64) return 'UTC'
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}
