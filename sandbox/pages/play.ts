import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpError, readBody } from '#sandbox/http.ts'
import {
  deleteDevice,
  deleteUser,
  devicePatchSchema,
  machineOr404,
  patchDevice,
  patchUser,
  personOr404,
  restoreDevice,
  restoreUser,
  userPatchSchema,
} from '#sandbox/tenant/changes.ts'
import { copyOf } from '#sandbox/tenant/directory.ts'
import { DELTA_FAULTS, GRAPH_FAULTS, openReplica } from '#sandbox/tenant/faults.ts'
import { resetTenant, type Tenant } from '#sandbox/tenant/tenant.ts'

/** What the forms of the sandbox's page do: the same changes as the control calls, then back to the page. */
export async function answerPlay(
  tenant: Tenant,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  id: string | null,
): Promise<void> {
  if (request.method !== 'POST') throw new HttpError(405, 'The forms of the page are sent by POST.')
  const form = new URLSearchParams(await readBody(request))
  response.writeHead(303, { location: `/#${play(tenant, name, id ?? '', form)}` })
  response.end()
}

/** Makes the change; gives the part of the page to go back to. */
function play(tenant: Tenant, name: string, id: string, form: URLSearchParams): string {
  switch (name) {
    case 'users':
      return playUser(tenant, id, form)
    case 'devices':
      return playDevice(tenant, id, form)
    case 'faults':
      playFaults(tenant, form)
      return 'graph'
    case 'settings':
      playSettings(tenant, form)
      return 'settings'
    case 'sign-in':
      playSignIn(tenant, form.get('authTime') === 'true')
      return name
    case 'reset':
      resetTenant(tenant)
      return ''
    default:
      throw new HttpError(404, 'The sandbox has no such form.')
  }
}

function playUser(tenant: Tenant, id: string, form: URLSearchParams): string {
  if (form.has('restore')) return restoreUser(tenant, id).oid
  if (form.has('delete')) {
    deleteUser(tenant, id, form.get('delete') === 'permanent')
    return 'bin'
  }
  const patch = userPatchSchema.parse(fieldsOf(form))
  return patchUser(tenant, personOr404(tenant, id), patch).oid
}

function playDevice(tenant: Tenant, id: string, form: URLSearchParams): string {
  if (form.has('restore')) {
    restoreDevice(tenant, id)
    return id
  }
  if (form.has('delete')) {
    const permanent = form.get('delete') === 'permanent'
    deleteDevice(tenant, id, { permanent, from: form.get('delete') === 'entra' ? 'entra' : 'both' })
    return 'bin'
  }
  const patch = devicePatchSchema.parse(fieldsOf(form))
  patchDevice(tenant, machineOr404(tenant, id), patch)
  return id
}

function playFaults({ faults, directory }: Tenant, form: URLSearchParams): void {
  const [graph, delta] = [form.get('graph'), form.get('delta')]
  if (graph !== null) faults.graph = GRAPH_FAULTS.find((fault) => fault === graph) ?? null
  if (delta !== null) faults.delta = DELTA_FAULTS.find((fault) => fault === delta) ?? null
  switch (form.get('replica')) {
    case 'behind':
      faults.replica = openReplica(directory, { service: 'both', every: 1, requests: null })
      return
    case 'catch-up':
      if (faults.replica) faults.replica.directory = copyOf(directory)
      return
    case 'current':
      faults.replica = null
  }
}

function playSettings(tenant: Tenant, form: URLSearchParams): void {
  for (const name of ['entraIdP2', 'intune'] as const) {
    const value = form.get(name)
    if (value !== null) tenant.settings = { ...tenant.settings, [name]: value === 'true' }
  }
}

/** Id tokens say it all the same: without that nothing could be confirmed. */
function playSignIn(tenant: Tenant, saysWhen: boolean): void {
  const others = tenant.settings.optionalClaims.filter((name) => name !== 'auth_time')
  tenant.settings = {
    ...tenant.settings,
    optionalClaims: saysWhen ? ['auth_time', ...others] : others,
    idTokenClaims: ['auth_time'],
  }
}

/** A form has texts only; three of them stand for values of another type. */
function fieldsOf(form: URLSearchParams): Record<string, unknown> {
  const values: Record<string, unknown> = { true: true, false: false, '': null }
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, value in values ? values[value] : value]),
  )
}
