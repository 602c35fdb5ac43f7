import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { sha256Hex } from '#lib/issuance/hash.ts'
import type { Intent } from '#lib/ledger/ledger.ts'
import type { Holder } from '#lib/model.ts'
import { fitCommonName } from '#lib/pki/asn1/distinguished-name.ts'
import type { Content, DecisionContext } from '#lib/policy/policy.ts'
import type { IssuanceRequest } from './issuance-request.ts'

export type Validity = { readonly notBefore: Date; readonly notAfter: Date }

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** For this long a repeated request gets the same certificate again; later a new one is issued. */
const REPEAT_MS = DAY_MS

/**
 * Gives the validity in whole seconds: from now less the backdate to the earliest of the profile's, the CSR's
 * and the issuer's end, and never before the issuer's notBefore. Throws LatchkeyError('signer_unavailable')
 * when the issuer itself is not valid now.
 */
export function validityOf(authority: Authority, issuance: IssuanceRequest): Validity {
  const { policy, issuer } = authority
  const now = authority.now().getTime()
  // Without this check the backdate would allow certificates that have ended before they are given out.
  if (now < issuer.notBefore.getTime() || now >= issuer.notAfter.getTime()) {
    throw new LatchkeyError('signer_unavailable', 'The CA certificate is not valid at this time.', {
      remedy: 'Only IT can mend that: the clock of the authority, or the CA certificate itself.',
      retryAfterSeconds: 600,
    })
  }
  const days =
    issuance.content.profile === 'application' ? issuance.content.validityDays : policy.validityDays
  const wished = issuance.request.csr.requestedValidityMs ?? Number.POSITIVE_INFINITY
  const start = Math.max(now - policy.backdateMinutes * MINUTE_MS, issuer.notBefore.getTime())
  const end = Math.min(now + days * DAY_MS, now + wished, issuer.notAfter.getTime())
  return { notBefore: wholeSecond(start), notAfter: wholeSecond(end) }
}

function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000)
}

/** What is made for one attempt to find an unused serial. */
export type Draft = {
  readonly serial: string
  readonly createdAt: Date
  readonly tbs: Uint8Array
}

/** Makes the row that is committed to the ledger before anything is signed. */
export function intentOf(
  authority: Authority,
  issuance: IssuanceRequest,
  validity: Validity,
  draft: Draft,
): Intent {
  const { requester, content, request, source, renews, confirmation } = issuance
  const replaces = renews?.serial ?? null
  const { serial, createdAt, tbs } = draft
  return {
    issuerId: authority.issuer.id,
    serial,
    profile: content.profile,
    source,
    owner: { tid: requester.tid, oid: requester.oid },
    holder: holderFor(issuance),
    displayName: displayNameOf(content),
    subject: subjectTextOf(content),
    subjectAltName: altNameOf(content),
    requestKey: sha256Hex(
      [requester.tid, requester.oid, content.profile, replaces ?? '', ''].join('|'),
      request.csr.info,
    ),
    keyThumbprint: request.csr.key.thumbprint,
    tbs,
    tbsHash: sha256Hex(tbs),
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    createdAt,
    directorySnapshot: snapshotOf(issuance.context),
    replaces,
    enrollment: renews?.enrolled?.serial ?? serial,
    signedInAt: renews?.enrolled?.signedInAt ?? createdAt,
    upn: content.profile === 'user' ? content.upn : null,
    label: renews?.label ?? null,
    repeatAfter: new Date(createdAt.getTime() - REPEAT_MS),
    quota: authority.quota
      ? { windowStart: hourOf(createdAt), max: authority.quota.certificatesPerHourMax }
      : null,
    confirmation,
  }
}

function hourOf(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000)
}

/** Whom the certificate of this issuance is bound to. */
function holderFor({ content, requester }: Pick<IssuanceRequest, 'content' | 'requester'>): Holder {
  switch (content.profile) {
    case 'device': {
      const { deviceId, intuneId } = content.device
      return { kind: 'device', deviceId, intuneId, ownerOid: requester.oid }
    }
    case 'user':
      return { kind: 'user', oid: content.user.oid }
    case 'application':
      return { kind: 'application', oid: requester.oid }
  }
}

function displayNameOf(content: Content): string {
  switch (content.profile) {
    case 'device':
      return content.device.displayName || content.commonName
    case 'user':
      return content.user.displayName || content.upn
    case 'application':
      return content.commonName
  }
}

/** Gives the subject of the certificate as text for people. */
export function subjectTextOf(content: Content): string {
  return `CN=${fitCommonName(content.commonName)}`
}

/** Gives the subject alternative name of the certificate as text for people. */
export function altNameOf(content: Content): string {
  switch (content.profile) {
    case 'device':
      return content.uri === null ? '' : `URI:${content.uri}`
    case 'user':
      return `UPN:${content.upn}`
    case 'application':
      return content.dnsNames.map((name) => `DNS:${name}`).join(', ')
  }
}

/** What the directory said when it was decided, kept with the certificate. */
function snapshotOf(context: DecisionContext): string {
  return JSON.stringify({ user: context.user, devices: context.devices, at: context.now })
}
