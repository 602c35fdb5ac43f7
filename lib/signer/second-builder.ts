import 'reflect-metadata'
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequestGenerator,
  PublicKey,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { eachElement } from '#lib/pki/asn1/der.ts'
import { sequence } from '#lib/pki/asn1/der-write.ts'
import type { ParentUrls } from '#lib/pki/certificate/ca-certificate.ts'
import type { Validity } from '#lib/pki/certificate/tbs.ts'
import type { Signer } from './signer.ts'
import { SignerCrypto, WEB_ALGORITHMS } from './signer-crypto.ts'

/**
 * Certificates and requests of a CA as @peculiar/x509 builds them, from the same wish as our own builder and
 * without its code: what a ceremony signs has been built twice.
 */

export type CaName = { readonly name: string; readonly organization: string }

export type CaWish = {
  readonly serial: string
  readonly validity: Validity
  readonly subject: CaName
  /** SubjectPublicKeyInfo of the subject, DER. */
  readonly spki: Uint8Array
  readonly pathLength: number
  /** The CA above; null for a root, which signs itself. */
  readonly above: {
    readonly subject: CaName
    readonly spki: Uint8Array
    readonly urls: ParentUrls
  } | null
}

/** Builds a certificate in DER. What is signed goes through `check` first, which throws to prevent it. */
export async function buildCaCertificate(
  wish: CaWish,
  signer: Signer,
  check: (tbs: Uint8Array) => void,
): Promise<Uint8Array> {
  const crypto = await SignerCrypto.of(signer, check)
  const { subject, above, spki, validity } = wish
  const keyId = (key: Uint8Array) => new PublicKey(Uint8Array.from(key))
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: wish.serial,
      subject: nameOf(subject),
      issuer: nameOf(above?.subject ?? subject),
      ...validity,
      publicKey: Uint8Array.from(spki),
      signingKey: crypto.keys.privateKey,
      signingAlgorithm: WEB_ALGORITHMS[signer.algorithm],
      extensions: [
        ...(above
          ? [await AuthorityKeyIdentifierExtension.create(keyId(above.spki), false, crypto)]
          : []),
        await SubjectKeyIdentifierExtension.create(keyId(spki), false, crypto),
        ...roleExtensions(wish.pathLength),
        ...(above ? locations(above.urls) : []),
      ],
    },
    crypto,
  )
  return new Uint8Array(certificate.rawData)
}

/** Builds a request (PKCS#10) in DER; `check` as above. */
export async function buildCaCsr(
  subject: CaName,
  signer: Signer,
  check: (info: Uint8Array) => void,
): Promise<Uint8Array> {
  const crypto = await SignerCrypto.of(signer, check)
  const csr = await Pkcs10CertificateRequestGenerator.create(
    {
      name: nameOf(subject),
      keys: crypto.keys,
      signingAlgorithm: WEB_ALGORITHMS[signer.algorithm],
      extensions: roleExtensions(0),
    },
    crypto,
  )
  return new Uint8Array(csr.rawData)
}

function nameOf({ name, organization }: CaName): Name {
  // RFC 5280 section 4.1.2.4; left alone, the library would write other string types.
  return new Name([{ O: [{ utf8String: organization }] }, { CN: [{ utf8String: name }] }])
}

function roleExtensions(pathLength: number): Extension[] {
  const { digitalSignature, keyCertSign, cRLSign } = KeyUsageFlags
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(digitalSignature | keyCertSign | cRLSign, true),
  ]
}

function locations({ caIssuers, ocsp, crl }: ParentUrls): Extension[] {
  return [
    // The library would write ocsp first. RFC 5280 section 4.2.2.1 knows no order.
    new Extension(
      ID_PE_AUTHORITY_INFO_ACCESS,
      false,
      sequence(access({ caIssuers }), access({ ocsp })),
    ),
    new CRLDistributionPointsExtension([crl]),
  ]
}

const ID_PE_AUTHORITY_INFO_ACCESS = '1.3.6.1.5.5.7.1.1'

/** Gives the one AccessDescription that the library writes of it. */
function access(wish: { readonly caIssuers?: string; readonly ocsp?: string }): Uint8Array {
  const { value } = new AuthorityInfoAccessExtension(wish)
  const [list] = [...eachElement(new Uint8Array(value))]
  return list?.value ?? new Uint8Array()
}
