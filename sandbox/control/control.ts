import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { SandboxConfig } from '#sandbox/config.ts'
import { AZURE_CLI } from '#sandbox/entra/clients.ts'
import { apiSigner } from '#sandbox/entra/token-endpoint.ts'
import type { Subscriptions } from '#sandbox/graph/subscriptions.ts'
import { HttpError, readBody, sendJson } from '#sandbox/http.ts'
import { registeredClaims } from '#sandbox/registrations/registered-tokens.ts'
import {
  createUser,
  type Deletion,
  deleteDevice,
  deleteUser,
  devicePatchSchema,
  machineOr404,
  newMachine,
  newUserSchema,
  patchDevice,
  patchUser,
  personOr404,
  restoreDevice,
  restoreUser,
  userPatchSchema,
} from '#sandbox/tenant/changes.ts'
import { copyOf } from '#sandbox/tenant/directory.ts'
import { faultsSchema, faultsView, openReplica } from '#sandbox/tenant/faults.ts'
import { kept, mailSchema } from '#sandbox/tenant/mails.ts'
import { clearRequestLog, requestsView } from '#sandbox/tenant/request-log.ts'
import { settingsSchema } from '#sandbox/tenant/settings.ts'
import { resetTenant, type Tenant } from '#sandbox/tenant/tenant.ts'
import {
  applicationClaims,
  type Claims,
  type ClaimsConfig,
  graphPersonClaims,
  idTokenClaims,
  personClaims,
} from '#sandbox/tokens/claims.ts'
import type { TokenService } from '#sandbox/tokens/tokens.ts'
import { deviceView, stateView, userView } from './views.ts'

/**
 * The control calls: read and change the tenant, issue tokens, make Graph fail. They need no password, since
 * everything is invented; server.ts accepts them only from this machine.
 */
export type Control = {
  readonly config: ClaimsConfig &
    Pick<SandboxConfig, 'portalClientId' | 'spaClientId' | 'tenantName'>
  readonly tenant: Tenant
  readonly tokens: TokenService
  readonly subscriptions: Subscriptions
}

const settingsPatchSchema = settingsSchema.partial()
const versionSchema = z.union([z.literal(1), z.literal(2)]).optional()
const claimsSchema = z.record(z.string(), z.unknown()).default({})
const tokenSchema = z.union([
  z.strictObject({
    user: z.string(),
    version: versionSchema,
    claims: claimsSchema,
    client: z.enum(['scripts', 'portal']).default('scripts'),
    /** Client id of an API that was registered through Graph, or Graph itself. */
    api: z.union([z.guid(), z.literal('graph')]).optional(),
  }),
  z.strictObject({ app: z.string(), version: versionSchema, claims: claimsSchema }),
])

const idTokenSchema = z.strictObject({
  user: z.string(),
  nonce: z.string(),
  claims: claimsSchema,
})

export type ControlCall = {
  /** The path after `/sandbox/`: a name, and for some calls an id and an action. */
  readonly name: string
  readonly id: string | null
  readonly action: string | null
  readonly query: URLSearchParams
}

/** Answers `/sandbox/{name}[/{id}[/{action}]]`. Throws HttpError with a sentence. */
export async function answerControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
  called: ControlCall,
): Promise<void> {
  const { name, id, action } = called
  const call = [
    `${request.method} ${name}`,
    ...(id === null ? [] : ['{id}']),
    ...(action === null ? [] : [action]),
  ].join('/')
  const answer = CALLS[call]
  if (!answer) throw new HttpError(404, `The sandbox has no call ${call}.`)
  const body = BODIED.has(request.method ?? '') ? await readBody(request) : ''
  const given = await answer(control, { ...called, id: id ?? '', body })
  if (given === undefined) {
    response.writeHead(204, { 'cache-control': 'no-store' })
    response.end()
    return
  }
  sendJson(response, CREATES.has(call) ? 201 : 200, given)
}

const BODIED = new Set(['POST', 'PATCH'])
const CREATES = new Set(['POST users', 'POST devices', 'POST mails'])

type Given = {
  readonly id: string
  readonly query: URLSearchParams
  readonly body: string
}

/** Gives the body of the answer; undefined for none. */
type Answer = (control: Control, given: Given) => unknown

const CALLS: Readonly<Record<string, Answer>> = {
  'GET state': ({ config, tenant }) => stateView(config, tenant),
  'POST reset': ({ config, tenant }) => {
    resetTenant(tenant)
    return stateView(config, tenant)
  },
  'POST faults': ({ tenant }, { body }) => {
    const { graph, delta, replica } = parsed(body, faultsSchema)
    const { faults, directory } = tenant
    if (graph !== undefined) faults.graph = graph
    if (delta !== undefined) faults.delta = delta
    if (replica !== undefined) faults.replica = replica && openReplica(directory, replica)
    return faultsView(faults)
  },
  'POST catch-up': ({ tenant }) => {
    const { replica } = tenant.faults
    if (replica) replica.directory = copyOf(tenant.directory)
    return faultsView(tenant.faults)
  },
  'PATCH settings': ({ tenant }, { body }) => {
    const changed = Object.entries(parsed(body, settingsPatchSchema))
    tenant.settings = { ...tenant.settings, ...Object.fromEntries(changed) }
    return tenant.settings
  },
  'GET requests': ({ tenant }) => requestsView(tenant.requests),
  'DELETE requests': ({ tenant }) => clearRequestLog(tenant.requests),
  'GET mails': ({ tenant }) => tenant.mails,
  'POST mails': ({ tenant }, { body }) => {
    tenant.mails = kept(tenant.mails, parsed(body, mailSchema))
    return { kept: tenant.mails.length }
  },
  'DELETE mails': ({ tenant }) => {
    tenant.mails = []
  },
  'POST token': (control, { body }) => mintToken(control, parsed(body, tokenSchema)),
  'POST id-token': (control, { body }) => mintIdToken(control, parsed(body, idTokenSchema)),
  'POST users': ({ tenant }, { body }) => userView(createUser(tenant, parsed(body, newUserSchema))),
  'PATCH users/{id}': ({ tenant }, { id, body }) => {
    const person = personOr404(tenant, id)
    return userView(patchUser(tenant, person, parsed(body, userPatchSchema)))
  },
  'DELETE users/{id}': ({ tenant }, { id, query }) =>
    deleteUser(tenant, id, deletionOf(query).permanent),
  'POST users/{id}/restore': ({ tenant }, { id }) => userView(restoreUser(tenant, id)),
  'POST devices': ({ tenant }, { body }) =>
    deviceView(tenant, patchDevice(tenant, newMachine(), parsed(body, devicePatchSchema))),
  'PATCH devices/{id}': ({ tenant }, { id, body }) => {
    const machine = machineOr404(tenant, id)
    return deviceView(tenant, patchDevice(tenant, machine, parsed(body, devicePatchSchema)))
  },
  'DELETE devices/{id}': ({ tenant }, { id, query }) => deleteDevice(tenant, id, deletionOf(query)),
  'POST devices/{id}/restore': ({ tenant }, { id }) =>
    deviceView(tenant, restoreDevice(tenant, id)),
}

const deletionSchema = z.strictObject({
  permanent: z.enum(['true', 'false']).default('false'),
  from: z.enum(['both', 'entra', 'intune']).default('both'),
})

function deletionOf(query: URLSearchParams): Deletion {
  const { permanent, from } = fitting(Object.fromEntries(query), deletionSchema, 'query')
  return { permanent: permanent === 'true', from }
}

/**
 * Gives a signed access token for the API. `claims` replace those that Entra would write, and a claim given
 * as null is left out. The account may be disabled, as when the token is older than that. A person's token is
 * that of a script (Azure CLI), or of the portal.
 */
async function mintToken(control: Control, body: z.infer<typeof tokenSchema>) {
  const { tenant, config } = control
  const { optionalClaims, accessTokenVersion } = tenant.settings
  const issue = {
    version: body.version ?? accessTokenVersion,
    clientId: 'client' in body && body.client === 'portal' ? config.portalClientId : AZURE_CLI,
    authTime: Math.floor(Date.now() / 1000),
    optionalClaims,
    contexts: ['c1'],
  }
  if ('user' in body && body.api !== undefined) {
    const person = personOr404(tenant, body.user)
    const own =
      body.api === 'graph'
        ? graphPersonClaims(config, person, AZURE_CLI)
        : registeredClaims(
            tenant.registrations,
            config,
            { ...issue, contexts: [], appId: body.api },
            person,
          )
    if (own === null)
      throw new HttpError(
        404,
        'There is no such API in the sandbox, or it does not authorise Azure CLI.',
      )
    return { access_token: await control.tokens.sign(laidOver(own, body.claims), 'tenant') }
  }
  const usual =
    'user' in body
      ? personClaims(config, personOr404(tenant, body.user), issue)
      : applicationClaims(config, applicationOr404(tenant, body.app), issue)
  const claims = laidOver(usual, body.claims)
  return { access_token: await control.tokens.sign(claims, apiSigner(tenant.settings)) }
}

/** Gives a signed id token of the portal's single-page application, with a sign-in of now. */
async function mintIdToken(control: Control, body: z.infer<typeof idTokenSchema>) {
  const { config, tenant, tokens } = control
  const usual = idTokenClaims(config, personOr404(tenant, body.user), {
    clientId: config.spaClientId,
    authTime: Math.floor(Date.now() / 1000),
    optionalClaims: ['auth_time'],
    nonce: body.nonce,
  })
  return { id_token: await tokens.sign(laidOver(usual, body.claims), 'tenant') }
}

/** `null` takes a claim away. */
function laidOver(usual: Claims, changes: Claims): Claims {
  const claims = Object.entries({ ...usual, ...changes }).filter(([, value]) => value !== null)
  return Object.fromEntries(claims)
}

function applicationOr404(tenant: Tenant, name: string) {
  const found = tenant.applications.find((app) => app.name === name || app.appId === name)
  if (!found) throw new HttpError(404, 'There is no such application in the sandbox.')
  return found
}

function parsed<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new HttpError(400, 'The body is not JSON.')
  }
  return fitting(value, schema, 'body')
}

function fitting<T>(value: unknown, schema: z.ZodType<T>, what: 'body' | 'query'): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  throw new HttpError(400, `The ${what} does not fit: ${issues.join('; ').trim()}`)
}
