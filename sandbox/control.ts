import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Config } from '#lib/config.ts'
import {
  createUser,
  devicePatchSchema,
  machineOr404,
  newMachine,
  newUserSchema,
  patchDevice,
  patchUser,
  personOr404,
  userPatchSchema,
} from './changes.ts'
import { applicationClaims, type ClaimsConfig, personClaims } from './claims.ts'
import { HttpError, readBody, sendJson } from './http.ts'
import type { Subscriptions } from './subscriptions.ts'
import { GRAPH_FAULTS, removeMachine, removePerson, resetTenant, type Tenant } from './tenant.ts'
import type { TokenService } from './tokens.ts'
import { deviceView, stateView, userView } from './views.ts'

/**
 * The control calls: read and change the tenant, mint tokens, break Graph. They have no
 * password, since all of it is made up; server.ts lets nobody but this machine reach them.
 */
export type Control = {
  readonly config: ClaimsConfig & Pick<Config, 'portalClientId'>
  readonly tenant: Tenant
  readonly tokens: TokenService
  readonly subscriptions: Subscriptions
}

const faultsSchema = z.strictObject({ graph: z.enum(GRAPH_FAULTS).nullable() })
const versionSchema = z.union([z.literal(1), z.literal(2)]).default(2)
const claimsSchema = z.record(z.string(), z.unknown()).default({})
const tokenSchema = z.union([
  z.strictObject({ user: z.string(), version: versionSchema, claims: claimsSchema }),
  z.strictObject({ app: z.string(), version: versionSchema, claims: claimsSchema }),
])

/** Answers `/sandbox/{name}[/{id}]`. Throws HttpError with a sentence. */
export async function answerControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  id: string | null,
): Promise<void> {
  const { tenant } = control
  const call = `${request.method} ${name}${id === null ? '' : '/{id}'}`
  switch (call) {
    case 'GET state':
      return sendJson(response, 200, stateView(control.config, tenant))
    case 'POST reset':
      resetTenant(tenant)
      return sendJson(response, 200, stateView(control.config, tenant))
    case 'POST faults':
      tenant.graphFault = (await readJson(request, faultsSchema)).graph
      return sendJson(response, 200, { graph: tenant.graphFault })
    case 'POST token':
      return sendJson(response, 200, await mintToken(control, await readJson(request, tokenSchema)))
    case 'POST users':
      return sendJson(
        response,
        201,
        userView(createUser(tenant, await readJson(request, newUserSchema))),
      )
    case 'PATCH users/{id}': {
      const person = personOr404(tenant, id)
      const patch = await readJson(request, userPatchSchema)
      return sendJson(response, 200, userView(patchUser(tenant, person, patch)))
    }
    case 'DELETE users/{id}':
      removePerson(tenant, personOr404(tenant, id).oid)
      return sendNothing(response)
    case 'POST devices': {
      const patch = await readJson(request, devicePatchSchema)
      return sendJson(response, 201, deviceView(tenant, patchDevice(tenant, newMachine(), patch)))
    }
    case 'PATCH devices/{id}': {
      const machine = machineOr404(tenant, id)
      const patch = await readJson(request, devicePatchSchema)
      return sendJson(response, 200, deviceView(tenant, patchDevice(tenant, machine, patch)))
    }
    case 'DELETE devices/{id}':
      removeMachine(tenant, machineOr404(tenant, id).objectId)
      return sendNothing(response)
    default:
      throw new HttpError(404, `The sandbox has no call ${call}.`)
  }
}

/**
 * A signed access token for the API. `claims` are laid over what Entra would write, and a claim
 * given as null is left out. The account may be disabled: its token may be older than that.
 */
async function mintToken(control: Control, body: z.infer<typeof tokenSchema>) {
  const now = Math.floor(Date.now() / 1000)
  const { tenant, config } = control
  const usual =
    'user' in body
      ? personClaims(
          config,
          personOr404(tenant, body.user),
          body.version,
          config.portalClientId,
          now,
        )
      : applicationClaims(config, applicationOr404(tenant, body.app), body.version)
  const claims = Object.entries({ ...usual, ...body.claims }).filter(([, value]) => value !== null)
  return { access_token: await control.tokens.sign(Object.fromEntries(claims)) }
}

function applicationOr404(tenant: Tenant, name: string) {
  const found = tenant.applications.find((app) => app.name === name || app.appId === name)
  if (!found) throw new HttpError(404, 'There is no such application in the sandbox.')
  return found
}

async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const text = await readBody(request)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new HttpError(400, 'The body is not JSON.')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  throw new HttpError(400, `The body does not fit: ${issues.join('; ').trim()}`)
}

function sendNothing(response: ServerResponse): void {
  response.writeHead(204, { 'cache-control': 'no-store' })
  response.end()
}
