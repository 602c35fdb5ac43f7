import { contentOf, type DerNode, TAG } from '#lib/pki/asn1/der.ts'
import { implicitOctets, readBer } from './ber.ts'
import type { Draft, Form } from './findings.ts'
import { judge, type Material } from './judge.ts'
import { judgeRequest } from './judge-request.ts'
import { ITERATIONS_MAX, lockOf } from './locks.ts'
import type { PemBlock } from './pem.ts'
import type { Bag } from './pkcs12.ts'
import { pkcs8OfEc, pkcs8OfRsa } from './private-key.ts'
import { attempt } from './read-certificate.ts'

/** One thing in DER or in a PEM block. */
export type Piece =
  | {
      readonly kind: 'certificate' | 'request' | 'key' | 'rsaKey' | 'ecKey'
      readonly der: Uint8Array
    }
  | { readonly kind: 'lockedKey'; readonly der: Uint8Array | null }
  | { readonly kind: 'certificates'; readonly der: Uint8Array }
  | { readonly kind: 'other'; readonly name: OtherKind }

/** What people mistake for a certificate. */
export type OtherKind = 'crl' | 'publicKey' | 'sshKey' | 'keystore' | 'zip' | 'pdf' | 'pgp' | 'else'

const LABELS: ReadonlyMap<string, Exclude<Piece['kind'], 'other'>> = new Map([
  ['CERTIFICATE', 'certificate'],
  ['X509 CERTIFICATE', 'certificate'],
  ['CERTIFICATE REQUEST', 'request'],
  ['NEW CERTIFICATE REQUEST', 'request'],
  ['PRIVATE KEY', 'key'],
  ['RSA PRIVATE KEY', 'rsaKey'],
  ['EC PRIVATE KEY', 'ecKey'],
  ['ENCRYPTED PRIVATE KEY', 'lockedKey'],
  ['PKCS7', 'certificates'],
  ['CMS', 'certificates'],
])

const OTHER_LABELS: ReadonlyMap<string, OtherKind> = new Map([
  ['X509 CRL', 'crl'],
  ['PUBLIC KEY', 'publicKey'],
  ['OPENSSH PRIVATE KEY', 'sshKey'],
])

/** What a PEM block holds by its label. Null for parameters of a curve, which say nothing, and for broken base64. */
export function pieceOf({ label, der, hasHeaders }: PemBlock): Piece | null {
  if (label === 'EC PARAMETERS') return null
  const kind = LABELS.get(label)
  if (!kind) {
    const isPgp = label.startsWith('PGP ')
    return { kind: 'other', name: isPgp ? 'pgp' : (OTHER_LABELS.get(label) ?? 'else') }
  }
  if (hasHeaders) return { kind: 'lockedKey', der: null }
  return der && { kind, der }
}

/** Judges keys, certificates and requests that stand side by side. */
export async function judgePieces(
  draft: Draft,
  pieces: readonly Piece[],
  password: string | null,
  now: Date,
): Promise<void> {
  const keys: Bag[] = []
  const certificates: Bag[] = []
  let lockedKeys = 0
  for (const piece of pieces) {
    if (piece.kind === 'other') draft.add('otherKind', { kind: piece.name })
    else if (piece.kind === 'request') await judgeRequest(draft, piece.der)
    else if (piece.kind === 'certificate') certificates.push(bagOf(piece.der))
    else if (piece.kind === 'certificates') certificates.push(...certificatesOf(piece.der))
    else if (piece.kind === 'lockedKey') {
      const opened = await openKey(draft, piece.der, password)
      if (opened) keys.push(bagOf(opened))
      else lockedKeys++
    } else {
      draft.add('keyOpen')
      const pkcs8 = pkcs8Of(piece.kind, piece.der)
      if (pkcs8) keys.push(bagOf(pkcs8))
      else draft.add('damaged')
    }
  }
  const material = { keys, certificates, lockedKeys, isForImport: false }
  draft.form = formOf(material, pieces)
  if (draft.form !== 'request') await judge(draft, material, now)
}

function formOf({ keys, certificates, lockedKeys }: Material, pieces: readonly Piece[]): Form {
  const hasKey = keys.length + lockedKeys > 0
  if (hasKey && certificates.length > 0) return 'keyAndCertificate'
  if (certificates.length > 0) return certificates.length === 1 ? 'certificate' : 'certificates'
  if (pieces.some(({ kind }) => kind === 'request')) return 'request'
  return hasKey ? 'key' : 'unknown'
}

function bagOf(value: Uint8Array): Bag {
  return { value, localKeyId: new Uint8Array(0) }
}

function pkcs8Of(kind: 'key' | 'rsaKey' | 'ecKey', der: Uint8Array): Uint8Array | null {
  if (kind === 'key') return der
  return kind === 'rsaKey' ? pkcs8OfRsa(der) : attempt(() => pkcs8OfEc(der))
}

/** EncryptedPrivateKeyInfo, RFC 5958 section 3. */
async function openKey(
  draft: Draft,
  der: Uint8Array | null,
  password: string | null,
): Promise<Uint8Array | null> {
  if (!der || !password) {
    draft.add('keyLocked')
    // The encryption of before PKCS#8 is not opened here.
    draft.needsPassword ||= der !== null
    return null
  }
  const [algorithm, octets] = attempt(() => readBer(der))?.children ?? []
  const lock = attempt(() => lockOf(algorithm))
  if (!lock || octets?.tag !== TAG.octetString) draft.add('damaged')
  else if (!lock.open) draft.add('unknownLock', { lock: lock.name })
  else if (lock.iterations > ITERATIONS_MAX) draft.add('tooMuchWork')
  else {
    const opened = await lock.open(octets.value, password).catch(() => null)
    // There is no check of the password: a wrong one may open, and give what is no key.
    if (opened && attempt(() => readBer(opened))) return opened
    draft.add('wrongPassword')
    draft.needsPassword = true
  }
  return null
}

/** The certificates of SignedData (RFC 5652 section 5.1), as a file .p7b has them. */
function certificatesOf(der: Uint8Array): readonly Bag[] {
  return (attempt(() => signedParts(der))?.certificates ?? []).map(bagOf)
}

export type SignedParts = {
  /** Null where the content is elsewhere. */
  readonly content: Uint8Array | null
  readonly certificates: readonly Uint8Array[]
  readonly signers: readonly DerNode[]
}

/** Splits SignedData, RFC 5652 section 5.1. Throws LatchkeyError('malformed_request'). */
export function signedParts(der: Uint8Array): SignedParts {
  const body = readBer(der).children[1]?.children[0]
  const [, , encapsulated, ...rest] = body?.children ?? []
  const content = encapsulated?.children[1]
  const certificates = rest.find(({ tag }) => tag === 0xa0)?.children ?? []
  return {
    content: content ? octetsOf(content) : null,
    certificates: certificates.map(({ bytes }) => bytes),
    signers: rest.findLast(({ tag }) => tag === TAG.set)?.children ?? [],
  }
}

function octetsOf(explicit: DerNode): Uint8Array {
  const [only] = explicit.children
  return only?.tag === TAG.octetString ? contentOf(only, TAG.octetString) : implicitOctets(explicit)
}
