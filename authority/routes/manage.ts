import { z } from 'zod'
import type { Limits } from '#authority/limits.ts'
import { requesterOf, requireToken } from '#authority/requester.ts'
import type { App, Operation } from '#authority/schema.ts'
import {
  brakeSchema,
  managedCertificateSchema,
  managedPageSchema,
  managedRevocationSchema,
} from '#lib/api/schemas.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import type { ErrorCode } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { describeBrake, releaseBrake } from '#lib/issuance/brake.ts'
import { findCertificate, findCertificates } from '#lib/issuance/find.ts'
import { requireOperator } from '#lib/issuance/operator.ts'
import { revokeAsOperator } from '#lib/issuance/revoke.ts'
import { type ManageQuery, manageQuerySchema } from './manage-query.ts'
import { WITH_BODY } from './refusals.ts'
import { serialSchema } from './serial.ts'

export type ManageDeps = {
  readonly authority: Authority
  readonly verifyToken: VerifyToken
  readonly limits: Limits
}

/** SCEPman's management API for people and applications with the role Manage.All, and the brake. */
export function manageRoutes(app: App, deps: ManageDeps): void {
  const { authority } = deps
  const onRequest = [
    requireToken(deps),
    // Before anything of the request is read: a stranger learns nothing from how it is refused.
    async (request: Parameters<typeof requesterOf>[0], reply: { header: HeaderSetter }) => {
      reply.header('cache-control', 'no-store')
      requireOperator(requesterOf(request))
    },
  ]

  const search = {
    operation: operation('Find certificates', []),
    querystring: manageQuerySchema,
    response: { 200: managedPageSchema },
  }
  app.get('/api/manage/search', { onRequest, schema: search }, (request) =>
    searchFor(authority, requesterOf(request), request.query),
  )

  const revoke = {
    operation: operation('Revoke or hold a certificate; reason 8 ends a hold', REVOKING),
    params: z.object({ serial: serialSchema }),
    body: managedRevocationSchema,
    response: { 200: managedCertificateSchema },
  }
  app.patch('/api/manage/revoke/:serial', { onRequest, schema: revoke }, async (request) => {
    const operator = requesterOf(request)
    const { serial } = request.params
    const { revocationReason, revoker } = request.body
    await revokeAsOperator(authority, operator, serial, revocationReason, revoker || null)
    return findCertificate(authority, operator, serial)
  })

  const state = {
    operation: operation('The brake on mass revocation', []),
    response: { 200: brakeSchema },
  }
  app.get('/api/manage/brake', { onRequest, schema: state }, (request) =>
    describeBrake(authority, requesterOf(request)),
  )

  const release = {
    operation: operation('Let the next sweep through, whatever it changes', [
      'not_found',
      ...WITH_BODY,
      'audit_unavailable',
    ]),
    response: { 200: brakeSchema },
  }
  app.post('/api/manage/brake', { onRequest, schema: release }, (request) =>
    releaseBrake(authority, requesterOf(request)),
  )
}

type HeaderSetter = (name: string, value: string) => unknown
type Operator = ReturnType<typeof requesterOf>

async function searchFor(authority: Authority, operator: Operator, query: ManageQuery) {
  if (query.nothingOfOurs) return { items: [], continuationToken: null }
  return findCertificates(authority, operator, query)
}

function operation(summary: string, refusals: readonly ErrorCode[]): Operation {
  return { summary, access: 'operator', refusals }
}

const REVOKING: readonly ErrorCode[] = [
  'not_found',
  'already_revoked',
  'not_on_hold',
  ...WITH_BODY,
  'audit_unavailable',
]
