import type { BadgeTone } from '#components/ui/badge.tsx'
import type { IconName } from '#components/ui/icon.tsx'
import type { CsrNames } from '#lib/pki/csr/csr-write.ts'

/** For which system a file is meant; `any` is one that we make no promise about. */
export type Place = 'windows' | 'linux' | 'android' | 'any'

/** A device or person, with all that the page says of it, in the reader's language. */
export type Offer = {
  /** As in `?for=`: a device id, or `me`. */
  readonly id: string
  readonly kind: 'device' | 'user'
  readonly name: string
  /** Null for a person. */
  readonly device: { readonly os: string; readonly model: string | null } | null
  readonly line: string
  readonly badge: { readonly tone: BadgeTone; readonly icon: IconName; readonly words: string }
  readonly possible: boolean
  /** It has a certificate that is good now. */
  readonly hasGood: boolean
  readonly place: Place
  /** "Windows 11"; as people call it. */
  readonly system: string
  readonly names: CsrNames
  /** As long as what the certificate is good. */
  readonly condition: 'compliant' | 'listed' | 'active'
}
