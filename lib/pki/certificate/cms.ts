import { LatchkeyError } from '#lib/errors.ts'
import { compareBytes } from '#lib/pki/asn1/bytes.ts'
import { childrenOf, parseDer, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { context, integer, oid, sequence, setOf, tlv } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/**
 * A certs-only message, RFC 8551 section 3.8 over RFC 5652 section 5: SignedData without content
 * and without signers. eContent is absent, not empty: some readers choke on the difference.
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
        // [0] IMPLICIT SET OF: sorted as any SET OF in DER is.
        tlv(0xa0, ...[...certificates].sort(compareBytes)),
        setOf(),
      ),
    ),
  )
}

const LIMITS = { bytesMax: 131_072, depthMax: 20, nodesMax: 20_000 }

/** Gives the certificates of a certs-only message in DER, as an enterprise CA's answer has them. */
export function readCertsOnly(der: Uint8Array): readonly Uint8Array[] {
  const [type, wrapped] = childrenOf(parseDer(der, LIMITS), TAG.sequence)
  const signedData = childrenOf(wrapped, 0xa0)[0]
  if (readOid(type) !== OID.signedData) {
    throw new LatchkeyError('malformed_request', 'This is not a PKCS#7 message with certificates.')
  }
  const certificates = childrenOf(signedData, TAG.sequence).find(({ tag }) => tag === 0xa0)
  return certificates?.children.map(({ bytes }) => bytes) ?? []
}
