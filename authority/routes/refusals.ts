import type { ErrorCode } from '#lib/errors.ts'

/** The error codes in the API description, by what a route does. */

const ISSUING = [
  'malformed_csr',
  'bad_signature',
  'payload_too_large',
  'unsupported_media_type',
  'policy_violation',
  'weak_key',
  'not_owner',
  'principal_disabled',
  'guest_not_allowed',
  'device_disabled',
  'device_not_managed',
  'device_not_compliant',
  'device_too_new',
  'device_lost',
  'in_progress',
  'key_already_bound',
  'ownership_changed',
  'ambiguous_device',
  'quota_exceeded',
  'directory_unavailable',
  'signer_unavailable',
  'store_unavailable',
  'audit_unavailable',
] as const satisfies readonly ErrorCode[]

/** Codes for a body that is not the expected JSON. */
export const WITH_BODY = [
  'unsupported_media_type',
  'payload_too_large',
] as const satisfies readonly ErrorCode[]

/** Codes for a CSR with an access token. */
export const CSR_REFUSALS: readonly ErrorCode[] = [
  ...ISSUING,
  'missing_role',
  'app_only_not_allowed',
]

/** What the nonce of an id token is made from where a CSR is confirmed. */
export const CONFIRMED_CSR = 'the DER of the certification request'

/** Codes for a CSR with a client certificate. */
export const RENEWAL_REFUSALS: readonly ErrorCode[] = [
  ...ISSUING,
  'client_cert_required',
  'client_cert_invalid',
  'renewal_not_allowed',
  'sign_in_again',
  'too_early',
]
