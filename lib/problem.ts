import { type ErrorCode, LatchkeyError } from '#lib/errors.ts'

type ProblemType = {
  readonly status: number
  readonly title: string
  /** The error number in SCEPman's format. */
  readonly number: number
}

/** One row for each code: the compiler checks that none is missing, and there is no second table. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: 'The request is not readable', number: 4000 },
  malformed_csr: { status: 400, title: 'The certification request is not readable', number: 4001 },
  bad_signature: { status: 400, title: 'The request is not signed by its own key', number: 4002 },
  invalid_token: { status: 401, title: 'The access token is not accepted', number: 4010 },
  session_required: { status: 401, title: 'Sign in first', number: 4011 },
  client_cert_required: { status: 401, title: 'A client certificate is needed', number: 4012 },
  step_up_required: { status: 401, title: 'Confirm that it is you', number: 4013 },
  insecure_transport: { status: 403, title: 'Use https', number: 4030 },
  missing_role: { status: 403, title: 'The role is missing', number: 4031 },
  app_only_not_allowed: { status: 403, title: 'Not for applications', number: 4032 },
  not_owner: { status: 403, title: 'Not your device', number: 4034 },
  principal_disabled: { status: 403, title: 'The account is switched off', number: 4035 },
  guest_not_allowed: { status: 403, title: 'Not for guests', number: 4036 },
  device_disabled: { status: 403, title: 'The device is switched off', number: 4037 },
  device_not_managed: { status: 403, title: 'The device is not managed', number: 4038 },
  device_not_compliant: { status: 403, title: 'The device is not compliant', number: 4039 },
  device_too_new: { status: 403, title: 'The device is too new', number: 4043 },
  client_cert_invalid: { status: 403, title: 'The client certificate is refused', number: 4040 },
  renewal_not_allowed: { status: 403, title: 'Renewal is switched off', number: 4041 },
  device_lost: { status: 403, title: 'The device is reported lost', number: 4044 },
  sign_in_again: { status: 403, title: 'Sign in again', number: 4045 },
  too_early: { status: 403, title: 'Too early to renew', number: 4046 },
  csrf: { status: 403, title: 'Sent from another site', number: 4042 },
  not_found: { status: 404, title: 'Not found', number: 7012 },
  method_not_allowed: { status: 405, title: 'Not this method', number: 4050 },
  in_progress: { status: 409, title: 'The same request is under way', number: 4090 },
  already_revoked: { status: 409, title: 'Already revoked', number: 5013 },
  not_on_hold: { status: 409, title: 'Not on hold', number: 5014 },
  key_already_bound: { status: 409, title: 'The key belongs to someone else', number: 4091 },
  not_renewable: { status: 409, title: 'Cannot be renewed', number: 4094 },
  ownership_changed: { status: 409, title: 'The directory changed meanwhile', number: 4092 },
  ambiguous_device: { status: 409, title: 'Two devices have this id', number: 4093 },
  payload_too_large: { status: 413, title: 'Too large', number: 4130 },
  unsupported_media_type: { status: 415, title: 'Not this media type', number: 4150 },
  misdirected_host: { status: 421, title: 'Not this host', number: 4210 },
  policy_violation: { status: 422, title: 'Not allowed by policy', number: 4220 },
  weak_key: { status: 422, title: 'The key is not accepted', number: 4221 },
  rate_limited: { status: 429, title: 'Too many requests', number: 4290 },
  quota_exceeded: { status: 429, title: 'Too many certificates', number: 4291 },
  internal: { status: 500, title: 'Something went wrong', number: 5000 },
  not_implemented: { status: 501, title: 'Not offered', number: 5010 },
  directory_unavailable: { status: 503, title: 'The directory is not answering', number: 5030 },
  signer_unavailable: { status: 503, title: 'The signer is not answering', number: 5031 },
  store_unavailable: { status: 503, title: 'The ledger is not answering', number: 5032 },
  audit_unavailable: { status: 503, title: 'The audit log is not answering', number: 5033 },
  draining: { status: 503, title: 'Shutting down', number: 5034 },
  authority_unavailable: { status: 503, title: 'The authority is not answering', number: 5035 },
} as const satisfies Record<ErrorCode, ProblemType>

/** RFC 9457 problem document, with the two further members that SCEPman's management clients read. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly rule?: string
  readonly remedy?: string
  readonly retryAfterSeconds?: number
  readonly errorMessage: string
  readonly errorCode: number
}

/**
 * Gives what the requester may read of any thrown value. A value that is no LatchkeyError is a bug, and
 * nothing of it is shown.
 */
export function problemOf(error: unknown): Problem {
  const known =
    error instanceof LatchkeyError
      ? error
      : new LatchkeyError('internal', 'Something went wrong. It has been logged.')
  const type = PROBLEMS[known.code]
  return {
    type: `urn:latchkey:problem:${known.code}`,
    title: type.title,
    status: type.status,
    detail: known.message,
    code: known.code,
    ...(known.rule !== null && { rule: known.rule }),
    ...(known.remedy !== null && { remedy: known.remedy }),
    ...(known.retryAfterSeconds !== null && { retryAfterSeconds: known.retryAfterSeconds }),
    errorMessage: known.message,
    errorCode: type.number,
  }
}
