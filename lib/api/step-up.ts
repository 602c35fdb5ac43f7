/**
 * What a person confirms before a certificate is revoked: the text whose SHA-256 the nonce of the id token is,
 * in base64url. For an enrolment it is the DER of the CSR, which never begins like this text.
 */
export function revocationSubject(
  serial: string,
  reason: string,
  withDescendants: boolean,
): string {
  return `revoke ${serial} ${reason}${withDescendants ? ' withDescendants' : ''}`
}
