import { z } from 'zod'
import { requesterOf } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import {
  networkKindsSchema,
  networksSchema,
  profileSignatureSchema,
} from '#lib/api/network-schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { ProfileSigner } from '#lib/issuance/profiles/sign-profile.ts'
import type { Network, NetworkKind } from '#lib/network/network.ts'
import { fromBase64 } from '#lib/pki/asn1/base64.ts'
import { WITH_BODY } from './refusals.ts'

export type NetworkDeps = TokenDeps & {
  readonly authority: Authority
  readonly networks: readonly Network[]
  readonly profileSigner: ProfileSigner
}

/** The configured networks, and the signature under a configuration profile for them. */
export function networkRoutes(app: App, deps: NetworkDeps): void {
  const { networks, profileSigner } = deps
  const onRequest = requireToken(deps)

  const list = { operation: LIST, response: { 200: networksSchema } }
  app.get('/api/networks', { onRequest, schema: list }, () => ({
    items: networks.map(({ servers, roots, ...network }) => ({
      ...network,
      servers: [...servers],
      roots: [...roots],
    })),
  }))

  const kinds = KINDS.filter((kind) => networks.some((network) => network.kind === kind))
  const schema = { operation: OF_KINDS, response: { 200: networkKindsSchema } }
  app.get('/api/networks/kinds', { schema }, async () => ({ kinds }))

  const signature = {
    operation: SIGN,
    body: digestSchema,
    response: { 200: profileSignatureSchema },
  }
  const url = '/api/me/profile-signature'
  app.post(url, { onRequest, schema: signature }, async (request) => {
    if (networks.length === 0) {
      throw new LatchkeyError('not_found', 'No networks are configured, so no profile is signed.')
    }
    const digest = fromBase64(new TextEncoder().encode(request.body.sha256))
    const signed = await profileSigner.sign(requesterOf(request), digest, request.id)
    return {
      certificates: signed.certificates.map(toBase64Text),
      signerInfo: toBase64Text(signed.signerInfo),
    }
  })
}

const KINDS = ['wifi', 'wired', 'vpn'] as const satisfies readonly NetworkKind[]

const digestSchema = z.strictObject({
  /** 32 octets. */
  sha256: z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be 32 octets in base64'),
})

function toBase64Text(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64')
}

const LIST: Operation = {
  summary: 'The networks that certificates are for, with the names and roots of their servers',
  access: 'token',
  refusals: [],
}

const OF_KINDS: Operation = {
  summary: 'The kinds of networks that certificates are for',
  access: 'public',
  refusals: [],
}

const SIGN: Operation = {
  summary: 'The parts of CMS SignedData for a configuration profile with this SHA-256',
  access: 'token',
  refusals: [
    'not_found',
    'missing_role',
    'app_only_not_allowed',
    ...WITH_BODY,
    'signer_unavailable',
    'store_unavailable',
    'audit_unavailable',
  ],
}
