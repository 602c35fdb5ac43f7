import type { CertificateView } from '#lib/api/schemas.ts'
import type { ErrorCode } from '#lib/errors.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'

/** Which texts a language must have for the closed sets of the API: reasons, states and error codes. */

type Among<Reason extends StatusReason> = Reason
type OnlyOfHolds = Among<
  | 'device_not_compliant'
  | 'device_left_intune'
  | 'device_disabled'
  | 'device_absent'
  | 'device_retiring'
  | 'owner_disabled'
  | 'owner_at_risk'
  | 'owner_absent'
  | 'account_disabled'
  | 'account_absent'
  | 'account_at_risk'
  | 'account_renamed'
  | 'directory_unknown'
>
type OnlyOfRevoked = Among<
  'by_owner' | 'superseded' | 'key_compromise' | 'renewed_from_revoked' | 'not_delivered'
>

/** Permanent reasons are holds too until the directory sync has written them to the ledger. */
export type HoldReason = Exclude<StatusReason, OnlyOfRevoked>
export type RevokedReason = Exclude<StatusReason, OnlyOfHolds>

/** `other` is for a reason that this portal does not know. */
export type Reasons<Reason extends StatusReason> = Readonly<Record<Reason | 'other', string>>

/** Display statuses, as the end of "ALICE-LT-042 is now …". */
export type How = Readonly<
  Record<Exclude<CertificateView['status']['state'], 'hold'>, string> & {
    hold: Record<HoldReason | 'other', string>
  }
>

/** Why a certificate was not revoked, held or released; `other` is for codes without a text of their own. */
export type Failed = { readonly [code in ErrorCode]?: string } & { readonly other: string }

/** Codes of refusals about a person, a device or a renewal; each has a text of its own. */
export type Refused = Extract<
  ErrorCode,
  | 'missing_role'
  | 'principal_disabled'
  | 'guest_not_allowed'
  | 'not_owner'
  | 'ambiguous_device'
  | 'device_lost'
  | 'device_disabled'
  | 'device_not_managed'
  | 'device_not_compliant'
  | 'device_too_new'
  | 'ownership_changed'
  | 'sign_in_again'
  | 'too_early'
>
