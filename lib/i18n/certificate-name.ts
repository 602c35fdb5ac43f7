import type { ReminderWords } from './dictionary.ts'
import { fill } from './fill.ts'

type Named = {
  readonly profile: 'device' | 'user'
  /** Of the device, or what its owner calls it; null for a certificate of a person without a label. */
  readonly name: string | null
}

/** What a certificate is called at the beginning of a sentence. */
export function certificateName({ profile, name }: Named, what: ReminderWords['what']): string {
  if (profile === 'device') return fill(what.device, { name: oneLine(name ?? '') })
  return name === null ? what.person : fill(what.labelled, { name: oneLine(name) })
}

/** People and devices name themselves; a name makes no second line, and turns no text around. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}
