import { type DerNode, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { berHeader, readBer } from './ber.ts'
import { FILE_MAX } from './file-max.ts'
import { type Diagnosis, Draft } from './findings.ts'
import { judgeEapConfig } from './judge-eap.ts'
import { judgePieces, type OtherKind, type Piece, pieceOf, signedParts } from './judge-files.ts'
import { judgePkcs12 } from './judge-pkcs12.ts'
import { judgeMobileConfig } from './judge-profile.ts'
import { checkName } from './misnamed.ts'
import { decoded, readPem } from './pem.ts'
import { attempt } from './read-certificate.ts'
import { readXml } from './read-xml.ts'

export type Given = {
  readonly bytes: Uint8Array
  /** The file's name; null for a text that was pasted. */
  readonly name: string | null
  readonly password: string | null
  readonly now: Date
}

/**
 * Says what a file is that somebody wants to import, what is wrong with it, and how old its encryption is. It
 * recognises a file by its octets, never by its name. Never throws: whatever fails is a finding.
 */
export async function diagnose(given: Given): Promise<Diagnosis> {
  const draft = new Draft()
  const { bytes, name } = given
  if (bytes.length === 0) draft.add('empty')
  else if (bytes.length > FILE_MAX) draft.add('tooLarge')
  else {
    const text = textOf(bytes, draft)
    const isText = text !== null
    await (isText ? readText(draft, text, given) : readBinary(draft, bytes, given)).catch(() =>
      draft.add('damaged'),
    )
    if (name !== null) checkName(draft, name, isText)
  }
  return draft.finish()
}

/** The octets as text, or null for a binary file. Says which encodings and marks of text are in the way. */
function textOf(bytes: Uint8Array, draft: Draft): string | null {
  const [first, second, third] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    draft.add('utf16')
    return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  }
  const hasMark = first === 0xef && second === 0xbb && third === 0xbf
  const text = attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that no text has
  if (text === null || /[\u0000-\u0008\u000e-\u001f]/.test(text)) return null
  if (hasMark) draft.add('byteOrderMark')
  return text
}

async function readText(draft: Draft, text: string, given: Given): Promise<void> {
  const { password, now } = given
  const start = text.trimStart().slice(0, 512).toLowerCase()
  if (/^(?:<!doctype html|<html|<head|<body)/.test(start)) draft.add('html')
  else if (text.includes('-----BEGIN ')) await readBlocks(draft, text, given)
  else if (start.startsWith('<')) {
    const root = attempt(() => readXml(text))
    if (root?.name === 'EAPIdentityProviderList') await judgeEapConfig(draft, root, password, now)
    else if (root?.name === 'plist') {
      await judgeMobileConfig(draft, { text, signature: null }, password, now)
    } else if (root?.name === 'html') draft.add('html')
    else draft.add(root ? 'unknown' : 'damaged')
  } else {
    const der = decoded(text)
    if (der && der.length > 0) await readBinary(draft, der, given)
    else draft.add('unknown')
  }
}

async function readBlocks(draft: Draft, text: string, { password, now }: Given): Promise<void> {
  const { blocks, unended, hasTextAround } = readPem(text)
  for (const label of unended) draft.add('pemUnended', { label })
  for (const { label, der, hasHeaders } of blocks) {
    if (!der && !hasHeaders) draft.add('pemBroken', { label })
  }
  if (hasTextAround) draft.add('textAround')
  const pieces = blocks.flatMap((block) => pieceOf(block) ?? [])
  if (pieces.length > 0) await judgePieces(draft, pieces, password, now)
}

const MAGIC: readonly (readonly [readonly number[], OtherKind])[] = [
  [[0xfe, 0xed, 0xfe, 0xed], 'keystore'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
  [[0x25, 0x50, 0x44, 0x46], 'pdf'],
]

async function readBinary(draft: Draft, bytes: Uint8Array, given: Given): Promise<void> {
  const magic = MAGIC.find(([octets]) => octets.every((octet, at) => bytes[at] === octet))
  if (magic) {
    draft.add('otherKind', { kind: magic[1] })
    return
  }
  const header = berHeader(bytes, 0)
  if (header?.tag !== TAG.sequence) {
    draft.add('unknown')
    return
  }
  const end = header.length === null ? bytes.length : header.contentStart + header.length
  if (end > bytes.length) {
    draft.add('truncated')
    return
  }
  if (end < bytes.length) draft.add('trailing')
  const whole = bytes.subarray(0, end)
  const root = attempt(() => readBer(whole))
  if (!root) draft.add(header.length === null ? 'truncated' : 'damaged')
  else await readDer(draft, root, given)
}

async function readDer(draft: Draft, root: DerNode, { password, now }: Given): Promise<void> {
  const kind = kindOf(root)
  if (kind === 'pkcs12') {
    draft.form = 'pkcs12'
    await judgePkcs12(draft, root.bytes, password, now)
  } else if (kind === 'signed') {
    const signature = signedParts(root.bytes)
    const text = signature.content && new TextDecoder().decode(signature.content)
    if (text?.includes('<plist')) await judgeMobileConfig(draft, { text, signature }, password, now)
    else await judgePieces(draft, [{ kind: 'certificates', der: root.bytes }], password, now)
  } else if (kind) await judgePieces(draft, [pieceFor(kind, root.bytes)], password, now)
  else draft.add('unknown')
}

type Kind =
  | Exclude<Piece['kind'], 'certificates' | 'other'>
  | 'pkcs12'
  | 'signed'
  | 'crl'
  | 'publicKey'

function pieceFor(kind: Exclude<Kind, 'pkcs12' | 'signed'>, der: Uint8Array): Piece {
  return kind === 'crl' || kind === 'publicKey' ? { kind: 'other', name: kind } : { kind, der }
}

/** Tells the formats apart by their first elements; each is a SEQUENCE. */
function kindOf(root: DerNode): Kind | null {
  const { children } = root
  const [first, second, third] = children
  const inside = first?.children ?? []
  const tags = children.map(({ tag }) => tag)
  if (first?.tag === TAG.oid)
    return attempt(() => readOid(first)) === OID.signedData ? 'signed' : null
  if (first?.tag === TAG.integer) {
    if (second?.tag === TAG.octetString) return 'ecKey'
    if (second?.tag === TAG.integer && tags.length >= 9) return 'rsaKey'
    if (second?.tag !== TAG.sequence || second.children[0]?.tag !== TAG.oid) return null
    return third?.tag === TAG.octetString ? 'key' : 'pkcs12'
  }
  if (first?.tag !== TAG.sequence) return null
  if (inside[0]?.tag === TAG.oid) return second?.tag === TAG.octetString ? 'lockedKey' : 'publicKey'
  if (tags.length !== 3 || third?.tag !== TAG.bitString) return null
  return kindOfSigned(inside)
}

/** A certificate, a request or a CRL: RFC 5280 sections 4.1 and 5.1, RFC 2986 section 4. */
function kindOfSigned(inside: readonly DerNode[]): Kind | null {
  const [first, , third, fourth] = inside
  if (first?.tag === 0xa0) return 'certificate'
  if (first?.tag === TAG.integer && inside.length <= 4) {
    return fourth === undefined || fourth.tag === 0xa0 ? 'request' : null
  }
  const isTime = [third, fourth].some(
    (one) => one?.tag === TAG.utcTime || one?.tag === TAG.generalizedTime,
  )
  if (isTime) return 'crl'
  return first?.tag === TAG.integer ? 'certificate' : null
}
