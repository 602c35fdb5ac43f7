import { sign } from 'node:crypto'
import type { Authority } from '#lib/issuance/authority.ts'
import { makeDelegate } from '#lib/issuance/delegate.ts'
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

/** Makes a key and has the CA certify it for 24 hours. Throws as makeDelegate does. */
export async function makeResponder(authority: Authority): Promise<Responder> {
  const now = authority.now()
  const delegate = await makeDelegate(authority, 'ocsp-responder', LIFE_MS)
  const { certificate, serial, spki, notBefore, notAfter, privateKey } = delegate
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
