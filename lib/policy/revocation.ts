import type { RevocationReason } from '#lib/model.ts'

/** Who may give which reason, next to the reasons themselves (RFC 5280 section 5.3.1). */
export const OWNER_REASONS = ['cessationOfOperation', 'superseded', 'keyCompromise'] as const
export type OwnerReason = (typeof OWNER_REASONS)[number]

/**
 * What an operator may give, by its number. cACompromise (2) and aACompromise (10) are not about an
 * end entity, and 7 is unused; they are refused.
 */
const OPERATOR_REASONS = {
  0: 'unspecified',
  1: 'keyCompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  9: 'privilegeWithdrawn',
} as const satisfies Readonly<Record<number, RevocationReason>>

/** removeFromCRL: it ends a hold. */
const REMOVE_FROM_CRL = 8

/** The numbers that an operator may give: a reason, or that a hold ends. */
export type OperatorCode = keyof typeof OPERATOR_REASONS | typeof REMOVE_FROM_CRL

/** The reason of a number that an operator gave; null where it ends a hold. */
export function operatorReason(code: OperatorCode): RevocationReason | null {
  return code === REMOVE_FROM_CRL ? null : OPERATOR_REASONS[code]
}
