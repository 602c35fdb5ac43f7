import type { Place } from '#components/enroll/places.ts'
import type { BadgeTone } from '#components/ui/badge.tsx'
import type { IconName } from '#components/ui/icon.tsx'
import type { CsrNames } from '#lib/pki/csr/csr-write.ts'

/**
 * A device or person for which a certificate can be made, with the texts about it in the reader's language.
 */
export type Offer = {
  /** Value of `?for=` in the address: a device id, or `me`. */
  readonly id: string
  readonly kind: 'device' | 'user'
  readonly name: string
  /** Null for a person. */
  readonly device: { readonly os: string; readonly model: string | null } | null
  readonly line: string
  readonly badge: { readonly tone: BadgeTone; readonly icon: IconName; readonly words: string }
  readonly possible: boolean
  /** The page with the code by which the reader goes on with a phone; null where that is of no use. */
  readonly phone: string | null
  /** Whether it has a good certificate now. */
  readonly hasGood: boolean
  readonly place: Place
  /** Common name of the system: "Windows 11". */
  readonly system: string
  readonly names: CsrNames
  /** What must stay true for the certificate to stay good. */
  readonly condition: 'compliant' | 'listed' | 'active'
}
