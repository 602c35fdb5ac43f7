import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { assemble, buildTbs } from '#lib/pki/certificate/certificate.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import { lintTbs } from '#lib/pki/certificate/lint.ts'
import type { Issuer, IssuerUrls, Leaf } from '#lib/pki/certificate/profile.ts'
import { makeSerial } from '#lib/pki/certificate/serial.ts'
import { type PublicKey, readPublicKey } from '#lib/pki/keys/keys.ts'
import { type CaKeyType, signerOf } from '#lib/signer/key.ts'
import type { Signer } from '#lib/signer/signer.ts'
import {
  type IssuingOptions,
  makeIssuingRoot,
  makeRootAndIssuingCa,
} from '#lib/signer/testing/ceremony.ts'

/** A CA in memory and certificates of it, for tests. */

export const NOW = new Date('2026-11-22T12:00:00Z')

export const URLS: IssuerUrls = {
  caIssuers: 'https://localhost:8443/ca',
  caIssuersHttp: 'http://localhost:8080/ca',
  ocsp: 'http://localhost:8080/ocsp',
  crl: 'http://localhost:8080/crl/latchkey.crl',
}

export type TestCa = { readonly issuer: Issuer; readonly signer: Signer; readonly key: KeyObject }

export async function makeTestCa(
  key: CaKeyType = 'ec-p256',
  kind: 'root' | 'issuing-ca' = 'root',
  urls: IssuerUrls = URLS,
): Promise<TestCa> {
  const options: IssuingOptions = {
    ...{ key, name: 'Test CA', organization: 'Contoso', years: 10 },
    ...{ statusUrl: 'http://localhost:8080', crlDays: 365 },
  }
  const make = kind === 'root' ? makeIssuingRoot : makeRootAndIssuingCa
  const made = await make(options, { now: NOW, randomBytes: (length) => randomBytes(length) })
  return { issuer: readIssuer(made.chain, urls), signer: signerOf(made.key), key: made.key }
}

export type HolderKeyType = 'rsa-2048' | 'ec-p256' | 'ec-p384'

export function makeHolderKey(type: HolderKeyType = 'ec-p256'): KeyObject {
  if (type === 'rsa-2048') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const namedCurve = type === 'ec-p256' ? 'P-256' : 'P-384'
  return generateKeyPairSync('ec', { namedCurve }).privateKey
}

export function publicKeyOf(key: KeyObject): PublicKey {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return readPublicKey(parseDer(new Uint8Array(spki)))
}

export const YEAR = {
  notBefore: new Date('2026-11-22T11:00:00Z'),
  notAfter: new Date('2027-11-22T12:00:00Z'),
}

/** Builds, lints, signs and assembles, as the issuance cycle does. */
export async function issueTo(
  ca: TestCa,
  leaf: Leaf,
  key: PublicKey,
  serial: string = makeSerial(NOW, (length) => randomBytes(length)),
): Promise<Uint8Array> {
  const linted = lintTbs(buildTbs(ca.issuer, leaf, key, serial, YEAR), ca.issuer, leaf, key)
  return assemble(linted, ca.signer.algorithm, await ca.signer.sign(linted.tbs))
}
