import { sign } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { type Delegate, makeDelegate } from '#lib/issuance/delegate.ts'
import { refusalError } from '#lib/issuance/enroll/evaluate.ts'
import type { Requester } from '#lib/model.ts'
import { signedAttributes, signerInfo } from '#lib/pki/certificate/cms-signed.ts'
import { mayAsk } from '#lib/policy/account.ts'

/** The parts of CMS SignedData (RFC 5652 section 5.1) that come from the signer; the content is elsewhere. */
export type ProfileSignature = {
  /** The signer's certificate and the CAs above it but the root, DER. */
  readonly certificates: readonly Uint8Array[]
  /** SignerInfo, DER. */
  readonly signerInfo: Uint8Array
}

export type ProfileSigner = {
  /**
   * Signs a configuration profile by its SHA-256 alone, 32 octets: its content, with a key inside, stays away.
   * For people who may get certificates themselves; throws their refusal as LatchkeyError. `requestId` stands
   * in the audit event.
   */
  readonly sign: (
    requester: Requester,
    digest: Uint8Array,
    requestId: string,
  ) => Promise<ProfileSignature>
}

/** Long enough for a profile that is saved today and installed next month. */
const LIFE_MS = 90 * 24 * 3_600_000
/** A key that signs for a day at most, so that a copied one is worth little. */
const USE_MS = 24 * 3_600_000

/**
 * Makes what signs profiles: a key in memory, certified by the CA when the first signature is asked for. What
 * it signs begins as a SET of attributes, with a key that may sign nothing else: no signature of it can be
 * taken for a certificate, a CRL or an OCSP response.
 */
export function makeProfileSigner(authority: Authority): ProfileSigner {
  let current: { readonly delegate: Promise<Delegate>; readonly until: number } | null = null

  function delegateNow(): Promise<Delegate> {
    const now = authority.now().getTime()
    if (current && now < current.until) return current.delegate
    const delegate = makeDelegate(authority, 'profile-signer', LIFE_MS)
    const mine = { delegate, until: now + USE_MS }
    current = mine
    delegate.catch(() => {
      if (current === mine) current = null
    })
    return delegate
  }

  return {
    sign: async (requester, digest, requestId) => {
      requirePerson(requester)
      const delegate = await delegateNow()
      const attributes = signedAttributes(digest, authority.now())
      const facts = { sha256: Buffer.from(digest).toString('hex') }
      const own = { ...authority, requestId }
      await authority.ledger.audit(
        auditEvent(own, 'profile.signed', requester.oid, delegate.serial, facts),
      )
      const signature = sign('sha256', attributes.toBeSigned, delegate.privateKey)
      return {
        certificates: [delegate.certificate, ...authority.issuer.chain.slice(0, -1)],
        signerInfo: signerInfo(delegate, attributes, signature, authority.issuer.name),
      }
    },
  }
}

function requirePerson(requester: Requester): void {
  if (requester.kind === 'app') {
    throw new LatchkeyError('app_only_not_allowed', 'Profiles are signed for people.')
  }
  const refusal = mayAsk(requester)
  if (refusal) throw refusalError(refusal)
}
