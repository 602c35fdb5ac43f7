/**
 * What a person confirms: the text whose SHA-256 the nonce of the id token is, in base64url. For an enrolment it
 * is the DER of the CSR, which never begins like these texts.
 */

/** Before a certificate is revoked. */
export function revocationSubject(
  serial: string,
  reason: string,
  withDescendants: boolean,
): string {
  return `revoke ${serial} ${reason}${withDescendants ? ' withDescendants' : ''}`
}

/** Before the report that a device is lost is withdrawn, by a certificate of it or by its id. */
export function releaseSubject(
  lost: { readonly serial: string } | { readonly deviceId: string },
): string {
  return 'serial' in lost ? `release ${lost.serial}` : `release device ${lost.deviceId}`
}
