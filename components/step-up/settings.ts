/** What the window needs to know for a sign-in. Nothing in it is secret. */
export type StepUpSettings = {
  readonly clientId: string
  readonly issuer: string
  readonly authorizationUrl: string
  readonly tokenUrl: string
  readonly jwksUrl: string
  readonly scopes: readonly string[]
  /** A claims request for an authentication context; null for none. */
  readonly claims: string | null
  /** Object id of who is signed in, lower case. */
  readonly oid: string
  readonly loginHint: string | null
}
