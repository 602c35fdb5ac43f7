import { sha1 } from '@noble/hashes/legacy.js'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readOctetAlignedBits } from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import { readAuthorityKeyId, readSubjectKeyId } from './read-extensions.ts'
import { CERTIFICATE_LIMITS, readTbs, type Tbs } from './tbs.ts'

/** What the linter of holders' certificates and those of the CA's own share: the mark, and the rules for every certificate. */

declare const linted: unique symbol

/** A TBSCertificate that lint found nothing wrong with: the only thing that becomes a certificate. */
export type LintedTbs = {
  readonly tbs: Uint8Array
  /** The algorithm that it names, which is to be the signer's. */
  readonly algorithm: SignatureAlgorithm
  readonly [linted]: true
}

/** One violated rule; `message` is for the log of the operator. */
export type Finding = { readonly rule: string; readonly message: string }

/** Runs one rule: a reader that throws is a finding of that rule. */
export function findingOf(rule: string, check: () => string | null): readonly Finding[] {
  try {
    const message = check()
    return message === null ? [] : [{ rule, message }]
  } catch (error) {
    if (error instanceof LatchkeyError) return [{ rule, message: error.message }]
    throw error
  }
}

/** Marks bytes as linted; called by the linters and by nothing else. */
export function brand(tbs: Uint8Array, algorithm: SignatureAlgorithm): LintedTbs {
  // The brand exists for the compiler only: no value ever has that member.
  return { tbs, algorithm } as LintedTbs
}

export function lintError(findings: readonly Finding[]): LatchkeyError {
  const list = findings.map(({ rule, message }) => `${rule}: ${message}`).join(' ')
  return new LatchkeyError('internal', 'The certificate does not match its profile.', {
    cause: new Error(`lint: ${list}`),
  })
}

/** Reads a TBSCertificate, or gives the finding that it is not one. */
export function readOrFind(tbs: Uint8Array): Tbs | Finding {
  try {
    return readTbs(parseDer(tbs, CERTIFICATE_LIMITS))
  } catch (error) {
    if (error instanceof LatchkeyError) return { rule: 'strict_der', message: error.message }
    throw error
  }
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets. */
export function checkSerial(read: Tbs): string | null {
  // readSerial has already refused negative numbers and those of more than 20 octets.
  return must(!/^0+$/.test(read.serial), 'The serial number is not positive.')
}

/** A certificate that outlives its issuer cannot be validated to its end (RFC 5280 section 6.1.3 (a)(2)). */
export function checkValidity(read: Tbs, issuer: { notBefore: Date; notAfter: Date }) {
  const { notBefore, notAfter } = read.validity
  if (notBefore >= notAfter) return 'The validity ends before it begins.'
  return must(
    notBefore >= issuer.notBefore && notAfter <= issuer.notAfter,
    "The validity is not within the issuer's own.",
  )
}

/** RFC 5280 sections 4.2.1.1 and 4.2.1.2: the authority key identifier is the issuer's subject key identifier. */
export function checkKeyIds(read: Tbs, issuerKeyId: Uint8Array): string | null {
  const authority = readAuthorityKeyId(valueFor(read, OID.authorityKeyIdentifier))
  if (!authority || !equalBytes(authority, issuerKeyId)) {
    return "The authority key identifier is not the issuer's subject key identifier."
  }
  return checkSubjectKeyId(read)
}

/** RFC 5280 section 4.2.1.2, method (1). The key is hashed here again, apart from the writer. */
export function checkSubjectKeyId(read: Tbs): string | null {
  const bits = readOctetAlignedBits(parseDer(read.spki).children[1])
  return must(
    equalBytes(readSubjectKeyId(valueFor(read, OID.subjectKeyIdentifier)), sha1(bits)),
    'The subject key identifier is not the SHA-1 of the key.',
  )
}

/** Gives the content of extnValue. Throws LatchkeyError('internal') for a missing extension, which is a finding. */
export function valueFor(read: Tbs, id: string): Uint8Array {
  const found = read.extensions.find((one) => one.id === id)
  if (!found) throw new LatchkeyError('internal', `Extension ${id} is missing.`)
  return found.value
}

export function must(holds: boolean, message: string): string | null {
  return holds ? null : message
}
