import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import { forwardedCertificate } from '#authority/tls/client-certificate.ts'
import { addressOf } from './handover.ts'
import { forwardedAddress, forwardedOverTls, isTrustedProxy, type ProxyRules } from './proxy.ts'

/**
 * Who is at the other end of a connection, decided in this file only. It trusts the socket; headers such as
 * X-Forwarded-For, X-Forwarded-Proto or X-ARR-ClientCert can be sent by anyone and are read only when a
 * configured proxy sent them with its secret.
 */
export type Peer = {
  readonly address: string
  /** Nobody can read the traffic in between: it is TLS, or it never leaves this machine. */
  readonly confidential: boolean
  /** The trusted proxy that forwards the client's request, or null. */
  readonly proxy: ProxyRules | null
}

export function peerOf(request: IncomingMessage, proxy: ProxyRules | null): Peer {
  const { socket } = request
  const address = addressOf(request)
  if (proxy !== null && isTrustedProxy(proxy, address, request)) {
    return {
      address: forwardedAddress(proxy, request) ?? address,
      // Only the proxy knows how the client connected; the connection from the proxy to us is its operator's
      // choice.
      confidential: forwardedOverTls(request),
      proxy,
    }
  }
  return { address, confidential: socket instanceof TLSSocket || isLoopback(address), proxy: null }
}

/**
 * Gives the certificate (DER) whose key the client proved to hold in its TLS handshake, with us or with a
 * trusted proxy; null without one. It may be from any CA: nothing of it is checked yet. A resumed session has
 * the certificate of its first handshake. Throws LatchkeyError('client_cert_invalid') when a trusted proxy
 * forwards something unreadable.
 */
export function clientCertificateOf(request: IncomingMessage, peer: Peer): Uint8Array | null {
  if (peer.proxy !== null) {
    // Behind a proxy the certificate of the socket would be the proxy's own.
    const form = peer.proxy.clientCertificate
    return form === null ? null : forwardedCertificate(form, request)
  }
  const { socket } = request
  if (!(socket instanceof TLSSocket)) return null
  return socket.getPeerX509Certificate()?.raw ?? null
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

function isLoopback(address: string): boolean {
  const family = isIP(address)
  // An IPv4 address on an IPv6 socket (::ffff:127.0.0.1) is matched by the IPv4 rules.
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
