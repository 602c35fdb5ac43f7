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
  /** The certificate that is being renewed; null for an enrolment, for which somebody just signed in. */
  readonly renews: Renewed | null
  /** That the requester confirmed this request; null where nothing was to be confirmed. */
  readonly confirmation: Confirmation | null
}

/** The certificate that was presented for renewal, and the enrolment that it descends from. */
export type Renewed = {
  readonly serial: string
  readonly enrollment: string
  readonly signedInAt: Date
}

export type Issued = {
  readonly serial: string
  /** DER. */
  readonly certificate: Uint8Array
  /** True when the same request was answered before, and this is the same certificate again. */
  readonly repeated: boolean
}
