import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { readDistributionPoints } from '#lib/pki/certificate/read-extensions.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import { ask } from './ask.ts'
import { type Ca, isSignedBy, keyOf } from './ca.ts'

/** Reads CRLs as a relying party does: over HTTP, trusting only the CA. */

export type CrlReply =
  | { readonly kind: 'crl'; readonly crl: Crl }
  /** No current CRL is published at present. */
  | { readonly kind: 'later'; readonly why: string }
  /** A CRL that no relying party would accept. */
  | { readonly kind: 'refused'; readonly why: string }

export type ReadCrl = (url: string, ca: Ca) => Promise<CrlReply>

/** Gives the address of the CRL in a certificate; null when it has none. */
export function crlUrlOf(certificate: Uint8Array): string | null {
  const { extensions } = readCertificate(certificate)
  const found = extensions.find(({ id }) => id === OID.crlDistributionPoints)
  return found ? (readDistributionPoints(found.value)[0] ?? null) : null
}

/** RFC 5280 section 6.3.3 (b)(2)(i): a CRL with a scope is for certificates that name the same address. */
export function coversUrl({ partitionUrl }: Crl, url: string | null): boolean {
  return partitionUrl === null || partitionUrl === url
}

export type CrlOptions = {
  readonly timeoutMs: number
  readonly octetsMax: number
  /** How many CRLs are cached, so that an unchanged one is neither sent nor parsed again. */
  readonly keep: number
}

type Kept = { readonly etag: string; readonly crl: Crl }

/**
 * Makes a reader of CRLs. CRLs that it gives are signed by the CA and current. It throws when no server
 * answers.
 */
export function crlReader({ keep, ...bounds }: CrlOptions): ReadCrl {
  const lists = new Map<string, Kept>()
  return async (url, ca) => {
    const known = lists.get(url)
    const headers = known && { 'if-none-match': known.etag }
    const { status, etag, body } = await ask(url, { ...(headers && { headers }) }, bounds)
    if (status === 503) return { kind: 'later', why: 'HTTP 503' }
    const crl = status === 304 && known ? known.crl : status === 200 ? readOrNull(body) : null
    const why = crl ? faultOf(crl, ca) : `HTTP ${status}, or no CRL`
    lists.delete(url)
    if (!crl || why !== null) return { kind: 'refused', why: why ?? '' }
    if (etag !== null) lists.set(url, { etag, crl })
    const [oldest] = lists.keys()
    if (lists.size > keep && oldest !== undefined) lists.delete(oldest)
    return { kind: 'crl', crl }
  }
}

function readOrNull(der: Uint8Array): Crl | null {
  try {
    return readCrl(der)
  } catch {
    return null
  }
}

function faultOf(crl: Crl, ca: Ca): string | null {
  if (!equalBytes(crl.issuer, ca.name)) return 'it is of another CA'
  if (crl.baseNumber !== null) return 'it is a delta'
  if (crl.nextUpdate < new Date()) return 'it is no longer true'
  return isSignedBy(keyOf(ca), crl) ? null : 'its signature is wrong'
}
