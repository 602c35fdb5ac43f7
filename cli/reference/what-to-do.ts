import type { ErrorCode } from '#lib/errors.ts'
import type { Refused } from '#lib/i18n/words.ts'

/** The role is not of people alone. */
type OfPeople = Exclude<Refused, 'missing_role'>

/**
 * What to do about a problem, for whoever writes a client or helps somebody. Codes that people meet in the
 * portal have their sentence in its words (`problems.refusals`).
 */
export const WHAT_TO_DO = {
  malformed_request:
    'A parameter or the JSON is not as described; the answer names the parts. See [the API](api.md).',
  malformed_csr:
    'Send a PKCS#10 request of at most 16 KiB, as DER, base64 or PEM, made by a current program.',
  bad_signature: 'Make the request anew with the private key that belongs to it.',
  invalid_token:
    'Get a new access token for the scope of this API. Wrong tenant, audience or issuer read the same; `npm run doctor` tells them apart.',
  session_required: 'Of the portal alone: sign in again.',
  client_cert_required:
    'Renewal shows the certificate that is to be renewed in the TLS handshake, on https. A proxy in between must hand it on, see [integrate](../integrate.md#load-balancers-and-proxies).',
  step_up_required:
    'A person confirms the request by a new sign-in, whose id token goes along in `Latchkey-Step-Up`; the portal does it by itself.',
  insecure_transport:
    'A token came over plain http from another machine. Use the https address, and sign in again: the token may be known.',
  missing_role:
    'People need `CSR.SelfService`, applications `CSR.Request.Db`, operators `Manage.All`: assign it, then sign in again.',
  app_only_not_allowed:
    'This is for people. An application needs the role `CSR.Request.Db` and a profile in `LATCHKEY_APPLICATION_PROFILES`.',
  client_cert_invalid:
    'The certificate is not of this CA, ended, revoked, on hold, or the request is for another holder. Enrol anew.',
  renewal_not_allowed: '`LATCHKEY_RENEWAL` is off: enrol with `POST /api/csr` or EST.',
  csrf: 'Of the portal alone: open it at its own address (`LATCHKEY_PORTAL_URL`).',
  not_found: 'There is nothing of this kind, or it is not yours; the two read the same.',
  method_not_allowed: 'Use one of the methods in the header `Allow`.',
  in_progress: 'Send the same request again in a moment; you get the same certificate.',
  already_revoked: 'Nothing: it is revoked for good.',
  not_on_hold: 'Only a hold can be lifted, and only by whoever may.',
  key_already_bound: 'Make a new key; a private key belongs to one holder.',
  not_renewable:
    'What is revoked, on hold or somebody else’s cannot be replaced. Get a new certificate without renewing this one.',
  payload_too_large: 'A request has at most 16 KiB.',
  unsupported_media_type: 'Send the media type that the answer names, without compression.',
  misdirected_host:
    'Use a configured address (`LATCHKEY_AUTHORITY_URL`, `LATCHKEY_STATUS_URL`, `LATCHKEY_AUTHORITY_INTERNAL_URL`); a proxy must keep the header `Host`.',
  policy_violation:
    'Correct the request as `rule` and `remedy` say. `POST /api/csr/check` shows every rule.',
  weak_key:
    'Make a new key of a type in `LATCHKEY_KEYS`; one that was reported as compromised is refused for ever.',
  rate_limited: 'Wait as long as `Retry-After` says.',
  quota_exceeded: 'Wait an hour, or raise `LATCHKEY_CERTIFICATES_PER_HOUR`.',
  internal: 'A fault of ours. The log has it, by the `x-request-id` of the answer.',
  not_implemented: 'A part of EST or SCEP that is not offered; `remedy` says what is in its place.',
  directory_unavailable:
    'Microsoft Graph or Entra ID does not answer, so nothing is issued. Send it again after `Retry-After`; [runbook](../runbooks/directory.md).',
  signer_unavailable:
    'The CA key cannot sign, or too many wait for it. Send it again after `Retry-After`; [runbook](../runbooks/signer-failing.md).',
  store_unavailable:
    'The ledger does not answer. Send it again after `Retry-After`; [runbook](../runbooks/ledger-down.md).',
  audit_unavailable:
    'Without its audit event nothing is changed. [Runbook](../runbooks/ledger-down.md).',
  draining: 'This process is about to stop. Send it again; another one answers.',
  authority_unavailable:
    'It is overloaded, or the portal does not reach it. Send it again after `Retry-After`; [runbook](../runbooks/overload.md).',
} as const satisfies Record<Exclude<ErrorCode, OfPeople>, string>
