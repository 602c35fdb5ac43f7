import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { childrenOf, contentOf, type DerNode, readOid, TAG } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { implicitOctets, readBer } from './ber.ts'
import { ITERATIONS_MAX, type Lock, lockOf, macOf, type Password } from './locks.ts'

/** A key (PKCS#8) or a certificate, with the mark by which systems pair them; empty where there is none. */
export type Bag = { readonly value: Uint8Array; readonly localKeyId: Uint8Array }

/** What became of the password. A slip is one that opens the file after its spaces or small letters were changed. */
export type PasswordUse = 'given' | 'none' | 'spaces' | 'case'

export type Pkcs12Reading = {
  /** Every encryption in it, as far as it was opened. */
  readonly locks: readonly Lock[]
  /** The hash of the check of the password; null where there is no check. */
  readonly mac: string | null
} & (
  | {
      readonly state: 'open'
      readonly keys: readonly Bag[]
      readonly certificates: readonly Bag[]
      readonly password: PasswordUse
      /** A key that is not encrypted by itself. */
      readonly hasOpenKey: boolean
    }
  | { readonly state: 'locked' | 'signed' | 'tooMuchWork' }
  | { readonly state: 'unknownLock'; readonly name: string }
)

/**
 * Reads a PKCS#12 file (RFC 7292) of whatever program, bounded in its work. Without a password the empty one is
 * tried. Throws LatchkeyError('malformed_request') for what is no such file, or is damaged.
 */
export async function readAnyPkcs12(
  file: Uint8Array,
  password: string | null,
): Promise<Pkcs12Reading> {
  const [, content, macData] = childrenOf(readBer(file), TAG.sequence)
  const [type, wrapped] = childrenOf(content, TAG.sequence)
  if (readOid(type) === OID.signedData) return { state: 'signed', locks: [], mac: null }
  const safe = contentOf(childrenOf(wrapped, 0xa0)[0], TAG.octetString)
  const parts = childrenOf(readBer(safe), TAG.sequence)
  const locks = parts.flatMap(outerLock)
  const check = macData ? macOf(macData) : null
  const mac = check?.name ?? null
  const blocking = [...locks, ...(check ? [{ ...check, open: check.of }] : [])]
  const tooMuch = blocking.some(({ iterations }) => iterations > ITERATIONS_MAX)
  if (tooMuch) return { state: 'tooMuchWork', locks, mac }
  const unknown = blocking.find(({ open }) => open === null)
  if (unknown) return { state: 'unknownLock', name: unknown.name, locks, mac }

  for (const [use, secret] of candidates(password)) {
    if (check && !equalBytes((await check.of?.(safe, secret)) ?? NOTHING, check.expected)) continue
    const opened = await openAll(parts, secret).catch((error: unknown) => {
      if (error instanceof UnknownLock || check) throw error
      return null
    })
    if (opened) return { state: 'open', mac, password: use, ...opened }
  }
  return { state: 'locked', locks, mac }
}

const NOTHING = new Uint8Array(0)

/** A lock inside that is not known or asks for too much; the lock's name is the message. */
export class UnknownLock extends LatchkeyError {
  constructor(name: string) {
    super('malformed_request', name)
  }
}

/** What people type besides the password: the gaps of a printed one, or small letters. */
function candidates(password: string | null): readonly (readonly [PasswordUse, Password])[] {
  if (password === null || password === '') {
    return [
      ['none', ''],
      ['none', null],
    ]
  }
  const without = password.replace(/\s/g, '')
  const all = [
    ['given', password],
    ['spaces', without],
    ['case', without.toUpperCase()],
  ] as const
  return all.filter(([, one], at) => all.findIndex(([, other]) => other === one) === at)
}

function outerLock(part: DerNode): readonly Lock[] {
  return readOid(childrenOf(part, TAG.sequence)[0]) === OID.encryptedData
    ? [lockOf(encryptedContent(part)[1])]
    : []
}

/** EncryptedContentInfo, RFC 5652 section 8: type, algorithm, octets. */
function encryptedContent(part: DerNode): readonly DerNode[] {
  const [, wrapped] = childrenOf(part, TAG.sequence)
  return childrenOf(childrenOf(childrenOf(wrapped, 0xa0)[0], TAG.sequence)[1], TAG.sequence)
}

type Opened = { keys: Bag[]; certificates: Bag[]; locks: Lock[]; hasOpenKey: boolean }

async function openAll(parts: readonly DerNode[], password: Password): Promise<Opened> {
  const opened: Opened = { keys: [], certificates: [], locks: [], hasOpenKey: false }
  for (const part of parts) {
    const [type, wrapped] = childrenOf(part, TAG.sequence)
    const isPlain = readOid(type) === OID.data
    const bags = isPlain
      ? contentOf(childrenOf(wrapped, 0xa0)[0], TAG.octetString)
      : await openPart(part, password, opened)
    for (const bag of childrenOf(readBer(bags), TAG.sequence)) {
      await readBag(bag, password, isPlain, opened)
    }
  }
  return opened
}

async function openPart(part: DerNode, password: Password, opened: Opened): Promise<Uint8Array> {
  if (readOid(childrenOf(part, TAG.sequence)[0]) !== OID.encryptedData) {
    throw new LatchkeyError('malformed_request', 'The file holds an unknown part.')
  }
  const [, algorithm, octets] = encryptedContent(part)
  return unlock(algorithm, implicitOctets(octets), password, opened)
}

async function unlock(
  algorithm: DerNode | undefined,
  sealed: Uint8Array,
  password: Password,
  opened: Opened,
): Promise<Uint8Array> {
  const lock = lockOf(algorithm)
  if (!lock.open || lock.iterations > ITERATIONS_MAX) throw new UnknownLock(lock.name)
  opened.locks.push(lock)
  return lock.open(sealed, password)
}

/** SafeBag, RFC 7292 section 4.2. CRLs, secrets and what else there may be are passed over. */
async function readBag(bag: DerNode, password: Password, isPlain: boolean, opened: Opened) {
  const [type, wrapped, attributes] = childrenOf(bag, TAG.sequence)
  const value = childrenOf(wrapped, 0xa0)[0]
  const localKeyId = localKeyIdOf(attributes)
  switch (readOid(type)) {
    case OID.keyBag:
      opened.keys.push({ value: value?.bytes ?? NOTHING, localKeyId })
      opened.hasOpenKey ||= isPlain
      return
    case OID.shroudedKeyBag: {
      const [algorithm, octets] = childrenOf(value, TAG.sequence)
      const sealed = contentOf(octets, TAG.octetString)
      opened.keys.push({ value: await unlock(algorithm, sealed, password, opened), localKeyId })
      return
    }
    case OID.certBag: {
      const [kind, octets] = childrenOf(value, TAG.sequence)
      if (readOid(kind) !== OID.x509Certificate) return
      const der = contentOf(childrenOf(octets, 0xa0)[0], TAG.octetString)
      opened.certificates.push({ value: der, localKeyId })
      return
    }
    default:
  }
}

function localKeyIdOf(attributes: DerNode | undefined): Uint8Array {
  for (const attribute of attributes?.children ?? []) {
    const [type, values] = attribute.children
    if (readOid(type) === OID.localKeyId) {
      return contentOf(childrenOf(values, TAG.set)[0], TAG.octetString)
    }
  }
  return NOTHING
}
