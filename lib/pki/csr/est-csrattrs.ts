import { integer, octetString, oid, sequence, setOf } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { KEY_TYPES, type KeyType } from '#lib/pki/keys/keys.ts'

/**
 * CsrAttrs, RFC 7030 section 4.5.2 as RFC 9908 explains it, in DER: the keys that are taken, each
 * kind with its sizes or curves, and the extended key usage that a certificate will have. A client
 * that leaves the usage out gets it all the same.
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

const CLIENT_AUTH = sequence(oid(OID.extendedKeyUsage), octetString(sequence(oid(OID.clientAuth))))

function attribute(type: string, values: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(type), setOf(...values))
}
