import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority, StatusAuthority } from '#lib/issuance/authority.ts'
import { certifyDelegate, type Delegate, makeDelegate } from '#lib/issuance/delegate.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { subjectKeyIdOf } from '#lib/pki/certificate/tbs.ts'
import { inBatches } from './in-batches.ts'

/** A delegated OCSP responder (RFC 6960 section 4.2.2.2), whose key exists in this process only. */
export type Responder = {
  /** The responder's certificate in DER. */
  readonly certificate: Uint8Array
  readonly serial: string
  /** KeyHash of its key (RFC 6960 section 4.2.1), by which responses name the responder. */
  readonly keyHash: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
  /** The middle of its validity, from when on a new responder replaces it. */
  readonly renewAt: Date
  /** Signs by ECDSA P-256 with SHA-256; gives the signature in DER. */
  readonly sign: (tbs: Uint8Array) => Promise<Uint8Array>
}

const LIFE_MS = 24 * 3_600_000
/** Signatures in one batch; each takes some 20 µs. */
const BATCH_MAX = 64

/** Makes a key in this process and has the CA certify it for 24 hours. Throws as makeDelegate does. */
export async function makeResponder(authority: Authority): Promise<Responder> {
  return responderOf(authority, await makeDelegate(authority, 'ocsp-responder', LIFE_MS))
}

/** Certifies the key of another process's responder for 24 hours. Throws as certifyDelegate does. */
export function certifyResponder(authority: Authority, spki: Uint8Array): Promise<Uint8Array> {
  return certifyDelegate(authority, 'ocsp-responder', { spki, lifeMs: LIFE_MS })
}

/**
 * Gives the responder that a certificate makes of a key. Throws LatchkeyError('signer_unavailable') for a
 * certificate that our CA did not sign, or for another key.
 */
export function responderBy(
  authority: Pick<StatusAuthority, 'issuer' | 'now'>,
  privateKey: KeyObject,
  der: Uint8Array,
): Responder {
  const caKey = createPublicKey({
    key: Buffer.from(authority.issuer.spki),
    ...{ format: 'der', type: 'spki' },
  })
  const certificate = new X509Certificate(der)
  if (!certificate.verify(caKey)) {
    throw new LatchkeyError('signer_unavailable', 'This is no certificate of our CA.')
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new LatchkeyError('signer_unavailable', 'This is a certificate for another key.')
  }
  const { serial, spki, validity } = readCertificate(der)
  return responderOf(authority, { certificate: der, serial, spki, ...validity, privateKey })
}

function responderOf(
  authority: Pick<StatusAuthority, 'now'>,
  { certificate, serial, spki, notBefore, notAfter, privateKey }: Delegate,
): Responder {
  const now = authority.now()
  return {
    certificate,
    serial,
    keyHash: subjectKeyIdOf(spki),
    notBefore,
    notAfter,
    renewAt: new Date(now.getTime() + (notAfter.getTime() - now.getTime()) / 2),
    // Node signs in DER by default. Passing the option explicitly would cost half as much again as the
    // signature.
    sign: inBatches((tbs) => sign('sha256', tbs, privateKey), BATCH_MAX),
  }
}
