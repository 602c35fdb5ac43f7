import { integer, octetString, oid, sequence, setOf } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { KEY_TYPES, type KeyType } from '#lib/pki/keys/keys.ts'

/**
 * Writes CsrAttrs in DER, RFC 7030 section 4.5.2 as clarified by RFC 9908: the accepted kinds of keys, each
 * with its sizes or curves, and the extended key usage of certificates. A certificate has that usage even
 * when the CSR does not ask for it.
 */
export function writeCsrAttrs(keys: readonly KeyType[]): Uint8Array<ArrayBuffer> {
  const parameters = keys.map((key) => KEY_TYPES[key])
  const sizes = parameters.flatMap((key) => (key.kind === 'rsa' ? [integer(key.bits)] : []))
  const curves = parameters.flatMap((key) => (key.kind === 'ec' ? [oid(key.oid)] : []))
  return sequence(
    ...(sizes.length > 0 ? [attribute(OID.rsaEncryption, sizes)] : []),
    ...(curves.length > 0 ? [attribute(OID.ecPublicKey, curves)] : []),
    attribute(OID.extensionRequest, [sequence(CLIENT_AUTH)]),
  )
}

// Extension, RFC 5280 section 4.1, with client authentication as its only purpose.
const CLIENT_AUTH = sequence(oid(OID.extendedKeyUsage), octetString(sequence(oid(OID.clientAuth))))

function attribute(type: string, values: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(type), setOf(...values))
}
