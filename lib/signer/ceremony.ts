import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { bitString, sequence } from '#lib/pki/asn1/der-write.ts'
import { writeName } from '#lib/pki/asn1/distinguished-name.ts'
import {
  buildCaRequestInfo,
  buildCaTbs,
  type CaTemplate,
  lintCaTbs,
  type Parent,
} from '#lib/pki/certificate/ca-certificate.ts'
import { assemble, readCertificate } from '#lib/pki/certificate/certificate.ts'
import { keyIdOf } from '#lib/pki/certificate/issuer.ts'
import { ownRootOf, parentUrlsAt } from '#lib/pki/certificate/own-root.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import type { Validity } from '#lib/pki/certificate/tbs.ts'
import { SIGNATURE_ALGORITHMS } from '#lib/pki/keys/algorithm.ts'
import type { RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { type CaKeyType, generateKey, signerOf } from './key.ts'
import { signRootStatus } from './root-status.ts'
import type { Signer } from './signer.ts'

/**
 * The key ceremony in memory: makes keys and CA certificates, or a CSR for an enterprise root. Every result
 * is read and verified by our own reader and by OpenSSL before it is returned.
 */

export type CeremonyOptions = {
  readonly key: CaKeyType
  readonly name: string
  readonly organization: string
  readonly years: number
}

/** Time and randomness, which tests can fix. */
export type Surroundings = {
  readonly now: Date
  readonly randomBytes: (length: number) => Uint8Array
}

export type MadeCa = {
  /** DER, issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  readonly key: KeyObject
  /** Null when the root itself issues. */
  readonly root: MadeRoot | null
}

/**
 * A root that does not issue: its key, to be taken off-line, and the CRL and OCSP responses that it signed in
 * advance.
 */
export type MadeRoot = { readonly key: KeyObject; readonly status: RootStatus }

/** Makes a root that issues itself, as SCEPman does. */
export async function makeIssuingRoot(
  options: CeremonyOptions,
  surroundings: Surroundings,
): Promise<MadeCa> {
  const key = await generateKey(options.key)
  const root = await makeRoot(signerOf(key), options, 0, surroundings)
  return { chain: [root], key, root: null }
}

export type IssuingCaOptions = CeremonyOptions & {
  /**
   * Where relying parties find the root's certificate and status. Part of the issuing CA's certificate, so it
   * cannot be changed later.
   */
  readonly statusUrl: string
  /** Validity of the first root CRL, in days. */
  readonly crlDays: number
}

/** Makes a root and an issuing CA below it. The root is valid twice as long, and its key goes off-line. */
export async function makeRootAndIssuingCa(
  options: IssuingCaOptions,
  surroundings: Surroundings,
): Promise<MadeCa> {
  const rootKey = await generateKey(options.key)
  const rootSigner = signerOf(rootKey)
  const rootOptions = { ...options, name: `${options.name} Root`, years: options.years * 2 }
  const root = await makeRoot(rootSigner, rootOptions, 1, surroundings)

  const key = await generateKey(options.key)
  const template: CaTemplate = {
    kind: 'issuing-ca',
    subject: subjectOf(options),
    spki: signerOf(key).spki,
    parent: parentOf(root, rootSigner),
    urls: parentUrlsAt(options.statusUrl),
  }
  const validity = validityFrom(surroundings.now, options.years)
  const certificate = await signCa(template, validity, rootSigner, surroundings)
  const chain = [certificate, root]
  return {
    chain,
    key,
    root: { key: rootKey, status: await firstStatus(chain, rootSigner, options, surroundings) },
  }
}

/** Makes a key and the CSR (PKCS#10, DER) by which an enterprise root is asked for our CA certificate. */
export async function makeCaRequest(
  options: Omit<CeremonyOptions, 'years'>,
): Promise<{ key: KeyObject; csr: Uint8Array }> {
  const key = await generateKey(options.key)
  const signer = signerOf(key)
  const info = buildCaRequestInfo(subjectOf(options), signer.spki)
  const signature = await signer.sign(info)
  checkSignature(info, signature, signer)
  const csr = sequence(info, SIGNATURE_ALGORITHMS[signer.algorithm], bitString(signature))
  return { key, csr }
}

/** The first root CRL has number 1 and no entries. */
async function firstStatus(
  chain: readonly Uint8Array[],
  signer: Signer,
  { crlDays: days }: IssuingCaOptions,
  { now }: Surroundings,
): Promise<RootStatus> {
  const root = ownRootOf(chain)
  if (root === null) throw new LatchkeyError('internal', 'The CA does not name its root.')
  return signRootStatus(root, signer, { number: 1n, now, days, revoked: null })
}

async function makeRoot(
  signer: Signer,
  options: CeremonyOptions,
  pathLength: 0 | 1,
  surroundings: Surroundings,
): Promise<Uint8Array> {
  const { spki, algorithm } = signer
  const subject = subjectOf(options)
  const template: CaTemplate = { kind: 'root', subject, spki, algorithm, pathLength }
  const validity = validityFrom(surroundings.now, options.years)
  return signCa(template, validity, signer, surroundings)
}

/** Builds, lints, signs and assembles a certificate, and verifies it by two readers. */
async function signCa(
  template: CaTemplate,
  validity: Validity,
  signer: Signer,
  { now, randomBytes }: Surroundings,
): Promise<Uint8Array> {
  const linted = lintCaTbs(buildCaTbs(template, makeSerial(now, randomBytes), validity), template)
  const certificate = assemble(linted, signer.algorithm, await signer.sign(linted.tbs))
  const same = equalBytes(readCertificate(certificate).tbs, linted.tbs)
  if (!same || !new X509Certificate(certificate).verify(publicKeyOf(signer))) {
    throw new LatchkeyError('internal', 'A certificate that was just signed does not verify.')
  }
  return certificate
}

function parentOf(certificate: Uint8Array, { algorithm }: Signer): Parent {
  const read = readCertificate(certificate)
  return {
    name: read.subject,
    subjectKeyId: keyIdOf(read),
    algorithm,
    ...read.validity,
  }
}

function subjectOf({ name, organization }: Pick<CeremonyOptions, 'name' | 'organization'>) {
  return writeName([
    ['organizationName', organization],
    ['commonName', name],
  ])
}

const DAY_MS = 86_400_000

/**
 * Begins a day ago, for relying parties whose clock is slow, and so that the backdated notBefore of holders'
 * certificates is within it.
 */
function validityFrom(now: Date, years: number): Validity {
  const wholeSecond = new Date(Math.floor(now.getTime() / 1000) * 1000)
  const notAfter = new Date(wholeSecond)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years)
  return { notBefore: new Date(wholeSecond.getTime() - DAY_MS), notAfter }
}

function checkSignature(tbs: Uint8Array, signature: Uint8Array, signer: Signer): void {
  const hash = signer.algorithm.slice(-6)
  if (!verify(hash, tbs, { key: publicKeyOf(signer), dsaEncoding: 'der' }, signature)) {
    throw new LatchkeyError('internal', 'A request that was just signed does not verify.')
  }
}

function publicKeyOf({ spki }: Signer): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
}
