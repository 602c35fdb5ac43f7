import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  devicePatchSchema,
  machineOr404,
  patchDevice,
  patchUser,
  personOr404,
  userPatchSchema,
} from './changes.ts'
import { HttpError, readBody } from './http.ts'
import { GRAPH_FAULTS, removeMachine, removePerson, resetTenant, type Tenant } from './tenant.ts'

/** What the forms of the sandbox's page do: the control calls again, for hands, and back to the page. */
export async function answerPlay(
  tenant: Tenant,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  id: string | null,
): Promise<void> {
  if (request.method !== 'POST') throw new HttpError(405, 'The forms of the page are sent by POST.')
  const form = new URLSearchParams(await readBody(request))
  const fields = Object.fromEntries([...form].map(([key, value]) => [key, typed(value)]))
  response.writeHead(303, { location: `/#${play(tenant, name, id, form, fields)}` })
  response.end()
}

/** Does it; gives the part of the page to go back to. */
function play(
  tenant: Tenant,
  name: string,
  id: string | null,
  form: URLSearchParams,
  fields: Record<string, unknown>,
): string {
  switch (name) {
    case 'users': {
      const person = personOr404(tenant, id)
      if (form.has('delete')) removePerson(tenant, person.oid)
      else patchUser(tenant, person, userPatchSchema.parse(fields))
      return form.has('delete') ? 'people' : person.oid
    }
    case 'devices': {
      const machine = machineOr404(tenant, id)
      if (form.has('delete')) removeMachine(tenant, machine.objectId)
      else patchDevice(tenant, machine, devicePatchSchema.parse(fields))
      return form.has('delete') ? 'devices' : (id ?? '')
    }
    case 'faults':
      tenant.graphFault = GRAPH_FAULTS.find((fault) => fault === form.get('graph')) ?? null
      return 'graph'
    case 'reset':
      resetTenant(tenant)
      return ''
    default:
      throw new HttpError(404, 'The sandbox has no such form.')
  }
}

function typed(value: string): string | boolean {
  return value === 'true' ? true : value === 'false' ? false : value
}
