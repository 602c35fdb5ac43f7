import { createPublicKey, generateKeyPair, sign, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import { buildCaTbs, lintCaTbs, responderOf } from '#lib/pki/certificate/ca-certificate.ts'
import { assemble } from '#lib/pki/certificate/certificate.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { subjectKeyIdOf } from '#lib/pki/certificate/tbs.ts'
import { inBatches } from './in-batches.ts'

/** A delegated OCSP responder (RFC 6960 section 4.2.2.2): a key that lives in this process only. */
export type Responder = {
  /** DER. */
  readonly certificate: Uint8Array
  readonly serial: string
  /** SHA-1 of its key bits, by which responses name it. */
  readonly keyHash: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
  /** Half of its life: from here on a new one should take over. */
  readonly renewAt: Date
  /** ECDSA P-256 with SHA-256, DER. */
  readonly sign: (tbs: Uint8Array) => Promise<Uint8Array>
}

const LIFE_MS = 24 * 3_600_000
/** Relying parties whose clock is behind must not take it for not yet valid. */
const BACKDATE_MS = 3_600_000
/** Some 20 µs each. */
const BATCH_MAX = 64

/**
 * Makes a key and has the CA certify it for 24 hours. No row of the ledger stands for it, since it
 * is nobody's certificate and is never revoked; instead the audit chain holds its serial and the
 * hash of what is to be signed, committed before the signature is made, and its fingerprint after.
 * So every signature of the CA has a record. Throws 'signer_unavailable' or 'store_unavailable'.
 */
export async function makeResponder(authority: Authority): Promise<Responder> {
  const { issuer, signer, ledger } = authority
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
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
  const caKey = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  if (!new X509Certificate(certificate).verify(caKey)) {
    throw new LatchkeyError('signer_unavailable', 'The signer gave a signature that is not good.')
  }
  await record('responder.issued', { fingerprint: sha256Hex(certificate) })

  return {
    certificate,
    serial,
    keyHash: subjectKeyIdOf(spki),
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    renewAt: new Date(now.getTime() + (validity.notAfter.getTime() - now.getTime()) / 2),
    // DER is what Node signs in unless told otherwise; telling it costs half as much as the signature.
    sign: inBatches((tbs) => sign('sha256', tbs, privateKey), BATCH_MAX),
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
