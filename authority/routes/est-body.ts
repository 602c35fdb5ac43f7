import type { IncomingHttpHeaders } from 'node:http'
import { toBase64, toBase64Lines } from '#lib/pki/asn1/base64.ts'

/**
 * Gives the body of an EST answer: base64 in lines of 64 characters. No line end follows the last one,
 * because SCEPman's script puts PEM lines around the body, and OpenSSL takes an empty line there for the end.
 * As octets and not as text, so that the framework sends Content-Length and adds no charset: strongSwan
 * refuses chunked bodies.
 *
 * Receivers have to skip white space (RFC 8951 section 3.1), but strongSwan before 5.9.11, which Debian 12
 * and Ubuntu 22.04 have, reads each line end as a base64 digit, so its `pki --est` gets one line. It is
 * recognised by sending no headers beyond those of EST; other clients with so few can read one line as well.
 */
export function estBody(headers: IncomingHttpHeaders, der: Uint8Array): Buffer {
  const isBare = Object.keys(headers).every((name) => STRONGSWAN_HEADERS.has(name))
  return Buffer.from(isBare ? toBase64(der) : toBase64Lines(der))
}

const STRONGSWAN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'content-type',
  'content-length',
])
