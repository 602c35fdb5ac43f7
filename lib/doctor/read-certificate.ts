import { equalBytes, fromHex, toHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readOid, readPositiveInteger, TAG } from '#lib/pki/asn1/der.ts'
import { displayNameOf, isUnprintable } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { readBasicConstraints, readExtendedKeyUsage } from '#lib/pki/certificate/read-extensions.ts'

import type { Draft } from './findings.ts'
import { type SecondCertificate, secondCertificate, withoutZeros } from './second-opinion.ts'

/** A certificate as far as the doctor needs it, from our reader or, where that refuses it, from the second. */
export type Read = {
  readonly der: Uint8Array
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly spki: Uint8Array
  readonly extensions: readonly { readonly id: string; readonly value: Uint8Array }[]
}

/** Reads by both readers and says where they differ. Null where neither can, which is said too. */
export function readBoth(der: Uint8Array, draft: Draft): Read | null {
  const ours = attempt(() => readOurs(der))
  const second = attempt(() => secondCertificate(der))
  if (!ours && !second) {
    draft.add('damaged')
    return null
  }
  if (ours && second) {
    const fields = differences(ours, second)
    if (fields.length > 0) {
      draft.add('readersDiffer', { name: nameOf(ours.subject), fields: fields.join(', ') })
    }
    return ours
  }
  const read = ours ?? (second && fromSecond(der, second))
  if (read) draft.add('oneReader', { name: nameOf(read.subject) })
  return read
}

/** Null in place of an error. */
export function attempt<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch {
    return null
  }
}

function readOurs(der: Uint8Array): Read {
  const { subject, issuer, serial, spki, extensions, validity } = readCertificate(der)
  return { der, subject, issuer, serial, spki, extensions, ...validity }
}

function fromSecond(der: Uint8Array, second: SecondCertificate): Read {
  const { serial, notBefore, notAfter } = second
  const [subject, issuer, spki] = [second.subject, second.issuer, second.spki].map(fromHex)
  const none = new Uint8Array(0)
  return {
    ...{ der, serial, notBefore, notAfter, extensions: [] },
    ...{ subject: subject ?? none, issuer: issuer ?? none, spki: spki ?? none },
  }
}

function differences(ours: Read, second: SecondCertificate): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['serial', withoutZeros(ours.serial), second.serial],
    ['subject', toHex(ours.subject), second.subject],
    ['issuer', toHex(ours.issuer), second.issuer],
    ['key', toHex(ours.spki), second.spki],
    ['from', ours.notBefore.getTime(), second.notBefore.getTime()],
    ['to', ours.notAfter.getTime(), second.notAfter.getTime()],
    ['extensions', ours.extensions.map(({ id }) => id).join(), second.extensions.join()],
  ]
  return pairs.filter(([, one, other]) => one !== other).map(([field]) => field)
}

/** For display: no control character and nothing that turns the direction of text. */
export function nameOf(name: Uint8Array): string {
  const text = attempt(() => displayNameOf(name)) ?? ''
  return [...text]
    .map((one) => (isUnprintable(one) ? ' ' : one))
    .join('')
    .slice(0, 120)
}

export function isSelfIssued({ subject, issuer }: Read): boolean {
  return equalBytes(subject, issuer)
}

export function isCa({ extensions }: Read): boolean {
  const value = extensions.find(({ id }) => id === OID.basicConstraints)?.value
  return value !== undefined && (attempt(() => readBasicConstraints(value))?.ca ?? false)
}

/** Whether a client may use it: no extended key usage, or one for clients. RFC 5280 section 4.2.1.12. */
export function isForClients({ extensions }: Read): boolean {
  const value = extensions.find(({ id }) => id === OID.extendedKeyUsage)?.value
  const uses = value && attempt(() => readExtendedKeyUsage(value))
  return !uses || uses.includes(OID.clientAuth) || uses.includes(OID.anyExtendedKeyUsage)
}

const WEAK = ['1.2.840.113549.1.1.4', OID.sha1WithRsa, OID.ecdsaWithSha1, '1.2.840.10040.4.3']

/** MD5 and SHA-1. */
export function hasWeakSignature({ der }: Read): boolean {
  const algorithm = attempt(() => parseDer(der, LIMITS).children[1]?.children[0])
  return algorithm ? WEAK.includes(attempt(() => readOid(algorithm)) ?? '') : false
}

const LIMITS = { bytesMax: 65_536, depthMax: 16, nodesMax: 4_000 }

const CURVES: Readonly<Record<string, string>> = {
  [OID.p256]: 'P-256',
  [OID.p384]: 'P-384',
  [OID.p521]: 'P-521',
}

const OTHER_KEYS: Readonly<Record<string, string>> = {
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
  [OID.rsassaPss]: 'RSA-PSS',
}

/** "RSA 2048" or "P-256" of a SubjectPublicKeyInfo; "?" for another one. */
export function keyNameOf(spki: Uint8Array): string {
  return (
    attempt(() => {
      const [algorithm, bits] = parseDer(spki, LIMITS).children
      const [type, parameters] = algorithm?.children ?? []
      const id = readOid(type)
      if (id === OID.ecPublicKey) return CURVES[readOid(parameters)] ?? '?'
      if (id !== OID.rsaEncryption) return OTHER_KEYS[id] ?? '?'
      const key = parseDer(bits?.value.subarray(1) ?? new Uint8Array(0), LIMITS)
      const modulus = readPositiveInteger(key.tag === TAG.sequence ? key.children[0] : undefined)
      return `RSA ${8 * modulus.length - Math.clz32(modulus[0] ?? 0) + 24}`
    }) ?? '?'
  )
}
