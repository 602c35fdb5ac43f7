import {
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto'
import { promisify } from 'node:util'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority, StatusAuthority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { buildCaTbs, lintCaTbs, responderOf } from '#lib/pki/certificate/ca-certificate.ts'
import { assemble, readCertificate } from '#lib/pki/certificate/certificate.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
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
/** notBefore is set back, for relying parties whose clock is slow. */
const BACKDATE_MS = 3_600_000
/** Signatures in one batch; each takes some 20 µs. */
const BATCH_MAX = 64

/** Makes a key in this process and has the CA certify it. Throws as certifyResponder does. */
export async function makeResponder(authority: Authority): Promise<Responder> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  return responderBy(authority, privateKey, await certifyResponder(authority, spki))
}

/**
 * Certifies the key of a responder for 24 hours, P-256. A responder's certificate has no row in the ledger,
 * since it belongs to no holder and is never revoked. Instead the audit chain records its serial and the hash
 * of its TBSCertificate before the CA signs, and its fingerprint after, so that every signature of the CA is
 * accounted for. Throws LatchkeyError('signer_unavailable') or 'store_unavailable'.
 */
export async function certifyResponder(
  authority: Authority,
  spki: Uint8Array,
): Promise<Uint8Array> {
  const { issuer, signer, ledger } = authority
  const template = responderOf(issuer, spki)
  const now = authority.now()
  if (now < issuer.notBefore) {
    throw new LatchkeyError('signer_unavailable', 'The certificate of the CA is not valid yet.')
  }
  const serial = makeSerial(now, authority.randomBytes)
  const validity = validityAt(authority, now)
  const linted = lintCaTbs(buildCaTbs(template, serial, validity), template)
  const record = (kind: 'responder.intended' | 'responder.issued', facts: Record<string, string>) =>
    ledger.audit(auditEvent(authority, kind, 'authority', serial, facts))

  await record('responder.intended', { tbsHash: sha256Hex(linted.tbs) })
  const certificate = assemble(linted, signer.algorithm, await signer.sign(linted.tbs))
  requireOurs(authority, certificate, 'The signer gave a signature that is not good.')
  await record('responder.issued', { fingerprint: sha256Hex(certificate) })
  return certificate
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
  requireOurs(authority, der, 'This is no certificate of our CA.')
  if (!new X509Certificate(der).checkPrivateKey(privateKey)) {
    throw new LatchkeyError('signer_unavailable', 'This is a certificate for another key.')
  }
  const { serial, spki, validity } = readCertificate(der)
  const now = authority.now()
  return {
    certificate: der,
    serial,
    keyHash: subjectKeyIdOf(spki),
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    renewAt: new Date(now.getTime() + (validity.notAfter.getTime() - now.getTime()) / 2),
    // Node signs in DER by default. Passing the option explicitly would cost half as much again as the
    // signature.
    sign: inBatches((tbs) => sign('sha256', tbs, privateKey), BATCH_MAX),
  }
}

function requireOurs(
  { issuer }: Pick<StatusAuthority, 'issuer'>,
  certificate: Uint8Array,
  sentence: string,
): void {
  const caKey = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  if (!new X509Certificate(certificate).verify(caKey)) {
    throw new LatchkeyError('signer_unavailable', sentence)
  }
}

function validityAt({ issuer }: Authority, now: Date) {
  const start = Math.max(now.getTime() - BACKDATE_MS, issuer.notBefore.getTime())
  const end = Math.min(now.getTime() + LIFE_MS, issuer.notAfter.getTime())
  return { notBefore: wholeSecond(start), notAfter: wholeSecond(end) }
}

function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000)
}
