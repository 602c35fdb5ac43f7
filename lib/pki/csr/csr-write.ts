import { LatchkeyError } from '#lib/errors.ts'
import {
  bitString,
  context,
  ia5String,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/** Names that a CSR asks for. The authority replaces each by the directory's own spelling. */
export type CsrNames = {
  readonly commonName: string
  /** SAN otherName UPN, for a user. */
  readonly upn: string | null
  /** SAN URI, for a device that Intune knows. */
  readonly uri: string | null
}

/**
 * Writes a certification request (PKCS#10, RFC 2986 section 4.2) in DER, signed by its own key: EC P-256 with
 * SHA-256, or RSA with PKCS#1 v1.5 and SHA-256. Of extended key usages it asks for client authentication
 * only. Throws LatchkeyError('weak_key') for a key of another kind.
 */
export async function writeCsr(
  keys: CryptoKeyPair,
  names: CsrNames,
): Promise<Uint8Array<ArrayBuffer>> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey))
  const subject = sequence(setOf(sequence(oid(OID.commonName), utf8String(names.commonName))))
  const request = sequence(oid(OID.extensionRequest), setOf(sequence(...extensions(names))))
  // RFC 2986 section 4.1: version is 0, attributes are [0] IMPLICIT SET OF.
  const info = sequence(integer(0), subject, spki, context(0, request))
  return sequence(info, ...(await sign(keys.privateKey, info)))
}

function extensions(names: CsrNames): Uint8Array[] {
  const wanted = [extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))]
  const subjectAltName: Uint8Array[] = []
  // RFC 5280 section 4.2.1.6: otherName is [0], its value [0] EXPLICIT; URI is [6].
  if (names.upn !== null) {
    const value = context(0, utf8String(names.upn))
    subjectAltName.push(context(0, oid(OID.userPrincipalName), value))
  }
  if (names.uri !== null) subjectAltName.push(ia5String(names.uri, 0x86))
  if (subjectAltName.length > 0) {
    wanted.push(extension(OID.subjectAltName, sequence(...subjectAltName)))
  }
  return wanted
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), octetString(value))
}

async function sign(key: CryptoKey, info: BufferSource): Promise<[Uint8Array, Uint8Array]> {
  switch (key.algorithm.name) {
    case 'ECDSA': {
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      const raw = new Uint8Array(await crypto.subtle.sign(algorithm, key, info))
      // WebCrypto gives r and s side by side; Ecdsa-Sig-Value (RFC 3279 section 2.2.3) is two INTEGERs.
      const half = raw.length / 2
      const signature = sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)))
      return [sequence(oid(OID.ecdsaWithSha256)), bitString(signature)]
    }
    case 'RSASSA-PKCS1-v1_5': {
      const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, info)
      return [sequence(oid(OID.sha256WithRsa), nullValue()), bitString(new Uint8Array(signature))]
    }
    default:
      throw new LatchkeyError('weak_key', 'Only ECDSA and RSA keys can sign a request.')
  }
}
