import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { authorityFor } from '#authority/http/request-id.ts'
import { requesterOf, signedInOf } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { confirmed, type StepUpDeps } from '#authority/http/step-up.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import {
  certificateDetailSchema,
  certificatePageSchema,
  certificateSchema,
  changeCertificateSchema,
  changedSchema,
  devicesSchema,
  meSchema,
  revokeRequestSchema,
} from '#lib/api/schemas.ts'
import { releaseSubject, revocationSubject } from '#lib/api/step-up.ts'
import type { ErrorCode } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { setLabel } from '#lib/issuance/label.ts'
import {
  reportDeviceLost,
  reportLost,
  withdrawDeviceReport,
  withdrawReport,
} from '#lib/issuance/revoke/lost-device.ts'
import { revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import {
  certificateOfRequester,
  certificatesOfRequester,
  describeMe,
  devicesOfRequester,
} from '#lib/issuance/status/me.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { WITH_BODY } from './refusals.ts'
import { type Serial, serialSchema } from './serial.ts'

export type MeDeps = TokenDeps & StepUpDeps & { readonly authority: Authority }

/** The requester's own devices and certificates. The token alone says whose; no parameter names a person. */
export function meRoutes(app: App, deps: MeDeps): void {
  readingRoutes(app, deps)
  changingRoutes(app, deps)
  deviceRoutes(app, deps)
}

function readingRoutes(app: App, deps: MeDeps): void {
  const { authority } = deps
  const onRequest = requireToken(deps)

  const me = { operation: read('Who you are to the directory'), response: { 200: meSchema } }
  app.get('/api/me', { onRequest, schema: me }, async (request) => {
    const { kind, goodUntil } = deps.stepUp.stateOf(signedInOf(request))
    const stepUp = { kind, goodUntil: goodUntil?.toISOString() ?? null }
    return { ...(await describeMe(authority, requesterOf(request))), stepUp }
  })

  const devices = { operation: read('Your devices'), response: { 200: devicesSchema } }
  app.get('/api/me/devices', { onRequest, schema: devices }, (request) =>
    devicesOfRequester(authority, requesterOf(request)),
  )

  const list = {
    operation: read('Your certificates, newest first'),
    querystring: pageSchema,
    response: { 200: certificatePageSchema },
  }
  app.get('/api/me/certificates', { onRequest, schema: list }, (request) =>
    certificatesOfRequester(authority, requesterOf(request), request.query.after ?? null),
  )

  const one = {
    operation: read('One of your certificates'),
    params: paramsSchema,
    response: { 200: certificateDetailSchema },
  }
  app.get(CERTIFICATE, { onRequest, schema: one }, async (request) => {
    const { serial } = request.params
    const { view, der } = await certificateOfRequester(authority, requesterOf(request), serial)
    return { ...view, certificate: Buffer.from(der).toString('base64') }
  })

  const file = { operation: FILE, params: paramsSchema, querystring: formatSchema }
  app.get(`${CERTIFICATE}/certificate`, { onRequest, schema: file }, async (request, reply) => {
    const { serial } = request.params
    const { der } = await certificateOfRequester(authority, requesterOf(request), serial)
    const format = request.query.format ?? (prefersPem(request.headers.accept) ? 'pem' : 'der')
    return sendFile(reply, serial, der, format)
  })
}

function changingRoutes(app: App, deps: MeDeps): void {
  const { authority } = deps
  const onRequest = requireToken(deps)

  const name = {
    operation: change('Say what you call one of your certificates', ['policy_violation']),
    params: paramsSchema,
    body: changeCertificateSchema,
    response: { 200: certificateSchema },
  }
  app.patch(CERTIFICATE, { onRequest, schema: name }, async (request) => {
    const requester = requesterOf(request)
    const { serial } = request.params
    await setLabel(authorityFor(authority, request), requester, serial, request.body.label)
    return (await certificateOfRequester(authority, requester, serial)).view
  })

  const revoke = {
    operation: REVOKE,
    params: paramsSchema,
    body: revokeRequestSchema,
    response: { 200: certificateSchema },
  }
  app.post(`${CERTIFICATE}/revoke`, { onRequest, schema: revoke }, async (request, reply) => {
    const requester = requesterOf(request)
    const { serial } = request.params
    const { reason, withDescendants } = request.body
    const subject = new TextEncoder().encode(revocationSubject(serial, reason, withDescendants))
    await confirmed(deps, request, reply, subject, (confirmation) =>
      revokeOwn(
        authorityFor(authority, request),
        requester,
        serial,
        reason,
        withDescendants,
        confirmation,
      ),
    )
    return (await certificateOfRequester(authority, requester, serial)).view
  })

  const hold = {
    operation: change('Report a device lost: all its certificates go on hold'),
    params: paramsSchema,
    response: { 200: changedSchema },
  }
  app.post(`${CERTIFICATE}/hold`, { onRequest, schema: hold }, async (request) => {
    const serials = await reportLost(
      authorityFor(authority, request),
      requesterOf(request),
      request.params.serial,
    )
    return { serials: [...serials] }
  })

  const release = {
    operation: RELEASE,
    params: paramsSchema,
    response: { 200: changedSchema },
  }
  app.post(`${CERTIFICATE}/release`, { onRequest, schema: release }, async (request, reply) => {
    const requester = requesterOf(request)
    const { serial } = request.params
    const subject = new TextEncoder().encode(releaseSubject({ serial }))
    const serials = await confirmed(deps, request, reply, subject, (confirmation) =>
      withdrawReport(authorityFor(authority, request), requester, serial, confirmation),
    )
    return { serials: [...serials] }
  })
}

/** The same reports by the id of a device, which need not have a certificate. */
function deviceRoutes(app: App, deps: MeDeps): void {
  const { authority } = deps
  const onRequest = requireToken(deps)

  const hold = {
    operation: change('Report one of your devices lost, by its Entra or Intune id'),
    params: deviceParamsSchema,
    response: { 200: changedSchema },
  }
  app.post(`${DEVICE}/hold`, { onRequest, schema: hold }, async (request) => {
    const serials = await reportDeviceLost(
      authorityFor(authority, request),
      requesterOf(request),
      request.params.id,
    )
    return { serials: [...serials] }
  })

  const release = {
    operation: RELEASE_DEVICE,
    params: deviceParamsSchema,
    response: { 200: changedSchema },
  }
  app.post(`${DEVICE}/release`, { onRequest, schema: release }, async (request, reply) => {
    const requester = requesterOf(request)
    const { id: deviceId } = request.params
    const subject = new TextEncoder().encode(releaseSubject({ deviceId }))
    const serials = await confirmed(deps, request, reply, subject, (confirmation) =>
      withdrawDeviceReport(authorityFor(authority, request), requester, deviceId, confirmation),
    )
    return { serials: [...serials] }
  })
}

const CERTIFICATE = '/api/me/certificates/:serial'
const paramsSchema = z.object({ serial: serialSchema })
const DEVICE = '/api/me/devices/:id'
const deviceParamsSchema = z.object({ id: z.guid().transform((id) => id.toLowerCase()) })

const pageSchema = z.object({
  after: z
    .string()
    .regex(/^[0-9a-f]{1,40}$/, 'give back the "next" of the page before')
    .optional(),
})

const formatSchema = z.object({ format: z.enum(['der', 'pem']).optional() })

type Format = NonNullable<z.infer<typeof formatSchema>['format']>

const TYPES = {
  der: 'application/pkix-cert',
  pem: 'application/x-pem-file',
} as const satisfies Record<Format, string>

function prefersPem(accept: string | undefined): boolean {
  return /\b(?:application\/x-pem-file|application\/pem-certificate-chain)\b/i.test(accept ?? '')
}

function sendFile(reply: FastifyReply, serial: Serial, der: Uint8Array, format: Format) {
  const name = `${serial}.${format === 'pem' ? 'pem' : 'cer'}`
  const body = format === 'pem' ? Buffer.from(toPem('CERTIFICATE', der)) : Buffer.from(der)
  return reply
    .header('content-type', TYPES[format])
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('vary', 'accept')
    .send(body)
}

function read(summary: string): Operation {
  return { summary, access: 'token', refusals: READING }
}

function change(summary: string, more: readonly ErrorCode[] = []): Operation {
  return { summary, access: 'token', refusals: [...READING, ...CHANGING, ...more] }
}

const READING: readonly ErrorCode[] = ['not_found', 'app_only_not_allowed', 'directory_unavailable']
const CHANGING: readonly ErrorCode[] = [
  'already_revoked',
  'not_on_hold',
  'not_owner',
  'principal_disabled',
  'directory_unavailable',
  ...WITH_BODY,
  'audit_unavailable',
]

const REVOKE: Operation = {
  ...change('Revoke one of your certificates, for good', ['step_up_required']),
  confirms:
    'the ASCII text "revoke", the serial in lower case as in the path and the reason, with a space between ' +
    'each, and " withDescendants" after it where that is true',
}

const RELEASE: Operation = {
  ...change('Withdraw the report that a device is lost', ['step_up_required']),
  confirms: 'the ASCII text "release" and the serial in lower case, with a space between',
}

const RELEASE_DEVICE: Operation = {
  ...change('Withdraw the report that one of your devices is lost', ['step_up_required']),
  confirms: 'the ASCII text "release device" and the id in lower case, with a space between',
}

const FILE: Operation = {
  summary: 'One of your certificates as a file',
  access: 'token',
  answer: [
    { type: TYPES.der, encoding: 'binary', description: 'DER' },
    { type: TYPES.pem, encoding: 'text', description: 'PEM, by ?format=pem or Accept' },
  ],
  refusals: READING,
}
