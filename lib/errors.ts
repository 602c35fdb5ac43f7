/** All error codes. The table in problem.ts gives each its HTTP status. */
export type ErrorCode =
  | 'malformed_request'
  | 'malformed_csr'
  | 'bad_signature'
  | 'invalid_token'
  | 'session_required'
  | 'step_up_required'
  | 'insecure_transport'
  | 'missing_role'
  | 'app_only_not_allowed'
  | 'not_owner'
  | 'principal_disabled'
  | 'guest_not_allowed'
  | 'device_disabled'
  | 'device_not_managed'
  | 'device_not_compliant'
  | 'device_lost'
  | 'sign_in_again'
  | 'too_early'
  | 'device_too_new'
  | 'client_cert_required'
  | 'client_cert_invalid'
  | 'renewal_not_allowed'
  | 'csrf'
  | 'not_found'
  | 'method_not_allowed'
  | 'in_progress'
  | 'already_revoked'
  | 'not_on_hold'
  | 'not_renewable'
  | 'key_already_bound'
  | 'ownership_changed'
  | 'ambiguous_device'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'misdirected_host'
  | 'policy_violation'
  | 'weak_key'
  | 'rate_limited'
  | 'quota_exceeded'
  | 'internal'
  | 'not_implemented'
  | 'directory_unavailable'
  | 'signer_unavailable'
  | 'store_unavailable'
  | 'audit_unavailable'
  | 'draining'
  | 'authority_unavailable'

export type ErrorDetails = {
  /** The policy rule that refused, for `policy_violation` and similar codes. */
  readonly rule?: string
  /** One sentence on what the person can do. */
  readonly remedy?: string
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/**
 * The one error by which a caller may act. `message` and `remedy` are shown to the requester, so they contain
 * nothing secret; the underlying error goes into `cause`, which is logged and never shown. Any other error
 * that reaches an edge is a bug and reads "Something went wrong".
 */
export class LatchkeyError extends Error {
  readonly code: ErrorCode
  readonly rule: string | null
  readonly remedy: string | null
  readonly retryAfterSeconds: number | null

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'LatchkeyError'
    this.code = code
    this.rule = details.rule ?? null
    this.remedy = details.remedy ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
  }
}

/** What a server action returns. Errors are data, because a thrown one reaches the browser as a digest. */
export type ActionResult<T> =
  | { ok: true; value: T }
  | {
      ok: false
      code: ErrorCode
      message: string
      rule: string | null
      remedy: string | null
      retryAfterSeconds: number | null
    }
