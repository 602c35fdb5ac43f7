import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { readDistributionPoints } from '#lib/pki/certificate/read-extensions.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import { ask } from './ask.ts'
import { type Ca, isSignedBy, keyOf } from './ca.ts'

/** CRLs as a relying party reads them: over HTTP, and trusting no more than the CA. */

export type CrlReply =
  | { readonly kind: 'crl'; readonly crl: Crl }
  /** None is published that is still in its time. */
  | { readonly kind: 'later'; readonly why: string }
  /** What no relying party would take. */
  | { readonly kind: 'refused'; readonly why: string }

export type ReadCrl = (url: string, ca: Ca) => Promise<CrlReply>

/** Where a certificate says that its CRL is; null when it names none. */
export function crlUrlOf(certificate: Uint8Array): string | null {
  const { extensions } = readCertificate(certificate)
  const found = extensions.find(({ id }) => id === OID.crlDistributionPoints)
  return found ? (readDistributionPoints(found.value)[0] ?? null) : null
}

/**
 * RFC 5280 section 6.3.3 (b) (2): a list that names its scope counts for the certificates that name
 * the same address.
 */
export function coversUrl({ partitionUrl }: Crl, url: string | null): boolean {
  return partitionUrl === null || partitionUrl === url
}

export type CrlOptions = {
  readonly timeoutMs: number
  readonly octetsMax: number
  /** How many lists are kept, so that one that has not changed is neither sent nor read again. */
  readonly keep: number
}

type Kept = { readonly etag: string; readonly crl: Crl }

/** A reader of CRLs. What it gives is signed by the CA and in its time; it throws when nothing answers. */
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
