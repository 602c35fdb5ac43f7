import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { childrenOf, contentOf, type DerNode, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { type Hash, isSignedWith } from '#lib/pki/certificate/verify-chain.ts'
import { readBer } from './ber.ts'
import type { Draft } from './findings.ts'
import { factsOf } from './judge.ts'
import type { SignedParts } from './judge-files.ts'
import { judgePkcs12 } from './judge-pkcs12.ts'
import { HASHES } from './locks.ts'
import { decoded, readPem } from './pem.ts'
import { attempt, nameOf, readBoth } from './read-certificate.ts'
import { readXml, type XmlElement } from './read-xml.ts'

type Plist = string | readonly Plist[] | { readonly [key: string]: Plist }
type Dict = { readonly [key: string]: Plist }

/** Judges an Apple configuration profile in XML, signed or not. */
export async function judgeMobileConfig(
  draft: Draft,
  file: { readonly text: string; readonly signature: SignedParts | null },
  password: string | null,
  now: Date,
): Promise<void> {
  draft.form = 'mobileconfig'
  await checkSignature(draft, file.signature)
  const root = attempt(() => plistOf(readXml(file.text).children[0]))
  const payloads = isDict(root) && Array.isArray(root.PayloadContent) ? root.PayloadContent : null
  if (!isDict(root) || root.PayloadType !== 'Configuration' || !payloads) {
    draft.add('notProfile')
    return
  }
  const all = payloads.filter(isDict)
  checkReferences(draft, all)
  const ends = dateOf(root.RemovalDate)
  if (ends && ends <= now) draft.add('profileEnded', {}, ends)
  for (const one of all) {
    if (/\.root$|\.pkcs1$|\.pem$/.test(textOf(one.PayloadType))) judgeAnchor(draft, one)
    else if (isDict(one.EAPClientConfiguration) || one.SSID_STR || one.VPNType) {
      judgeNetwork(draft, one)
    }
  }
  const identities = all.filter((one) => textOf(one.PayloadType).endsWith('.pkcs12'))
  if (identities.length === 0) draft.add('noIdentity')
  for (const identity of identities) {
    const octets = decoded(textOf(identity.PayloadContent))
    const own = textOf(identity.Password) || null
    if (octets) await judgePkcs12(draft, octets, password ?? own, now)
    else draft.add('damaged')
  }
}

/** The roots that a network is bound to are read by both readers too. */
function judgeAnchor(draft: Draft, payload: Dict): void {
  const octets = decoded(textOf(payload.PayloadContent))
  const text = octets && new TextDecoder().decode(octets)
  const der = text?.startsWith('-----BEGIN') ? readPem(text).blocks[0]?.der : octets
  const read = der ? readBoth(der, draft) : null
  if (read) draft.contents.push(factsOf(read))
  else draft.add('damaged')
}

function judgeNetwork(draft: Draft, payload: Dict): void {
  const name = textOf(payload.SSID_STR) || textOf(payload.PayloadDisplayName)
  draft.contents.push({ kind: 'network', name })
  const eap = payload.EAPClientConfiguration
  if (!isDict(eap)) return
  const pins = [eap.TLSTrustedServerNames, eap.PayloadCertificateAnchorUUID]
  if (!pins.every((pin) => Array.isArray(pin) && pin.length > 0)) {
    draft.add('serverUnpinned', { network: name })
  }
}

/** A payload names others by PayloadUUID, so each stands once, and what is named is there. */
function checkReferences(draft: Draft, payloads: readonly Dict[]): void {
  const ids = payloads.map((one) => textOf(one.PayloadUUID).toUpperCase())
  if (new Set(ids).size !== ids.length || ids.includes('')) draft.add('twiceUuid')
  for (const payload of payloads) {
    for (const id of referencesIn(payload)) {
      if (ids.includes(id.toUpperCase())) continue
      draft.add('danglingReference', { payload: textOf(payload.PayloadDisplayName) })
    }
  }
}

const REFERENCES = ['PayloadCertificateUUID', 'PayloadCertificateAnchorUUID']

function referencesIn(value: Plist): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isDict(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    REFERENCES.includes(key) ? [inner].flat().map(textOf) : referencesIn(inner),
  )
}

async function checkSignature(draft: Draft, signature: SignedParts | null): Promise<void> {
  if (!signature) {
    draft.add('profileUnsigned')
    return
  }
  const signer = await signerOf(signature).catch(() => null)
  if (signer) draft.add('profileSigned', { signer })
  else draft.add('profileChanged')
}

/** The name in the certificate that made the signature, RFC 5652 section 5.4; null where none of those inside did. */
async function signerOf({ content, certificates, signers }: SignedParts): Promise<string | null> {
  const [, , digestAlgorithm, attributes, , signature] = signers[0]?.children ?? []
  const known = HASHES[readOid(childrenOf(digestAlgorithm, TAG.sequence)[0])]
  if (!content || !known || attributes?.tag !== 0xa0) return null
  if (!equalBytes(known.hash(content), digestIn(attributes))) return null
  const covered = Uint8Array.from([TAG.set, ...attributes.bytes.subarray(1)])
  for (const der of certificates) {
    const octets = contentOf(signature, TAG.octetString)
    const name = known.name as Hash
    if (await isSignedWith(der, name, covered, octets).catch(() => false)) {
      const subject = attempt(() => readBer(der).children[0]?.children[5]?.bytes)
      return subject ? nameOf(subject) : null
    }
  }
  return null
}

function digestIn(attributes: DerNode): Uint8Array {
  const found = attributes.children.find((one) => readOid(one.children[0]) === OID.messageDigest)
  return contentOf(found?.children[1]?.children[0], TAG.octetString)
}

function plistOf(element: XmlElement | undefined): Plist {
  if (!element) return ''
  if (element.name === 'array') return element.children.map(plistOf)
  if (element.name !== 'dict') return element.text
  const entries: [string, Plist][] = []
  for (let at = 0; at + 1 < element.children.length; at += 2) {
    entries.push([element.children[at]?.text ?? '', plistOf(element.children[at + 1])])
  }
  // From entries, so that a key such as "__proto__" is one like others.
  return Object.fromEntries(entries)
}

function isDict(value: Plist | null | undefined): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: Plist | undefined): string {
  return typeof value === 'string' ? value : ''
}

function dateOf(value: Plist | undefined): Date | null {
  const at = new Date(textOf(value))
  return Number.isNaN(at.getTime()) ? null : at
}
