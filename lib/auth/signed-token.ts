import { KeyObject, verify } from 'node:crypto'
import { type CryptoKey, decodeProtectedHeader } from 'jose'
import type { LatchkeyError } from '#lib/errors.ts'
import type { KeySet } from './key-set.ts'

/** What access tokens and id tokens of Entra have in common: a signature by the tenant's keys, and times. */

/** What a kind of token is called, and how it is refused. */
export type TokenKind = {
  readonly name: 'access token' | 'id token'
  readonly refuse: (message: string, remedy?: string, cause?: unknown) => LatchkeyError
}

export type Signed = {
  readonly payload: unknown
  /** The generation of keys by which the signature was verified. */
  readonly generation: string
}

/**
 * Gives the payload of a compact JWS (RFC 7515) that the tenant signed with RS256. Throws the kind's refusal,
 * or LatchkeyError('directory_unavailable') when the keys cannot be read.
 */
export async function readSigned(keySet: KeySet, token: string, kind: TokenKind): Promise<Signed> {
  const found = await keySet.find(keyIdOf(token, kind))
  if (found === null) {
    throw kind.refuse(`The ${kind.name} is signed with a key that your organisation does not have.`)
  }
  return { payload: verifiedPayload(token, found.key, kind), generation: found.generation }
}

/**
 * RS256 is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3) over the ASCII of the first two parts (RFC 7515
 * section 5.2). Verified here by OpenSSL: WebCrypto would hand each token to another thread, for twice the cost.
 */
function verifiedPayload(token: string, cryptoKey: CryptoKey, kind: TokenKind): unknown {
  const key = keyObjectOf(cryptoKey)
  const end = token.lastIndexOf('.')
  const signed = Buffer.from(token.slice(0, end), 'latin1')
  const signature = Buffer.from(token.slice(end + 1), 'base64url')
  if (key === null) throw kind.refuse(unreadable(kind))
  if (!verify('sha256', signed, key, signature)) {
    throw kind.refuse(`The signature of the ${kind.name} is wrong.`)
  }
  try {
    const payload = Buffer.from(token.slice(token.indexOf('.') + 1, end), 'base64url')
    return JSON.parse(utf8.decode(payload))
  } catch (error) {
    throw kind.refuse(unreadable(kind), undefined, error)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** RFC 7518 section 3.3: a key of 2048 bits or larger must be used. */
const KEY_BITS_MIN = 2048
const keyObjects = new WeakMap<CryptoKey, KeyObject>()

/** Null for a key that may not verify RS256. */
function keyObjectOf(cryptoKey: CryptoKey): KeyObject | null {
  const known = keyObjects.get(cryptoKey)
  if (known) return known
  const key = KeyObject.from(cryptoKey)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.type !== 'public' || key.asymmetricKeyType !== 'rsa' || bits < KEY_BITS_MIN) return null
  keyObjects.set(cryptoKey, key)
  return key
}

function unreadable({ name }: TokenKind): string {
  return `The ${name} cannot be read.`
}

/** All tokens that one key signed have the same header, so the last good one is read once. */
let lastRead = { header: '', keyId: '' }

function keyIdOf(token: string, kind: TokenKind): string {
  const text = token.slice(0, token.indexOf('.'))
  if (text !== lastRead.header) lastRead = { header: text, keyId: readKeyId(token, kind) }
  return lastRead.keyId
}

function readKeyId(token: string, kind: TokenKind): string {
  const header = protectedHeader(token, kind)
  if (header.alg !== 'RS256') throw kind.refuse(`The ${kind.name} is not signed with RS256.`)
  // Entra uses no JWS extensions; with "b64" the signed bytes would not be the claims that are read.
  if (header.crit !== undefined || header.b64 !== undefined) {
    throw kind.refuse(`The ${kind.name} uses an extension that is not known here.`)
  }
  if (typeof header.kid !== 'string') throw kind.refuse(`The ${kind.name} does not name its key.`)
  return header.kid
}

function protectedHeader(token: string, kind: TokenKind): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(token)
  } catch (error) {
    throw kind.refuse(unreadable(kind), undefined, error)
  }
}

/** How far the clocks of Entra and of this service may differ. */
export const SKEW_MS = 60_000

type Times = {
  readonly exp: number
  readonly nbf?: number | undefined
  readonly iat?: number | undefined
}

/** Throws the kind's refusal for a token that has expired or is not valid yet. */
export function requireTimes(claims: Times, now: Date, kind: TokenKind): void {
  if (now.getTime() >= claims.exp * 1000 + SKEW_MS) {
    throw kind.refuse(`The ${kind.name} has expired.`, 'Sign in again and send the new token.')
  }
  const begins = Math.max(claims.nbf ?? 0, claims.iat ?? 0) * 1000
  if (begins > now.getTime() + SKEW_MS) {
    throw kind.refuse(
      `The ${kind.name} is not valid yet.`,
      'Check the clock of the computer and of this service.',
    )
  }
}
