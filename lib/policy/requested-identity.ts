import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { Csr, GeneralName } from '#lib/pki/csr/csr.ts'
import type { RequestedIdentity } from './policy.ts'
import { foldAscii, parseGuid } from './text.ts'

/**
 * Reads from the subject and the subject alternative names of a CSR whom it asks to name. A CSR that names
 * nobody, or a person and a device at once, is refused here; whether the named party gets a certificate is
 * for decide(). Throws LatchkeyError('policy_violation') with the name of the rule.
 */
export function readRequestedIdentity(csr: Csr, requester: Requester): RequestedIdentity {
  return requester.kind === 'app' ? readForApplication(csr) : readForSelfService(csr)
}

function readForSelfService(csr: Csr): RequestedIdentity {
  const usages = csr.extendedKeyUsages
  if (usages !== null && (usages.length !== 1 || usages[0] !== OID.clientAuth)) {
    throw refused(
      'extended_key_usage',
      'The request asks for another use than client authentication.',
      'Ask for client authentication only (1.3.6.1.5.5.7.3.2), or leave the extension out.',
    )
  }
  const uris = csr.subjectAltName.filter((name) => name.kind === 'uri')
  const upns = csr.subjectAltName.filter((name) => name.kind === 'upn')
  const others = csr.subjectAltName.length - uris.length - upns.length
  if (others > 0) {
    throw refused(
      'san_type',
      'The request has a subject alternative name that self-service does not give.',
      'Keep only the device URI, or only your own user principal name.',
    )
  }
  const commonNameId = csr.commonName === null ? null : parseGuid(csr.commonName)
  if (uris.length > 0 || commonNameId !== null) {
    if (upns.length > 0) {
      throw refused(
        'one_holder',
        'The request names a device and a person at once.',
        'Make one request for the device and another for yourself.',
      )
    }
    return { kind: 'device', commonNameId, uriId: readDeviceUri(uris, csr.commonName) }
  }
  return readForUser(csr.commonName, upns)
}

const DEVICE_SCHEME = 'intunedeviceid://'

/**
 * Reads the GUID of exactly one `IntuneDeviceId://GUID`. A scheme is compared without case (RFC 3986 section
 * 3.1); nothing may stand before or after the GUID.
 */
function readDeviceUri(uris: readonly GeneralName[], commonName: string | null): string | null {
  const [uri, second] = uris
  if (!uri) return null
  const hasScheme = foldAscii(uri.value.slice(0, DEVICE_SCHEME.length)) === DEVICE_SCHEME
  const id = hasScheme ? parseGuid(uri.value.slice(DEVICE_SCHEME.length)) : null
  if (second || id === null) {
    throw refused(
      'device_uri',
      'The device URI is not exactly IntuneDeviceId://{Intune device id}, once.',
      'Take the Intune device id as the Intune portal shows it, without anything before or after.',
    )
  }
  if (commonName !== null && looksLikeUpn(commonName)) {
    throw refused(
      'one_holder',
      'The request names a device and a person at once.',
      'Leave the user principal name out of a device request.',
    )
  }
  return id
}

function readForUser(commonName: string | null, upns: readonly GeneralName[]): RequestedIdentity {
  const [upn, second] = upns
  if (second) {
    throw refused(
      'one_holder',
      'The request has more than one user principal name.',
      'Keep your own user principal name only.',
    )
  }
  if (upn) {
    if (upn.value === '') {
      throw refused(
        'upn_match',
        'The user principal name in the request is empty.',
        'Put your own user principal name there, or use renewal with the certificate you have.',
      )
    }
    return { kind: 'user', upn: upn.value, commonName }
  }
  if (commonName !== null && looksLikeUpn(commonName)) {
    // Without a SAN the common name says who is meant, as in requests made with `openssl req -subj`.
    return { kind: 'user', upn: commonName, commonName }
  }
  throw refused(
    'holder_named',
    'The request does not say for which device or person it is.',
    'Set the common name to the device id, or add your user principal name as subject alternative name.',
  )
}

const USAGES = { [OID.clientAuth]: 'clientAuth', [OID.serverAuth]: 'serverAuth' } as const

/** An absent extended key usage asks for client authentication; a CSR without a common name is refused. */
function readForApplication(csr: Csr): RequestedIdentity {
  const dnsNames = csr.subjectAltName.filter((name) => name.kind === 'dns')
  if (csr.commonName === null || dnsNames.length !== csr.subjectAltName.length) {
    throw refused(
      'application_profile',
      'An application asks by common name and DNS names only.',
      'Give a common name, and DNS names where the profile allows them.',
    )
  }
  const extendedKeyUsages = (csr.extendedKeyUsages ?? [OID.clientAuth]).map((usage) => {
    const known = USAGES[usage as keyof typeof USAGES]
    if (known) return known
    throw refused(
      'extended_key_usage',
      'The request asks for a use that no profile gives.',
      'Ask for client or server authentication.',
    )
  })
  return {
    kind: 'application',
    commonName: csr.commonName,
    dnsNames: dnsNames.map((name) => name.value),
    extendedKeyUsages,
  }
}

function looksLikeUpn(text: string): boolean {
  return text.includes('@')
}

function refused(rule: string, message: string, remedy: string): LatchkeyError {
  return new LatchkeyError('policy_violation', message, { rule, remedy })
}
