import { compareBytes } from '#lib/pki/asn1/bytes.ts'
import {
  context,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  tlv,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { SIGNATURE_ALGORITHMS } from '#lib/pki/keys/algorithm.ts'

/**
 * CMS SignedData with one signer (RFC 5652 section 5), in two parts: who signs needs the digest of the content
 * only, and who holds the content puts both together.
 */

export type SignedAttributes = {
  /** What the signature covers: the attributes as a SET OF (RFC 5652 section 5.4). */
  readonly toBeSigned: Uint8Array<ArrayBuffer>
  /** The same attributes as they stand in SignerInfo, [0] IMPLICIT. */
  readonly inSignerInfo: Uint8Array<ArrayBuffer>
}

const SHA256 = sequence(oid(OID.sha256))

/** Writes the signed attributes for content of type data with this SHA-256. */
export function signedAttributes(digest: Uint8Array, at: Date): SignedAttributes {
  const attributes = [
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.signingTime, time(at)),
    attribute(OID.messageDigest, octetString(digest)),
  ]
  return {
    toBeSigned: setOf(...attributes),
    inSignerInfo: tlv(0xa0, ...attributes.sort(compareBytes)),
  }
}

function attribute(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), setOf(value))
}

/**
 * Writes SignerInfo, version 1, whose signer is named by issuer (DER) and serial (hex). `signature` is ECDSA
 * with SHA-256, in DER.
 */
export function signerInfo(
  signer: { readonly serial: string },
  attributes: SignedAttributes,
  signature: Uint8Array,
  issuer: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const serial = Uint8Array.from(signer.serial.match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  )
  return sequence(
    integer(1),
    sequence(issuer, integer(serial)),
    SHA256,
    attributes.inSignerInfo,
    SIGNATURE_ALGORITHMS['ecdsa-sha256'],
    octetString(signature),
  )
}

/** Puts content and signature together: ContentInfo with SignedData that has the content inside. */
export function signedData(
  content: Uint8Array,
  signature: { readonly certificates: readonly Uint8Array[]; readonly signerInfo: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const certificates = [...signature.certificates].sort(compareBytes)
  return sequence(
    oid(OID.signedData),
    context(
      0,
      sequence(
        integer(1),
        setOf(SHA256),
        sequence(oid(OID.data), context(0, octetString(content))),
        tlv(0xa0, ...certificates),
        setOf(signature.signerInfo),
      ),
    ),
  )
}
