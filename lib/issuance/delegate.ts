import { createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { LatchkeyError } from '#lib/errors.ts'
import {
  buildCaTbs,
  type DelegateKind,
  delegateOf,
  lintCaTbs,
} from '#lib/pki/certificate/ca-certificate.ts'
import { assemble, readCertificate } from '#lib/pki/certificate/certificate.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { sha256Hex } from './hash.ts'

/** A key that exists in this process only, and the certificate by which the CA lets it sign in its place. */
export type Delegate = {
  /** DER. */
  readonly certificate: Uint8Array
  readonly serial: string
  readonly spki: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
  /** ECDSA P-256. */
  readonly privateKey: KeyObject
}

/** notBefore is set back, for relying parties whose clock is slow. */
const BACKDATE_MS = 3_600_000

/** Makes a key and has the CA certify it for `lifeMs`. Throws as certifyDelegate does. */
export async function makeDelegate(
  authority: Authority,
  kind: DelegateKind,
  lifeMs: number,
): Promise<Delegate> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  const certificate = await certifyDelegate(authority, kind, { spki, lifeMs })
  const { serial, validity } = readCertificate(certificate)
  return { certificate, serial, spki, ...validity, privateKey }
}

/**
 * Has the CA certify a P-256 key for `lifeMs`. A delegate's certificate has no row in the ledger, since
 * it belongs to no holder and is never revoked. Instead the audit chain records its serial and the hash of its
 * TBSCertificate before the CA signs, and its fingerprint after, so that every signature of the CA is accounted
 * for. Throws LatchkeyError('signer_unavailable') or 'store_unavailable'.
 */
export async function certifyDelegate(
  authority: Authority,
  kind: DelegateKind,
  { spki, lifeMs }: { readonly spki: Uint8Array; readonly lifeMs: number },
): Promise<Uint8Array> {
  const { issuer, signer, ledger } = authority
  const template = delegateOf(issuer, kind, spki)
  const now = authority.now()
  if (now < issuer.notBefore) {
    throw new LatchkeyError('signer_unavailable', 'The certificate of the CA is not valid yet.')
  }
  const serial = makeSerial(now, authority.randomBytes)
  const validity = validityAt(authority, now, lifeMs)
  const linted = lintCaTbs(buildCaTbs(template, serial, validity), template)
  const record = (step: 'intended' | 'issued', facts: Record<string, string>) =>
    ledger.audit(auditEvent(authority, `${AUDIT[kind]}.${step}`, 'authority', serial, facts))

  await record('intended', { tbsHash: sha256Hex(linted.tbs) })
  const certificate = assemble(linted, signer.algorithm, await signer.sign(linted.tbs))
  const caKey = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  if (!new X509Certificate(certificate).verify(caKey)) {
    throw new LatchkeyError('signer_unavailable', 'The signer gave a signature that is not good.')
  }
  await record('issued', { fingerprint: sha256Hex(certificate) })
  return certificate
}

const AUDIT = {
  'ocsp-responder': 'responder',
  'profile-signer': 'profile_signer',
} as const satisfies Record<DelegateKind, string>

function validityAt({ issuer }: Authority, now: Date, lifeMs: number) {
  const start = Math.max(now.getTime() - BACKDATE_MS, issuer.notBefore.getTime())
  const end = Math.min(now.getTime() + lifeMs, issuer.notAfter.getTime())
  return { notBefore: wholeSecond(start), notAfter: wholeSecond(end) }
}

function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000)
}
