import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { authorityFor } from '#authority/http/request-id.ts'
import { requesterOf } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import {
  circuitBreakerSchema,
  managedCertificateSchema,
  managedPageSchema,
  managedRevocationSchema,
} from '#lib/api/manage-schemas.ts'
import type { ErrorCode } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import {
  describeCircuitBreaker,
  releaseCircuitBreaker,
} from '#lib/issuance/directory-sync/circuit-breaker.ts'
import { requireOperatorRole } from '#lib/issuance/operator.ts'
import { revokeAsOperator } from '#lib/issuance/revoke/revoke.ts'
import { findCertificate, findCertificates } from '#lib/issuance/status/find.ts'
import type { Requester } from '#lib/model.ts'
import { type ManageQuery, manageQuerySchema } from './manage-query.ts'
import { WITH_BODY } from './refusals.ts'
import { serialSchema } from './serial.ts'

export type ManageDeps = TokenDeps & { readonly authority: Authority }

/** SCEPman's management API for people and applications with the role Manage.All, and the circuit breaker. */
export function manageRoutes(app: App, deps: ManageDeps): void {
  const { authority } = deps
  const onRequest = [
    requireToken(deps),
    // Checked before the request is read, so that a stranger learns nothing from the kind of refusal.
    async (request: FastifyRequest) => requireOperatorRole(requesterOf(request)),
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
    const { revocationReason: code, revoker, withDescendants = false } = request.body
    const revocation = { code, revoker: revoker || null, withDescendants }
    await revokeAsOperator(authorityFor(authority, request), operator, serial, revocation)
    return findCertificate(authority, serial)
  })

  const state = {
    operation: operation('The circuit breaker on mass revocation', []),
    response: { 200: circuitBreakerSchema },
  }
  app.get('/api/manage/brake', { onRequest, schema: state }, (request) =>
    describeCircuitBreaker(authority, requesterOf(request)),
  )

  const release = {
    operation: operation('Let the next directory sync through, whatever it changes', [
      'not_found',
      ...WITH_BODY,
      'audit_unavailable',
    ]),
    response: { 200: circuitBreakerSchema },
  }
  app.post('/api/manage/brake', { onRequest, schema: release }, (request) =>
    releaseCircuitBreaker(authorityFor(authority, request), requesterOf(request)),
  )
}

async function searchFor(authority: Authority, operator: Requester, query: ManageQuery) {
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
