import type { IncomingHttpHeaders } from 'node:http'
import { toBase64, toBase64Lines } from '#lib/pki/asn1/base64.ts'

/**
 * The body of an EST answer: base64 in lines of 64 columns. No line end stands behind the last one,
 * because SCEPman's script puts armour around the body and OpenSSL takes an empty line there for
 * the end. Octets and not text, so that the framework states their length and adds no charset:
 * strongSwan refuses a body in chunks.
 *
 * White space inside is for the receiver to skip (RFC 8951 section 3.1). strongSwan before 5.9.11,
 * which Debian 12 and Ubuntu 22.04 have, takes each line end for a digit, so that its `pki --est`
 * gets one line. It is known by having no header beyond those of EST itself; whoever else sends so
 * few can read one line as well.
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
