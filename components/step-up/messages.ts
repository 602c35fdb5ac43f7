/** What the page and the window in which somebody confirms a request tell each other. */

/** BroadcastChannel of this origin: the window that comes back from Entra has no opener any more. */
export const CHANNEL = 'latchkey.step-up'

/** What the sign-in gave. `accessToken` is there only where an authentication context is asked for. */
export type Proof = { readonly idToken: string; readonly accessToken: string | null }

/** Why there is no confirmation. `asked`: it was not tried yet. */
export type ConfirmReason = 'asked' | 'blocked' | 'late' | 'account' | 'cancelled' | 'failed'

export type Outcome =
  | { readonly kind: 'proof'; readonly proof: Proof }
  /** The CSR is none, which the server says. */
  | { readonly kind: 'unneeded' }
  /** `name` is the other account's. */
  | { readonly kind: 'none'; readonly reason: ConfirmReason; readonly name: string | null }

/** `id` is the window's, made anew for each. */
export type Message = { readonly id: string } & (
  | { readonly from: 'window'; readonly kind: 'ready' }
  | { readonly from: 'window'; readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly from: 'page'; readonly kind: 'ask'; readonly nonce: string }
  /** The outcome was taken, or nobody waits for it: the window closes. */
  | { readonly from: 'page'; readonly kind: 'close' }
)
