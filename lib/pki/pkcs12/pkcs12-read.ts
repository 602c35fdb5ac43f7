import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  parseDer,
  readOid,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { keyBelongsTo } from '#lib/pki/certificate/verify-chain.ts'
import { macOf, type Protection } from './pkcs12.ts'

/** What a PKCS#12 file holds. */
export type OpenedPkcs12 = {
  /** PKCS#8 PrivateKeyInfo. */
  readonly privateKey: Uint8Array
  /** Leaf first. */
  readonly certificates: readonly Uint8Array[]
}

const LIMITS = { bytesMax: 131_072, depthMax: 16, nodesMax: 1_000 }

/** Bounds the work that a file can cause when it is opened. */
const MAC_ITERATIONS_MAX = 1_000_000

/**
 * Opens a PKCS#12 file (RFC 7292 section 5.2) that writePkcs12 made, and checks that it holds one key and
 * the certificate of that key. The portal opens each new file so before a person gets it, with no state
 * of the writer. Throws LatchkeyError('malformed_request'): another format, another password, or a key and
 * a certificate that do not belong together.
 */
export async function readPkcs12(
  protection: Protection,
  file: Uint8Array,
  password: string,
): Promise<OpenedPkcs12> {
  const [version, content, mac] = members(parseDer(file, LIMITS), 3)
  if (readSmallInteger(version) !== 3) throw refused('The file is not PKCS#12 version 3.')
  const safe = readData(content)
  checkMac(protection, mac, safe, password)

  const parts = childrenOf(parseDer(safe, LIMITS), TAG.sequence)
  // Side by side, since each has a key of its own to derive.
  const bags = (await Promise.all(parts.map((it) => readPart(protection, it, password)))).flat()
  const keys = bags.filter(({ kind }) => kind === 'key')
  const certificates = bags.filter(({ kind }) => kind === 'certificate')
  const [key] = keys
  const [leaf] = certificates
  if (!key || !leaf || keys.length !== 1) {
    throw refused('The file does not hold one key and its certificate.')
  }
  // RFC 2985 section 5.5.2: importers pair key and certificate by localKeyId, so it must be equal in both.
  if (!equalBytes(key.localKeyId, leaf.localKeyId) || key.localKeyId.length === 0) {
    throw refused('Key and certificate in the file do not point at each other.')
  }
  if (!(await keyBelongsTo(key.value, leaf.value))) {
    throw refused('Key and certificate in the file do not belong together.')
  }
  return { privateKey: key.value, certificates: certificates.map(({ value }) => value) }
}

/** The value of a SafeBag with its localKeyId, which is empty where the attribute is absent. */
type Bag = {
  readonly kind: 'key' | 'certificate'
  readonly value: Uint8Array
  readonly localKeyId: Uint8Array
}

async function readPart(protection: Protection, part: DerNode, password: string): Promise<Bag[]> {
  const contents = parseDer(await openPart(protection, part, password), LIMITS)
  const bags = childrenOf(contents, TAG.sequence)
  return Promise.all(bags.map((bag) => readBag(protection, bag, password)))
}

/** MacData, RFC 7292 section 4: the MAC is over the AuthenticatedSafe and tells a wrong password from a bad file. */
function checkMac(
  protection: Protection,
  mac: DerNode | undefined,
  safe: Uint8Array,
  password: string,
): void {
  const [digestInfo, salt, count] = members(mac, 3)
  const [algorithm, digest] = members(digestInfo, 2)
  const iterations = readSmallInteger(count)
  if (readOid(childrenOf(algorithm, TAG.sequence)[0]) !== protection.mac.oid) {
    throw refused('The file is locked in another way than ours.')
  }
  if (iterations < 1 || iterations > MAC_ITERATIONS_MAX) {
    throw refused('The file asks for too much work.')
  }
  const saltOctets = contentOf(salt, TAG.octetString)
  const expected = macOf(protection, safe, password, saltOctets, iterations)
  if (!equalBytes(expected, contentOf(digest, TAG.octetString))) {
    throw refused('The file does not open with this password.')
  }
}

/** Gives the SafeContents of one ContentInfo of the AuthenticatedSafe (RFC 7292 section 4.1), plain or encrypted. */
async function openPart(
  protection: Protection,
  part: DerNode,
  password: string,
): Promise<Uint8Array> {
  const [type, wrapped] = members(part, 2)
  if (readOid(type) === OID.data) return readData(part)
  if (readOid(type) !== OID.encryptedData) throw refused('The file holds an unknown part.')
  const [version, content] = members(only(wrapped), 2)
  const [contentType, algorithm, octets] = members(content, 3)
  if (readSmallInteger(version) !== 0 || readOid(contentType) !== OID.data) {
    throw refused('The file holds an unknown part.')
  }
  return unseal(protection, algorithm, contentOf(octets, 0x80), password)
}

/** Reads one SafeBag: a PKCS8ShroudedKeyBag (RFC 7292 section 4.2.2) or a CertBag (4.2.3). Others are refused. */
async function readBag(protection: Protection, bag: DerNode, password: string): Promise<Bag> {
  const [type, value, attributes] = childrenOf(bag, TAG.sequence)
  const localKeyId = readLocalKeyId(attributes)
  switch (readOid(type)) {
    case OID.shroudedKeyBag: {
      const [algorithm, octets] = members(only(value), 2)
      const sealed = contentOf(octets, TAG.octetString)
      return {
        kind: 'key',
        value: await unseal(protection, algorithm, sealed, password),
        localKeyId,
      }
    }
    case OID.certBag: {
      const [certificateType, octets] = members(only(value), 2)
      if (readOid(certificateType) !== OID.x509Certificate) {
        throw refused('The file holds an unknown kind of certificate.')
      }
      return {
        kind: 'certificate',
        value: contentOf(only(octets), TAG.octetString),
        localKeyId,
      }
    }
    default:
      throw refused('The file holds an unknown bag.')
  }
}

async function unseal(
  protection: Protection,
  algorithm: DerNode | undefined,
  sealed: Uint8Array,
  password: string,
): Promise<Uint8Array> {
  if (!algorithm) throw refused('The file does not say how it is locked.')
  try {
    return await protection.open(algorithm, sealed, password)
  } catch (cause) {
    if (cause instanceof LatchkeyError) throw cause
    throw refused('The file does not open with this password.', cause)
  }
}

function readLocalKeyId(attributes: DerNode | undefined): Uint8Array {
  for (const attribute of attributes === undefined ? [] : childrenOf(attributes, TAG.set)) {
    const [type, values] = members(attribute, 2)
    if (readOid(type) === OID.localKeyId) {
      return contentOf(childrenOf(values, TAG.set)[0], TAG.octetString)
    }
  }
  return new Uint8Array(0)
}

/** Gives the octets of a ContentInfo of type data. */
function readData(node: DerNode | undefined): Uint8Array {
  const [type, wrapped] = members(node, 2)
  if (readOid(type) !== OID.data) throw refused('The file is signed, not locked by a password.')
  return contentOf(only(wrapped), TAG.octetString)
}

/** Gives the one element inside an EXPLICIT [0]. */
function only(node: DerNode | undefined): DerNode | undefined {
  return childrenOf(node, 0xa0)[0]
}

function members(node: DerNode | undefined, count: number): readonly DerNode[] {
  const children = childrenOf(node, TAG.sequence)
  if (children.length !== count) throw refused('The file has another form than PKCS#12.')
  return children
}

function refused(message: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('malformed_request', message, { cause })
}
