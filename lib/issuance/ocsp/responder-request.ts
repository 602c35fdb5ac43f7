import { KeyObject } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { verifyPossession } from '#lib/issuance/enroll/proof-of-possession.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { writeCsr } from '#lib/pki/csr/csr-write.ts'
import { certifyResponder } from './ocsp-responder.ts'

/**
 * How a process without the CA key gets a responder: it makes the key, and only a request (PKCS#10) with the
 * public key leaves it.
 */
export type ResponderRequest = {
  readonly privateKey: KeyObject
  /** PKCS#10, DER. */
  readonly csr: Uint8Array
}

export async function makeResponderRequest(): Promise<ResponderRequest> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const csr = await writeCsr(keys, { commonName: COMMON_NAME, upn: null, uri: null })
  return { privateKey: KeyObject.from(keys.privateKey), csr }
}

/** Not in the certificate, whose names are the CA's choice. */
const COMMON_NAME = 'Latchkey OCSP responder'

/**
 * Certifies the key of a request and takes nothing else from it. Throws LatchkeyError: as parseCsr does,
 * 'bad_signature', 'weak_key' for another key than P-256, and as certifyResponder does.
 */
export async function certifyRequest(authority: Authority, der: Uint8Array): Promise<Uint8Array> {
  const csr = parseCsr(der)
  verifyPossession(csr)
  if (csr.key.type !== 'ec-p256') {
    throw new LatchkeyError('weak_key', 'A responder has a key on P-256.')
  }
  return certifyResponder(authority, csr.key.spki)
}
