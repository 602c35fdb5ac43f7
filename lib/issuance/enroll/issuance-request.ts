import type { Confirmation, Requester, RequestSource } from '#lib/model.ts'
import type { Content, DecisionContext } from '#lib/policy/policy.ts'
import type { Request } from './evaluate.ts'

/** What one issuance works on: who asks, what was read of the request, and what was decided. */
export type IssuanceRequest = {
  readonly requester: Requester
  readonly request: Request
  readonly context: DecisionContext
  readonly content: Content
  readonly source: RequestSource
  /** The certificate whose place the new one takes; null when it takes none. */
  readonly renews: Renewed | null
  /** That the requester confirmed this request; null where nothing was to be confirmed. */
  readonly confirmation: Confirmation | null
}

export type Renewed = {
  readonly serial: string
  /** What its owner calls it; the new one is called the same. */
  readonly label: string | null
  /** The enrolment that both descend from; null when somebody signed in for the new one. */
  readonly enrolled: { readonly serial: string; readonly signedInAt: Date } | null
}

export type Issued = {
  readonly serial: string
  /** DER. */
  readonly certificate: Uint8Array
  /** True when the same request was answered before, and this is the same certificate again. */
  readonly repeated: boolean
}
