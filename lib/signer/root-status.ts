import { verify } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import type { OwnRoot } from '#lib/pki/certificate/own-root.ts'
import { subjectKeyIdOf } from '#lib/pki/certificate/tbs.ts'
import { assembleCrl, buildCrlTbs, encodeEntry } from '#lib/pki/crl/crl.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import { SIGNATURE_ALGORITHMS } from '#lib/pki/keys/algorithm.ts'
import { certIdsOf, isIssuedBy, readCertId } from '#lib/pki/ocsp/ocsp.ts'
import { assembleOcsp, buildOcspTbs, type OcspStatus } from '#lib/pki/ocsp/ocsp-response.ts'
import { type OcspResponse, readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import type { Revoked, RootAnswer, RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { publicKeyFrom } from './key.ts'
import type { Signer } from './signer.ts'

/**
 * A root's status of its issuing CA, signed in one go while the root's key is at hand: a CRL, and OCSP
 * responses produced in advance (RFC 6960 section 2.5), for relying parties that ask by OCSP about every
 * certificate of a chain. Both have the same content and the same nextUpdate.
 */

export type RootStatusWish = {
  /** CRL number, above that of any earlier one. */
  readonly number: bigint
  readonly now: Date
  readonly days: number
  /** When and why the issuing CA was revoked; null while it is good. */
  readonly revoked: Revoked | null
}

/**
 * Signs the root's status as of now. Throws LatchkeyError: 'policy_violation' when the root's validity ends
 * first, and the signer's own errors.
 */
export async function signRootStatus(
  root: OwnRoot,
  signer: Signer,
  wish: RootStatusWish,
): Promise<RootStatus> {
  const { thisUpdate, nextUpdate } = timesOf(root, wish)
  const { number, revoked } = wish
  const entries = revoked ? [encodeEntry(root.issuingSerial, revoked.at, revoked.reason)] : []
  const tbs = buildCrlTbs(root, {
    ...{ number, thisUpdate, nextUpdate, entries },
    // A full CRL of everything that the root signed: neither partition nor delta.
    ...{ partitionUrl: null, baseNumber: null, freshestUrl: null },
  })
  const crl = assembleCrl(tbs, root.algorithm, await signer.sign(tbs))
  const status: OcspStatus = revoked ? { kind: 'revoked', ...revoked } : { kind: 'good' }
  const answers: Uint8Array[] = []
  for (const { bytes: certId } of certIdsOf(root, root.issuingSerial)) {
    const answer = buildOcspTbs({
      responderKeyHash: subjectKeyIdOf(root.spki),
      producedAt: thisUpdate,
      responses: [{ certId, status, thisUpdate, nextUpdate }],
      nonce: null,
    })
    const signature = await signer.sign(answer)
    // With the root's certificate: when a responder is named by its key, GnuTLS looks for its certificate
    // only here.
    answers.push(assembleOcsp(answer, root.algorithm, signature, root.certificate))
  }
  return readRootStatus(root, crl, answers)
}

const DAY_MS = 86_400_000

function timesOf({ notAfter }: OwnRoot, { now, days }: RootStatusWish) {
  const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000)
  const wanted = thisUpdate.getTime() + days * DAY_MS
  if (notAfter <= thisUpdate) {
    throw new LatchkeyError('policy_violation', 'The root CA is no longer valid.')
  }
  // nextUpdate is not after the root's notAfter: nobody could verify it then.
  return { thisUpdate, nextUpdate: new Date(Math.min(wanted, notAfter.getTime())) }
}

/**
 * Reads it strictly and checks that it is of this root: names, key identifiers, signatures, and that CRL and
 * responses agree. Does not check nextUpdate. Throws LatchkeyError with a sentence.
 */
export function readRootStatus(
  root: OwnRoot,
  crlDer: Uint8Array,
  answers: readonly Uint8Array[],
): RootStatus {
  const crl = readCrl(crlDer)
  checkCrl(root, crl)
  const { number, thisUpdate, nextUpdate } = crl
  const [entry] = crl.entries
  const revoked = entry ? { at: entry.at, reason: entry.reason } : null
  const read = answers.map((der) => readAnswer(root, crl, revoked, der))
  return { crl: crlDer, number, thisUpdate, nextUpdate, answers: read, revoked }
}

function checkCrl(root: OwnRoot, crl: Crl): void {
  const isOurs =
    equalBytes(crl.issuer, root.name) &&
    crl.authorityKeyId !== null &&
    equalBytes(crl.authorityKeyId, root.subjectKeyId)
  if (!isOurs || !isSignedBy(root, crl)) throw unfit('its CRL is not signed by the root of this CA')
  // RFC 5280 sections 5.2.4 and 5.2.5: a delta CRL or a partition is not the full CRL.
  if (crl.baseNumber !== null || crl.partitionUrl !== null) throw unfit('its CRL is only a part')
  if (crl.entries.length > 1 || crl.entries.some(({ serial }) => serial !== root.issuingSerial)) {
    throw unfit('its CRL names a certificate that this root never signed')
  }
}

function readAnswer(root: OwnRoot, crl: Crl, revoked: Revoked | null, der: Uint8Array): RootAnswer {
  const answer = readOcspResponse(der)
  if (typeof answer === 'number' || !isSignedBy(root, answer)) {
    throw unfit('an OCSP answer in it is not signed by the root of this CA')
  }
  const [single, ...more] = answer.responses
  const certId = single ? readCertId(single.certId) : null
  const isAboutIssuing =
    certId !== null && isIssuedBy(certId, root) && certId.serial === root.issuingSerial
  if (!single || more.length > 0 || !isAboutIssuing) {
    throw unfit('an OCSP answer in it is not about the CA that issues')
  }
  const isSame =
    sayingOf(single.status) === sayingOf(revoked ? { kind: 'revoked', ...revoked } : GOOD) &&
    single.thisUpdate.getTime() === crl.thisUpdate.getTime() &&
    single.nextUpdate.getTime() === crl.nextUpdate.getTime()
  if (!isSame) throw unfit('an OCSP answer in it says something else than its CRL')
  return { certId, der, producedAt: answer.producedAt }
}

const GOOD: OcspStatus = { kind: 'good' }

function sayingOf(status: OcspStatus): string {
  return status.kind === 'revoked'
    ? `revoked ${status.at.getTime()} ${status.reason ?? 'unspecified'}`
    : status.kind
}

function isSignedBy(
  { spki, algorithm }: OwnRoot,
  signed: Pick<Crl | OcspResponse, 'tbs' | 'algorithm' | 'signature'>,
): boolean {
  if (!equalBytes(signed.algorithm, SIGNATURE_ALGORITHMS[algorithm])) return false
  const key = publicKeyFrom(spki)
  return verify(algorithm.slice(-6), signed.tbs, { key, dsaEncoding: 'der' }, signed.signature)
}

function unfit(why: string): LatchkeyError {
  return new LatchkeyError('policy_violation', `This is no status of the root: ${why}.`)
}
