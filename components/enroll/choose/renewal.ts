import { formatDate, type Reader } from '#lib/format.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { deviceOf, enrollId, isRenewable } from '#lib/overview.ts'
import type { Offer } from './offer.ts'
import type { OfferFacts } from './offers.ts'

/** The certificate whose place the new one takes. */
export type Replaced = {
  readonly serial: string
  /** Its last day in the reader's language; null when it has ended. */
  readonly until: string | null
}

export type Renewal = {
  /** The one offer: the holder of the older certificate. */
  readonly offer: Offer
  readonly replaces: Replaced
  readonly title: string
}

/**
 * Gives what the page offers to renew this certificate; null for one that is not the reader's, that cannot be
 * renewed, or whose holder is not theirs any more.
 */
export function renewalIn(
  offers: readonly Offer[],
  serial: string,
  { certificates, devices }: OfferFacts,
  reader: Reader,
  words: EnrollWords['choose'],
): Renewal | null {
  const older = certificates.find((certificate) => certificate.serial === serial)
  if (!older || !isRenewable(older)) return null
  const device = deviceOf(older, devices)
  const id = older.profile === 'user' ? 'me' : device && enrollId(device)
  const offer = offers.find((one) => one.id === id)
  if (!offer) return null
  const date = formatDate(reader, new Date(older.notAfter), 'long')
  const hasEnded = older.status.state === 'expired'
  return {
    offer: offer.possible
      ? {
          ...offer,
          line: fill(hasEnded ? words.renewLineEnded : words.renewLine, { date }),
          badge: { tone: 'plain', icon: 'refresh', words: words.renewBadge },
          phone: null,
        }
      : offer,
    replaces: { serial, until: hasEnded ? null : date },
    title: fill(words.renewTitle, { name: offer.name }),
  }
}
