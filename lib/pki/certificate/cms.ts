import { LatchkeyError } from '#lib/errors.ts'
import { compareBytes } from '#lib/pki/asn1/bytes.ts'
import { childrenOf, parseDer, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { context, integer, oid, sequence, setOf, tlv } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/**
 * Writes a certs-only message (RFC 8551 section 3.8; EST answers with it, RFC 7030 sections 4.1.3 and
 * 4.2.3): CMS SignedData, version 1, without signers. RFC 5652 section 5.2: with no signers the content
 * type is id-data and eContent is absent; some readers fail on an empty one.
 */
export function certsOnly(certificates: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return sequence(
    oid(OID.signedData),
    context(
      0,
      sequence(
        integer(1),
        setOf(),
        sequence(oid(OID.data)),
        // CertificateSet, [0] IMPLICIT SET OF: sorted, as X.690 section 11.6 asks of every SET OF in DER.
        tlv(0xa0, ...[...certificates].sort(compareBytes)),
        setOf(),
      ),
    ),
  )
}

/** For an enterprise CA's answer: its certificate with a whole chain. */
const LIMITS = { bytesMax: 131_072, depthMax: 20, nodesMax: 20_000 }

/**
 * Gives the certificates of a certs-only message, each in DER, in the order of the message. The order
 * means nothing: the caller finds the chain by names. Throws LatchkeyError('malformed_request').
 */
export function readCertsOnly(der: Uint8Array): readonly Uint8Array[] {
  const [type, wrapped] = childrenOf(parseDer(der, LIMITS), TAG.sequence)
  const signedData = childrenOf(wrapped, 0xa0)[0]
  if (readOid(type) !== OID.signedData) {
    throw new LatchkeyError('malformed_request', 'This is not a PKCS#7 message with certificates.')
  }
  const certificates = childrenOf(signedData, TAG.sequence).find(({ tag }) => tag === 0xa0)
  return certificates?.children.map(({ bytes }) => bytes) ?? []
}
