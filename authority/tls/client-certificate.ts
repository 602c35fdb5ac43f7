import type { IncomingMessage } from 'node:http'
import { headerValues } from '#authority/http/headers.ts'
import type { ProxyRules } from '#authority/http/proxy.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { fromBase64 } from '#lib/pki/asn1/base64.ts'

/**
 * The client certificate as trusted proxies forward it. In the TLS handshake the proxy checked that the
 * client holds its key; everything else has to be checked here.
 */

type Form = {
  readonly header: string
  /** Gives DER; throws when the value has another form than this proxy's. */
  readonly read: (value: string) => Uint8Array
}

const FORMS = {
  /** Azure App Service: DER in base64. */
  arr: { header: 'x-arr-clientcert', read: (value) => fromBase64(ascii(value)) },
  /** nginx: `proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert`. */
  nginx: { header: 'x-ssl-client-cert', read: (value) => fromPem(decodeURIComponent(value)) },
  /** Envoy, `forward_client_cert_details: SANITIZE_SET` with `cert: true`. */
  envoy: { header: 'x-forwarded-client-cert', read: (value) => fromPem(envoyField(value)) },
} as const satisfies Record<NonNullable<ProxyRules['clientCertificate']>, Form>

/** Headers in which any known proxy forwards a client certificate. */
export const CLIENT_CERTIFICATE_HEADERS: readonly string[] = [
  ...Object.values(FORMS).map(({ header }) => header),
  'x-client-cert',
  'ssl-client-cert',
]

/**
 * Gives the certificate (DER) that the proxy forwards, or null without one. Throws
 * LatchkeyError('client_cert_invalid').
 */
export function forwardedCertificate(
  form: NonNullable<ProxyRules['clientCertificate']>,
  request: IncomingMessage,
): Uint8Array | null {
  const { header, read } = FORMS[form]
  const [value, ...more] = headerValues(request, header)
  // nginx sends the header empty when the client presented no certificate.
  if (value === undefined || (value === '' && more.length === 0)) return null
  try {
    if (more.length === 0 && value.length <= VALUE_CHARS_MAX) return read(value)
  } catch (cause) {
    throw unreadable(cause)
  }
  throw unreadable(null)
}

const VALUE_CHARS_MAX = 16_384

function unreadable(cause: unknown): LatchkeyError {
  return new LatchkeyError(
    'client_cert_invalid',
    'The proxy handed on a client certificate that cannot be read.',
    {
      rule: 'client_certificate',
      remedy: 'Ask IT to check LATCHKEY_PROXY_CLIENT_CERT and the proxy.',
      cause,
    },
  )
}

const PEM = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/

function fromPem(text: string): Uint8Array {
  const base64 = PEM.exec(text)?.[1]
  if (base64 === undefined) throw new Error('The header holds no PEM certificate.')
  return fromBase64(ascii(base64))
}

/**
 * `By=…;Hash=…;Cert="…"`, one element. With more than one, Envoy passes its clients' header on, so that
 * nothing in it can be trusted.
 */
function envoyField(value: string): string {
  const element = /^(?:[^",]|"(?:[^"\\]|\\.)*")*$/.test(value)
  const found = [...value.matchAll(/(?:^|;)Cert="([^"\\]*)"(?=;|$)/gi)]
  const field = found[0]?.[1]
  if (!element || found.length !== 1 || field === undefined) {
    throw new Error('The header does not hold exactly one element with one certificate.')
  }
  return decodeURIComponent(field)
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
