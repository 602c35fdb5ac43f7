import type { RevocationReason } from '#lib/model.ts'

/** Who may give which reason, next to the reasons themselves (RFC 5280 section 5.3.1). */
export const OWNER_REASONS = ['cessationOfOperation', 'superseded', 'keyCompromise'] as const
export type OwnerReason = (typeof OWNER_REASONS)[number]

/**
 * What an operator may give, by its number. cACompromise and aACompromise are not about an end
 * entity, removeFromCRL is release(), and 7 is unused; they are refused.
 */
export const OPERATOR_REASONS: ReadonlyMap<number, RevocationReason> = new Map([
  [0, 'unspecified'],
  [1, 'keyCompromise'],
  [3, 'affiliationChanged'],
  [4, 'superseded'],
  [5, 'cessationOfOperation'],
  [6, 'certificateHold'],
  [9, 'privilegeWithdrawn'],
])
