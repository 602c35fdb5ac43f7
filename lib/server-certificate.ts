import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Config } from '#lib/config.ts'

/** The operator's certificate and key for the https listener, both PEM. */
export type ServerPair = { readonly certificate: string; readonly key: string }

/** Gives the host name or bare address of a URL. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '')
}

/**
 * Gives the host names of which the https listener's certificate must have one: the name by which clients
 * call it or, behind a proxy with a certificate of its own, the name by which the proxy and the portal do.
 */
export function serverHosts(
  config: Pick<Config, 'authorityUrl' | 'authorityInternalUrl' | 'LATCHKEY_TRUSTED_PROXIES'>,
): readonly string[] {
  const { authorityUrl, authorityInternalUrl, LATCHKEY_TRUSTED_PROXIES: proxies } = config
  const urls = proxies.length === 0 ? [authorityUrl] : [authorityUrl, authorityInternalUrl]
  return [...new Set(urls.map(hostOf))]
}

/**
 * Gives the problems that keep clients from trusting the pair, as sentences with their correction. One of
 * `hosts` must be a name in the certificate (RFC 9110 section 4.3.4); the first is the one that clients use.
 */
export function serverPairProblems(
  { certificate, key }: ServerPair,
  hosts: readonly string[],
  now: Date,
): readonly string[] {
  const pair = readPair(certificate, key)
  if (pair === null) {
    return ['LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY are not a PEM certificate and its key.']
  }
  const { read, fits } = pair
  return [
    ...(fits ? [] : ['The key in LATCHKEY_TLS_KEY does not belong to LATCHKEY_TLS_CERT.']),
    ...timeProblems(read, now),
    ...(hosts.some((host) => isFor(read, host))
      ? []
      : [
          `The certificate in LATCHKEY_TLS_CERT is not for ${hosts.join(' or ')}, ` +
            `only for ${read.subjectAltName ?? 'no host at all'}. Use one for that name.`,
        ]),
  ]
}

/** The first certificate of the file is the server's (RFC 8446 section 4.4.2). */
function readPair(certificate: string, key: string) {
  try {
    const read = new X509Certificate(certificate)
    return { read, fits: read.checkPrivateKey(createPrivateKey(key)) }
  } catch {
    // OpenSSL's own message does not help to find a wrong file.
    return null
  }
}

function timeProblems(read: X509Certificate, now: Date): readonly string[] {
  if (now > read.validToDate) {
    const ended = read.validToDate.toISOString()
    return [`The certificate in LATCHKEY_TLS_CERT ended at ${ended}. Renew it.`]
  }
  if (now < read.validFromDate) {
    const begins = read.validFromDate.toISOString()
    return [
      `The certificate in LATCHKEY_TLS_CERT begins at ${begins}. Check the clock of this machine, or wait.`,
    ]
  }
  return []
}

function isFor(read: X509Certificate, host: string): boolean {
  // RFC 9525 section 2: clients do not use the common name any more.
  const found = isIP(host) ? read.checkIP(host) : read.checkHost(host, { subject: 'never' })
  return found !== undefined
}
