import type { Logger } from 'pino'
import { z } from 'zod'
import { requestIn, requireRequestBody } from '#authority/http/csr-body.ts'
import { authorityFor } from '#authority/http/request-id.ts'
import { requesterOf } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { confirmed, type StepUpDeps } from '#authority/http/step-up.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import { checkResultSchema } from '#lib/api/schemas.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { checkRequest } from '#lib/issuance/enroll/check.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { CONFIRMED_CSR, CSR_REFUSALS } from './refusals.ts'
import { serialSchema } from './serial.ts'

export type CsrDeps = TokenDeps &
  StepUpDeps & {
    readonly authority: Authority
    readonly log: Logger
  }

/** The raw API: a CSR in, a certificate out, both DER; and the check without issuing. */
export function csrRoutes(app: App, deps: CsrDeps): void {
  const { authority, log } = deps
  const onRequest = [requireToken(deps), requireRequestBody]

  const issuing = { operation: ENROLL, querystring: replacesSchema }
  app.post('/api/csr', { onRequest, schema: issuing }, async (request, reply) => {
    const requester = requesterOf(request)
    const csr = requestIn(request)
    const replaces = request.query.replaces ?? null
    const issued = await confirmed(deps, request, reply, csr, (confirmation) =>
      enroll(authorityFor(authority, request), requester, csr, 'api', { replaces, confirmation }),
    )
    const { serial, repeated } = issued
    log.info({ id: request.id, serial, repeated }, 'issued')
    return reply
      .header('content-type', 'application/pkix-cert')
      .send(Buffer.from(issued.certificate))
  })

  const schema = { operation: CHECK, response: { 200: checkResultSchema } }
  app.post('/api/csr/check', { onRequest, schema }, (request) =>
    checkRequest(authority, requesterOf(request), requestIn(request)),
  )
}

/** The certificate of the requester whose place the new one takes; that one stays good until it is revoked. */
const replacesSchema = z.object({ replaces: serialSchema.optional() })

const ENROLL: Operation = {
  summary: 'Enrol',
  access: 'token',
  takesCsr: true,
  confirms: CONFIRMED_CSR,
  answer: {
    type: 'application/pkix-cert',
    encoding: 'binary',
    description: 'The certificate in DER',
  },
  refusals: [...CSR_REFUSALS, 'not_found', 'not_renewable', 'step_up_required'],
}

const CHECK: Operation = {
  summary: 'What would be decided about this request, rule by rule; nothing is issued',
  access: 'token',
  takesCsr: true,
  refusals: [
    'missing_role',
    'app_only_not_allowed',
    'payload_too_large',
    'unsupported_media_type',
    'directory_unavailable',
  ],
}
