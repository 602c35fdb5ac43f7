import { verify, X509Certificate } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { eachElement } from '#lib/pki/asn1/der.ts'
import { writeName } from '#lib/pki/asn1/distinguished-name.ts'
import {
  buildCaRequestInfo,
  buildCaTbs,
  type CaTemplate,
  lintCaTbs,
} from '#lib/pki/certificate/ca-certificate.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { keyIdOf } from '#lib/pki/certificate/issuer.ts'
import { ownRootOf, parentUrlsAt } from '#lib/pki/certificate/own-root.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import type { Validity } from '#lib/pki/certificate/tbs.ts'
import type { RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { publicKeyFrom } from './key.ts'
import { signRootStatus } from './root-status.ts'
import { buildCaCertificate, buildCaCsr, type CaName, type CaWish } from './second-builder.ts'
import type { Signer } from './signer.ts'

/**
 * The key ceremony: makes CA certificates, or a CSR for an enterprise root, by signers, wherever their keys
 * are. Each is built twice, by our builder and by @peculiar/x509, and signed only where both give the same
 * bytes; the result is read and verified by OpenSSL before it is returned.
 */

export type CeremonyOptions = CaName & { readonly years: number }

/** Time and randomness, which tests can fix. */
export type Surroundings = {
  readonly now: Date
  readonly randomBytes: (length: number) => Uint8Array
}

export type MadeCa = {
  /** DER, issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  /** What a root that does not issue signed in advance; null when the root itself issues. */
  readonly status: RootStatus | null
}

/** Makes a root that issues itself, as SCEPman does. */
export async function certifyIssuingRoot(
  signer: Signer,
  options: CeremonyOptions,
  surroundings: Surroundings,
): Promise<MadeCa> {
  return { chain: [await certifyRoot(signer, options, 0, surroundings)], status: null }
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
export async function certifyRootAndIssuingCa(
  signers: { readonly root: Signer; readonly issuing: Signer },
  options: IssuingCaOptions,
  surroundings: Surroundings,
): Promise<MadeCa> {
  const { root: rootSigner, issuing } = signers
  const rootName = `${options.name} Root`
  const rootOptions = { ...options, name: rootName, years: options.years * 2 }
  const root = await certifyRoot(rootSigner, rootOptions, 1, surroundings)

  const read = readCertificate(root)
  const urls = parentUrlsAt(options.statusUrl)
  const template: CaTemplate = {
    kind: 'issuing-ca',
    subject: subjectOf(options),
    spki: issuing.spki,
    parent: {
      name: read.subject,
      subjectKeyId: keyIdOf(read),
      algorithm: rootSigner.algorithm,
      ...read.validity,
    },
    urls,
  }
  const certificate = await certify(template, rootSigner, {
    serial: makeSerial(surroundings.now, surroundings.randomBytes),
    validity: validityFrom(surroundings.now, options.years),
    subject: options,
    spki: issuing.spki,
    pathLength: 0,
    above: { subject: rootOptions, spki: rootSigner.spki, urls },
  })
  const chain = [certificate, root]
  return { chain, status: await firstStatus(chain, rootSigner, options, surroundings) }
}

/** Makes the CSR (PKCS#10, DER) by which an enterprise root is asked for a certificate of our CA key. */
export async function requestCaCertificate(signer: Signer, name: CaName): Promise<Uint8Array> {
  const info = buildCaRequestInfo(subjectOf(name), signer.spki)
  const csr = await buildCaCsr(name, signer, (other) => checkSame(info, other))
  const [read, , signature] = partsOf(csr)
  const hash = signer.algorithm.slice(-6)
  const how = { key: publicKeyFrom(signer.spki), dsaEncoding: 'der' } as const
  // The first octet of a BIT STRING counts its unused bits.
  const octets = signature?.value.subarray(1) ?? new Uint8Array()
  if (read && equalBytes(read.bytes, info) && verify(hash, info, how, octets)) return csr
  throw new LatchkeyError('internal', 'A request that was just signed does not verify.')
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

async function certifyRoot(
  signer: Signer,
  options: CeremonyOptions,
  pathLength: 0 | 1,
  { now, randomBytes }: Surroundings,
): Promise<Uint8Array> {
  const { spki, algorithm } = signer
  const template: CaTemplate = {
    kind: 'root',
    subject: subjectOf(options),
    spki,
    algorithm,
    pathLength,
  }
  return certify(template, signer, {
    serial: makeSerial(now, randomBytes),
    validity: validityFrom(now, options.years),
    subject: options,
    spki,
    pathLength,
    above: null,
  })
}

/** Builds a certificate twice, lints it, signs it, and verifies it by OpenSSL. */
async function certify(template: CaTemplate, signer: Signer, wish: CaWish): Promise<Uint8Array> {
  const tbs = buildCaTbs(template, wish.serial, wish.validity)
  const linted = lintCaTbs(tbs, template)
  const certificate = await buildCaCertificate(wish, signer, (other) =>
    checkSame(linted.tbs, other),
  )
  const same = equalBytes(readCertificate(certificate).tbs, linted.tbs)
  if (same && new X509Certificate(certificate).verify(publicKeyFrom(signer.spki))) {
    return certificate
  }
  throw new LatchkeyError('internal', 'A certificate that was just signed does not verify.')
}

function checkSame(ours: Uint8Array, other: Uint8Array): void {
  if (equalBytes(ours, other)) return
  throw new LatchkeyError('internal', 'The two builders do not agree, so nothing was signed.')
}

function partsOf(der: Uint8Array) {
  const [outer] = [...eachElement(der)]
  return outer ? [...eachElement(outer.value)] : []
}

function subjectOf({ name, organization }: CaName) {
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
