import type { ConfirmReason, Proof } from '#components/step-up/messages.ts'
import type { ActionResult, ErrorCode } from '#lib/errors.ts'

/** What stops a making, as the reader is told. */
export type Trouble =
  /** Refused by policy or by the directory. After a correction the same CSR can be sent again. */
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly message: string
      readonly remedy: string | null
    }
  /** A service does not answer, or asks to wait. */
  | { readonly kind: 'later'; readonly code: ErrorCode; readonly retryAfterSeconds: number }
  /** Who it is was not confirmed; `name` is the other account's. */
  | { readonly kind: 'confirm'; readonly reason: ConfirmReason; readonly name: string | null }
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'offline' }
  /** The server was called and no answer came. */
  | { readonly kind: 'lost' }
  /** The server has a newer release than this page. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'broken' }

/** Errors after the decision belong to the second step on the server, all others to the first. */
export function stepOf(code: ErrorCode): 'confirm' | 'check' | 'sign' {
  switch (code) {
    case 'step_up_required':
      return 'confirm'
    case 'signer_unavailable':
    case 'store_unavailable':
    case 'audit_unavailable':
    case 'internal':
      return 'sign'
    default:
      return 'check'
  }
}

type Failure = Extract<ActionResult<never>, { ok: false }>

/** What the app registrations lack is nothing that a person confirms by another sign-in. */
export function confirmTrouble(
  { code, message, rule, remedy }: Failure,
  proof: Proof | null,
): Trouble {
  const isSetUp = rule !== 'step_up_setup' && (proof === null || rule !== 'step_up_context')
  if (isSetUp) return { kind: 'confirm', reason: 'asked', name: null }
  return { kind: 'refused', code, message, remedy }
}

const RETRY_AFTER_SECONDS = 10

/** What an error of the authority means to the reader. */
export function troubleOf({ code, message, remedy, retryAfterSeconds }: Failure): Trouble {
  switch (code) {
    case 'session_required':
    case 'invalid_token':
      return { kind: 'signed_out' }
    case 'directory_unavailable':
    case 'signer_unavailable':
    case 'store_unavailable':
    case 'audit_unavailable':
    case 'draining':
    case 'authority_unavailable':
    case 'in_progress':
    case 'rate_limited':
    case 'quota_exceeded':
      return { kind: 'later', code, retryAfterSeconds: retryAfterSeconds ?? RETRY_AFTER_SECONDS }
    case 'internal':
      return { kind: 'broken' }
    default:
      return { kind: 'refused', code, message, remedy }
  }
}
