import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * Who is at the other end of a connection. This is the only file that decides it, and it believes
 * the socket alone: headers such as X-Forwarded-For, X-Forwarded-Proto or X-ARR-ClientCert come
 * from anyone and are not read.
 */
export type Peer = {
  readonly address: string
  /** What is sent cannot be read on the way: TLS, or it never leaves this machine. */
  readonly confidential: boolean
}

export function peerOf(request: IncomingMessage): Peer {
  const { socket } = request
  const address = socket.remoteAddress ?? ''
  return { address, confidential: socket instanceof TLSSocket || isLoopback(address) }
}

export type ClientCertificate = {
  readonly der: Uint8Array
  /** TLS found it to lead to our CA and to be in its time; nothing is said of revocation. */
  readonly authorized: boolean
}

/** The certificate of the TLS handshake, or null when the client showed none. */
export function clientCertificateOf(request: IncomingMessage): ClientCertificate | null {
  const { socket } = request
  if (!(socket instanceof TLSSocket)) return null
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return null
  return { der: certificate.raw, authorized: socket.authorized }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

function isLoopback(address: string): boolean {
  const family = isIP(address)
  // An IPv4 address on an IPv6 socket (::ffff:127.0.0.1) is matched by the IPv4 rules.
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
