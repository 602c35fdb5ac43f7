import { createHash } from 'node:crypto'
import { fromHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readOctetAlignedBits } from '#lib/pki/asn1/der.ts'
import { context, integer, nullValue, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'

export type Asking = {
  readonly hash?: 'sha1' | 'sha256'
  readonly nonce?: Uint8Array
  /** Further request extensions, each as a complete Extension in DER. */
  readonly extensions?: readonly Uint8Array[]
}

/** An OCSP request for these serials, as a client would write it. */
export function ocspRequest(
  issuer: Pick<Issuer, 'name' | 'spki'>,
  serials: readonly string[],
  { hash = 'sha1', nonce, extensions = [] }: Asking = {},
): Uint8Array<ArrayBuffer> {
  const digest = (bytes: Uint8Array) =>
    octetString(new Uint8Array(createHash(hash).update(bytes).digest()))
  const key = readOctetAlignedBits(parseDer(issuer.spki).children[1])
  const algorithm = sequence(oid(OID[hash]), nullValue())
  const all = [...(nonce ? [extension(OID.ocspNonce, octetString(nonce))] : []), ...extensions]
  return sequence(
    sequence(
      sequence(
        ...serials.map((serial) =>
          sequence(sequence(algorithm, digest(issuer.name), digest(key), integer(fromHex(serial)))),
        ),
      ),
      ...(all.length > 0 ? [context(2, sequence(...all))] : []),
    ),
  )
}

export function extension(id: string, value: Uint8Array): Uint8Array<ArrayBuffer> {
  return sequence(oid(id), octetString(value))
}
