import type { IncomingMessage } from 'node:http'
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Logger } from 'pino'
import { CLIENT_CERTIFICATE_HEADERS } from '#authority/tls/client-certificate.ts'
import type { Config } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { headerValues } from './headers.ts'
import { type Peer, peerOf } from './peer.ts'
import { PROXY_SECRET_HEADER, type ProxyRules } from './proxy.ts'

/** Checks that every request has to pass before any handler uses it. */

export type GuardRules = {
  readonly config: Pick<
    Config,
    'authorityUrl' | 'statusUrl' | 'authorityInternalUrl' | 'LATCHKEY_RENEWAL'
  >
  readonly isDraining: () => boolean
  readonly proxy: ProxyRules | null
  readonly log: Logger
}

export function guard(rules: GuardRules): onRequestHookHandler {
  const hosts = allowedHosts(rules.config)
  return (request, _reply, done) => {
    const peer = peerOf(request.raw, rules.proxy)
    if (peer.proxy === null) noteImpostor(rules.log, request, peer)
    const refusal =
      insecureTransport(request.raw, peer) ??
      misdirected(request.raw, hosts) ??
      (rules.isDraining() && request.routeOptions.url !== PROBE ? draining() : null)
    if (refusal === null) done()
    else done(refusal)
  }
}

/** Answered while draining too, since load balancers learn of it here. */
export const PROBE = '/probe'

const PROXY_HEADERS = [...CLIENT_CERTIFICATE_HEADERS, PROXY_SECRET_HEADER]

/**
 * Logs headers that only a trusted proxy may set. They are ignored: somebody tries to forge them, or a proxy
 * is misconfigured.
 */
function noteImpostor(log: Logger, request: FastifyRequest, peer: Peer): void {
  const found = PROXY_HEADERS.filter((name) => request.headers[name] !== undefined)
  if (found.length === 0) return
  const { id } = request
  log.warn({ id, names: found }, 'ignored what only a trusted proxy may say')
  log.debug({ id, address: peer.address }, 'it came from here')
}

/**
 * A token that was sent over a network without TLS is compromised, and a redirect could not undo that: the
 * request is refused.
 */
function insecureTransport(request: IncomingMessage, peer: Peer): LatchkeyError | null {
  if (request.headers.authorization === undefined || peer.confidential) return null
  return new LatchkeyError(
    'insecure_transport',
    'An access token was sent over plain http, where others can read it.',
    { remedy: 'Use the https address, and sign in again: the token that was sent may be known.' },
  )
}

/**
 * Refuses other host names in Host. With DNS rebinding, a page of an attacker's site asks this address under
 * the attacker's name. HTTP/1.0 has no Host; relying parties still use it for OCSP and CRLs.
 */
function misdirected(request: IncomingMessage, hosts: ReadonlySet<string>): LatchkeyError | null {
  const named = headerValues(request, 'host')
  const target = absoluteTarget(request.url ?? '')
  if (named.length === 0 && target === null && request.httpVersion === '1.0') return null
  if (
    named.length === 1 &&
    isAllowed(named[0], hosts) &&
    (target === null || isAllowed(target, hosts))
  ) {
    return null
  }
  return new LatchkeyError('misdirected_host', 'This service does not go by that host name.', {
    remedy: 'Use the address that stands in the configuration (LATCHKEY_AUTHORITY_URL).',
  })
}

function isAllowed(host: string | undefined, hosts: ReadonlySet<string>): boolean {
  const name = /^(\[[0-9a-f:.]{2,45}\]|[\w.-]{1,253})(?::\d{1,5})?$/i.exec(host ?? '')?.[1]
  return name !== undefined && hosts.has(name.toLowerCase())
}

/** RFC 9112 section 3.2.2: a request target with a whole URL takes precedence over Host. */
function absoluteTarget(url: string): string | null {
  if (url.startsWith('/') || url === '*') return null
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ''
}

function allowedHosts(config: GuardRules['config']): ReadonlySet<string> {
  const urls = [config.authorityUrl, config.statusUrl, config.authorityInternalUrl]
  return new Set([...LOOPBACK_NAMES, ...urls.map((url) => new URL(url).hostname)])
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

function draining(): LatchkeyError {
  return new LatchkeyError('draining', 'This service is shutting down.', {
    remedy: 'Send the same request again in a few seconds.',
    retryAfterSeconds: 5,
  })
}
