import type { RevocationReason } from '#lib/model.ts'

/** Reasons that an owner may give for a certificate of their own, of the codes of RFC 5280 section 5.3.1. */
export const OWNER_REASONS = ['cessationOfOperation', 'superseded', 'keyCompromise'] as const
export type OwnerReason = (typeof OWNER_REASONS)[number]

/**
 * Reasons that an operator may give, by the code of RFC 5280 section 5.3.1. Refused are cACompromise (2) and
 * aACompromise (10), which are not about end entities, and 7, which is unused.
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

/** removeFromCRL, RFC 5280 section 5.3.1: a hold has ended. In delta CRLs only. */
const REMOVE_FROM_CRL = 8

/** The codes that an operator may give: a reason to revoke or hold, or 8 to end a hold. */
export type OperatorCode = keyof typeof OPERATOR_REASONS | typeof REMOVE_FROM_CRL

/** Gives the reason of a code that an operator gave; null for the code that ends a hold. */
export function operatorReason(code: OperatorCode): RevocationReason | null {
  return code === REMOVE_FROM_CRL ? null : OPERATOR_REASONS[code]
}
