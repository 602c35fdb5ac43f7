import { LatchkeyError } from '#lib/errors.ts'
import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { equalBytes, toHex } from '#lib/pki/asn1/bytes.ts'
import {
  childrenOf,
  type DerNode,
  eachElement,
  parseDer,
  readOctetAlignedBits,
  readPositiveInteger,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readTime } from '#lib/pki/asn1/time.ts'
import {
  readAuthorityKeyId,
  readDistributionPoints,
  readUri,
} from '#lib/pki/certificate/read-extensions.ts'
import {
  type Extension,
  ofType,
  readExtension,
  readExtensions,
  readSerial,
} from '#lib/pki/certificate/tbs.ts'

type CrlEntry = {
  readonly serial: string
  readonly at: Date
  readonly reason: RevocationReason | null
}

/** A CRL as it was read. Numbers and addresses are null where their extension is absent. */
export type Crl = {
  readonly tbs: Uint8Array
  readonly algorithm: Uint8Array
  readonly signature: Uint8Array
  readonly issuer: Uint8Array
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly number: bigint
  readonly baseNumber: bigint | null
  readonly partitionUrl: string | null
  readonly freshestUrl: string | null
  readonly authorityKeyId: Uint8Array | null
  readonly entries: readonly CrlEntry[]
}

/**
 * Reads a CRL (RFC 5280 section 5.1) as strictly as buildCrlTbs writes one; a CRL of another CA may be
 * refused. For the check before publishing and for reconciliation. Checks no signature and no date.
 * Throws LatchkeyError('malformed_request').
 */
export function readCrl(der: Uint8Array): Crl {
  const [list, ...rest] = [...eachElement(der)]
  if (list?.tag !== TAG.sequence || rest.length > 0) throw malformed('one SEQUENCE expected')
  const [tbs, outer, signature, ...more] = [...eachElement(list.value)]
  if (tbs?.tag !== TAG.sequence || more.length > 0) throw malformed('three parts expected')
  const parts = readTbs(tbs.value)
  if (!outer || !equalBytes(outer.bytes, parts.algorithm)) {
    throw malformed('one algorithm inside and out expected')
  }
  const bits = readOctetAlignedBits(signature && parseDer(signature.bytes))
  return { ...parts, tbs: tbs.bytes, signature: bits }
}

function readTbs(content: Uint8Array): Omit<Crl, 'tbs' | 'signature'> {
  const parts = [...eachElement(content)]
  // A million entries are far beyond the limits of parseDer, so each entry is parsed on its own.
  const revoked = parts[5]?.tag === TAG.sequence ? parts[5] : null
  if (revoked?.value.length === 0) throw malformed('an empty list of entries')
  const others = parts.filter((part) => part !== revoked).map(({ bytes }) => parseDer(bytes))
  const [version, algorithm, issuer, thisUpdate, nextUpdate, tagged, ...more] = others
  if (readSmallInteger(version) !== 1 || more.length > 0) throw malformed('version 2 expected')
  const extensions = readKnown(readExtensions(tagged, 0xa0))
  const entries = revoked ? [...eachElement(revoked.value)].map(readEntry) : []
  // RFC 5280 section 5.3.1: removeFromCRL may appear in delta CRLs only.
  if (extensions.baseNumber === null && entries.some(({ reason }) => reason === 'removeFromCRL')) {
    throw malformed('removeFromCRL in a full list')
  }
  return {
    algorithm: ofType(algorithm, TAG.sequence).bytes,
    issuer: ofType(issuer, TAG.sequence).bytes,
    thisUpdate: readTime(thisUpdate),
    nextUpdate: readTime(nextUpdate),
    entries,
    ...extensions,
  }
}

/** RFC 5280 sections 5.2.4 and 5.2.5; the other extensions of ours must not be critical. */
const CRITICAL: readonly string[] = [OID.deltaCrlIndicator, OID.issuingDistributionPoint]
const KNOWN: readonly string[] = [
  ...CRITICAL,
  OID.authorityKeyIdentifier,
  OID.crlNumber,
  OID.freshestCrl,
]

function readKnown(extensions: readonly Extension[]) {
  for (const { id, critical } of extensions) {
    if (!KNOWN.includes(id)) throw malformed(`extension ${id}`)
    if (critical !== CRITICAL.includes(id)) throw malformed(`the criticality of ${id}`)
  }
  const value = (id: string) => extensions.find((one) => one.id === id)?.value ?? null
  const keyId = value(OID.authorityKeyIdentifier)
  const number = value(OID.crlNumber)
  const base = value(OID.deltaCrlIndicator)
  const scope = value(OID.issuingDistributionPoint)
  const freshest = value(OID.freshestCrl)
  if (!number) throw malformed('no CRL number')
  if (base && freshest) throw malformed('a delta that names a delta')
  return {
    number: readBigInteger(number),
    baseNumber: base && readBigInteger(base),
    partitionUrl: scope && readScope(scope),
    freshestUrl: freshest && (readDistributionPoints(freshest)[0] ?? null),
    authorityKeyId: keyId && readAuthorityKeyId(keyId),
  }
}

/** IssuingDistributionPoint, RFC 5280 section 5.2.5, with one URI as fullName and no other member. */
function readScope(value: Uint8Array): string {
  const [name, ...others] = childrenOf(parseDer(value), TAG.sequence)
  const [uri, ...more] = childrenOf(childrenOf(name, 0xa0)[0], 0xa0)
  if (others.length + more.length > 0) throw malformed('a scope of more than one address')
  return readUri(uri)
}

const REASON_NAMES: ReadonlyMap<number, RevocationReason> = new Map(
  // Object.entries widens keys to string; those of REVOCATION_REASONS are exactly the union.
  Object.entries(REVOCATION_REASONS).map(([name, code]) => [code, name as RevocationReason]),
)

function readEntry(element: { readonly bytes: Uint8Array }): CrlEntry {
  const [serial, at, extensions, ...more] = childrenOf(parseDer(element.bytes), TAG.sequence)
  if (more.length > 0) throw malformed('an entry of more than three parts')
  return {
    serial: readSerial(serial),
    at: readTime(at),
    reason: extensions ? readReason(extensions) : null,
  }
}

/** CRLReason, RFC 5280 section 5.3.1: not critical, and absent instead of `unspecified`. */
function readReason(extensions: DerNode): RevocationReason {
  const [only, ...more] = childrenOf(extensions, TAG.sequence)
  if (!only || more.length > 0) throw malformed('an entry with one extension expected')
  const { id, critical, value } = readExtension(only)
  const code = ofType(parseDer(value), TAG.enumerated).value
  const reason = code.length === 1 ? REASON_NAMES.get(code[0] ?? 0) : undefined
  if (id !== OID.reasonCode || critical || !reason || reason === 'unspecified') {
    throw malformed('the reason of an entry')
  }
  return reason
}

function readBigInteger(value: Uint8Array): bigint {
  return BigInt(`0x${toHex(readPositiveInteger(parseDer(value)))}`)
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not a CRL of ours: ${what}.`)
}
