import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { isIssuedBy } from '#lib/pki/certificate/verify-chain.ts'
import type { CertificateFacts, Draft } from './findings.ts'
import type { Bag } from './pkcs12.ts'
import { belongs, privateKeyName } from './private-key.ts'
import {
  hasWeakSignature,
  isCa,
  isForClients,
  isSelfIssued,
  keyNameOf,
  nameOf,
  type Read,
  readBoth,
} from './read-certificate.ts'

/** What was found in a file. */
export type Material = {
  /** PKCS#8. */
  readonly keys: readonly Bag[]
  readonly certificates: readonly Bag[]
  /** Keys that stay closed: their password is not known. */
  readonly lockedKeys: number
  /** A file for a system to import needs both; separate files need not have them. */
  readonly isForImport: boolean
}

/** Says whether key and certificate fit, how the chain is, and what the certificate is good for. */
export async function judge(draft: Draft, material: Material, now: Date): Promise<void> {
  const { keys, certificates, lockedKeys } = material
  for (const { value } of keys) {
    draft.contents.push({ kind: 'key', key: privateKeyName(value), locked: false })
  }
  for (let i = 0; i < lockedKeys; i++) {
    draft.contents.push({ kind: 'key', key: '', locked: true })
  }
  const read = certificates.flatMap(({ value }) => readBoth(value, draft) ?? [])
  draft.contents.push(...read.map(factsOf))
  checkCount(draft, material)
  const leaf = await checkPair(draft, material, read)
  if (!leaf) return
  const path = await checkChain(draft, leaf, read)
  for (const one of path) checkTimes(draft, one, now)
  if (!isSelfIssued(leaf) && hasWeakSignature(leaf)) {
    draft.add('weakSignature', { name: nameOf(leaf.subject) })
  }
  if (!isCa(leaf) && !isForClients(leaf)) {
    draft.add('notForClients', { name: nameOf(leaf.subject) })
  }
}

export function factsOf(read: Read): CertificateFacts {
  const { subject, issuer, serial, notBefore, notAfter, spki } = read
  return {
    kind: 'certificate',
    name: nameOf(subject),
    issuer: nameOf(issuer),
    ...{ serial, notBefore, notAfter },
    key: keyNameOf(spki),
    isCa: isCa(read),
  }
}

function checkCount(draft: Draft, material: Material): void {
  const { keys, certificates, lockedKeys, isForImport } = material
  const hasKey = keys.length + lockedKeys > 0
  if (isForImport && !hasKey) draft.add('noKey')
  if (isForImport && hasKey && certificates.length === 0) draft.add('noCertificate')
  if (!isForImport && hasKey && certificates.length === 0) draft.add('keyOnly')
  if (!isForImport && !hasKey && certificates.length > 0) draft.add('certificateOnly')
  if (keys.length > 1) draft.add('manyKeys', { count: String(keys.length) })
}

/** Gives the certificate of the key, or the one that issued no other. */
async function checkPair(
  draft: Draft,
  { keys, certificates, isForImport }: Material,
  read: readonly Read[],
): Promise<Read | null> {
  const bottom =
    read.find((one) => !read.some((other) => other !== one && isAbove(one, other))) ?? read[0]
  if (!bottom || keys.length === 0) return bottom ?? null
  for (const key of keys) {
    for (const one of read) {
      if ((await belongs(key.value, one.der)) !== true) continue
      draft.add('keyMatches', { name: nameOf(one.subject) })
      const bag = certificates.find(({ value }) => value === one.der)
      if (isForImport && !(bag && isPaired(key, bag))) draft.add('noPairing')
      return one
    }
  }
  const [key] = keys
  const isUnknown = key && (await belongs(key.value, bottom.der)) === null
  draft.add(isUnknown ? 'keyUnknown' : 'keyMismatch', { name: nameOf(bottom.subject) })
  return bottom
}

/** RFC 2985 section 5.5.2: importers pair key and certificate by localKeyId. */
function isPaired(key: Bag, certificate: Bag): boolean {
  return key.localKeyId.length > 0 && equalBytes(key.localKeyId, certificate.localKeyId)
}

function isAbove(issuer: Read, { issuer: name }: Read): boolean {
  return equalBytes(issuer.subject, name)
}

/** Follows the issuers that are in the file; gives the certificates of the path. */
async function checkChain(
  draft: Draft,
  leaf: Read,
  all: readonly Read[],
): Promise<readonly Read[]> {
  const path = [leaf]
  for (let here = leaf; !isSelfIssued(here); ) {
    const above = all.filter((one) => !path.includes(one) && isAbove(one, here))
    const [first] = above
    if (!first) {
      draft.add('issuerElsewhere', { issuer: nameOf(here.issuer) })
      return path
    }
    const next = await signerOf(here, above)
    if (!next) {
      const values = { name: nameOf(here.subject), issuer: nameOf(here.issuer) }
      draft.add('chainBroken', values)
      return path
    }
    path.push(next)
    here = next
  }
  if (path.length > 1)
    draft.add('chainWhole', { issuer: nameOf(path.at(-1)?.subject ?? leaf.subject) })
  return path
}

/** Two CAs of one name may be there: a renewed one. An algorithm that is not known here counts as fitting. */
async function signerOf(below: Read, above: readonly Read[]): Promise<Read | null> {
  for (const one of above) {
    if ((await isIssuedBy(below.der, one.der).catch(() => null)) !== false) return one
  }
  return null
}

function checkTimes(draft: Draft, { subject, notBefore, notAfter }: Read, now: Date): void {
  const name = nameOf(subject)
  // RFC 5280 section 4.1.2.5: both seconds belong to the validity.
  if (now.getTime() >= notAfter.getTime() + 1_000) draft.add('expired', { name }, notAfter)
  if (now < notBefore) draft.add('notYet', { name }, notBefore)
}
