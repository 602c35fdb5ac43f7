import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { denied, GraphError } from '#sandbox/odata/graph-error.ts'
import { badRequest, entraFilter } from '#sandbox/odata/graph-query.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'
import {
  addFederated,
  addPassword,
  bad,
  changeApplication,
  createApplication,
  createServicePrincipal,
  fitting,
  orNotFound,
} from './graph-applications.ts'
import { type AppObject, byAppId, listOf, type Registrations } from './registrations.ts'

/** The part of Graph by which an administrator makes registrations: read and written. */

const SEGMENTS =
  /^(?:applications|servicePrincipals|oauth2PermissionGrants|organization|groups)(?:$|[/(])/

export const isOfRegistrations = (path: string): boolean => SEGMENTS.test(path)

export type WriteCall = {
  readonly tenant: Tenant
  readonly tenantId: string
  readonly tenantName: string
  readonly registrations: Registrations
  readonly permissions: readonly string[]
  readonly query: URLSearchParams
  readonly body: unknown
}

type Answered = { readonly status: number; readonly body: unknown }
type Answer = (call: WriteCall, id: string) => Answered

const WRITE = 'Application.ReadWrite.All'
const ASSIGN = 'AppRoleAssignment.ReadWrite.All'
const GRANT = 'DelegatedPermissionGrant.ReadWrite.All'

const ok = (body: unknown): Answered => ({ status: 200, body })
const created = (body: unknown): Answered => ({ status: 201, body })
const NOTHING: Answered = { status: 204, body: null }

/** Method, path, permission, answer. `{}` is an object id, or `(appId='…')` after the collection. */
const ROUTES: readonly (readonly [string, RegExp, string, Answer])[] = [
  ['GET', /^applications$/, WRITE, (call) => list(call, call.registrations.applications.values())],
  ['POST', /^applications$/, WRITE, (call) => created(createApplication(call))],
  ['GET', key('applications'), WRITE, (call, id) => ok(application(call, id))],
  [
    'PATCH',
    key('applications'),
    WRITE,
    (call, id) => {
      changeApplication(call, application(call, id))
      return NOTHING
    },
  ],
  [
    'POST',
    key('applications', '/addPassword'),
    WRITE,
    (call, id) => ok(addPassword(call, application(call, id))),
  ],
  [
    'GET',
    key('applications', '/federatedIdentityCredentials'),
    WRITE,
    ({ registrations, ...call }, id) => {
      const { id: objectId } = application({ registrations, ...call }, id)
      return ok({ value: registrations.federated.get(objectId) ?? [] })
    },
  ],
  [
    'POST',
    key('applications', '/federatedIdentityCredentials'),
    WRITE,
    (call, id) => created(addFederated(call, application(call, id))),
  ],
  [
    'GET',
    /^servicePrincipals$/,
    WRITE,
    (call) => list(call, call.registrations.servicePrincipals.values()),
  ],
  ['POST', /^servicePrincipals$/, WRITE, (call) => created(createServicePrincipal(call))],
  ['GET', key('servicePrincipals'), WRITE, (call, id) => ok(principal(call, id))],
  [
    'GET',
    key('servicePrincipals', '/appRoleAssignments'),
    WRITE,
    (call, id) => assignmentsOf(call, 'principalId', id),
  ],
  [
    'GET',
    key('servicePrincipals', '/appRoleAssignedTo'),
    WRITE,
    (call, id) => assignmentsOf(call, 'resourceId', id),
  ],
  [
    'POST',
    key('servicePrincipals', '/(?:appRoleAssignments|appRoleAssignedTo)'),
    ASSIGN,
    (call, id) => created(assign(call, id)),
  ],
  [
    'GET',
    /^oauth2PermissionGrants$/,
    GRANT,
    (call) => list(call, call.registrations.grants.values()),
  ],
  ['POST', /^oauth2PermissionGrants$/, GRANT, (call) => created(grant(call))],
  [
    'PATCH',
    /^oauth2PermissionGrants\/([\w-]+)$/,
    GRANT,
    ({ registrations: { grants }, body }, id) => {
      const before = orNotFound(grants.get(id), id)
      const { scope } = fitting(z.strictObject({ scope: z.string() }), body)
      grants.set(id, { ...before, scope })
      return NOTHING
    },
  ],
  [
    'GET',
    /^organization$/,
    'User.Read.All',
    ({ tenantId, tenantName }) => ok({ value: [{ id: tenantId, displayName: tenantName }] }),
  ],
  // The invented tenant has no groups.
  ['GET', /^groups$/, WRITE, () => ok({ value: [] })],
]

/** Answers one call of an administrator. Throws GraphError. */
export function answerRegistrations(method: string, path: string, call: WriteCall): Answered {
  for (const [ofMethod, pattern, permission, answer] of ROUTES) {
    const match = pattern.exec(path)
    if (!match || method !== ofMethod) continue
    if (!call.permissions.includes(permission)) throw denied()
    return answer(call, decodeURIComponent(match[1] ?? match[2] ?? ''))
  }
  throw badRequest(`Resource not found for the segment '${path.split('/')[0]}'.`)
}

function key(collection: string, rest = ''): RegExp {
  return new RegExp(`^${collection}(?:/([\\w-]+)|\\(appId='([\\w-]+)'\\))${rest}$`)
}

function list({ query }: WriteCall, objects: Iterable<AppObject>): Answered {
  return ok({ value: [...objects].filter(entraFilter(query, 'microsoft.graph.application')) })
}

function application({ registrations: { applications } }: WriteCall, id: string): AppObject {
  return orNotFound(applications.get(id) ?? byAppId(applications.values(), id), id)
}

function principal({ registrations }: WriteCall, id: string): AppObject {
  const { servicePrincipals, late } = registrations
  const found = servicePrincipals.get(id) ?? byAppId(servicePrincipals.values(), id)
  return orNotFound(found && late.delete(found.id) ? null : found, id)
}

function assignmentsOf(call: WriteCall, side: 'principalId' | 'resourceId', id: string): Answered {
  const { id: objectId } = principal(call, id)
  const all = [...call.registrations.assignments.values()]
  return ok({ value: all.filter((one) => one[side] === objectId) })
}

const assignmentSchema = z.strictObject({
  principalId: z.guid(),
  resourceId: z.guid(),
  appRoleId: z.guid(),
})

function assign(call: WriteCall, id: string): AppObject {
  const { registrations, tenant, body } = call
  const { principalId, resourceId, appRoleId } = fitting(assignmentSchema, body)
  principal(call, id)
  const resource = principal(call, resourceId)
  const person = tenant.directory.people.get(principalId)
  const member = person ? 'User' : 'Application'
  if (!person) principal(call, principalId)
  const role = listOf(resource.appRoles).find((one) => (one as AppObject).id === appRoleId)
  if (role === undefined) {
    throw bad('Permission being assigned was not found on application.', 'InvalidUpdate')
  }
  if (!listOf((role as AppObject).allowedMemberTypes).includes(member)) {
    throw bad('Principal type is not allowed for this role.', 'InvalidUpdate')
  }
  const same = [...registrations.assignments.values()].some(
    (one) =>
      one.principalId === principalId &&
      one.resourceId === resourceId &&
      one.appRoleId === appRoleId,
  )
  if (same) throw bad('Permission being assigned already exists on the object', 'InvalidUpdate')
  const made = {
    id: randomUUID(),
    principalId,
    principalType: person ? 'User' : 'ServicePrincipal',
    resourceId,
    resourceDisplayName: resource.displayName,
    appRoleId,
  }
  registrations.assignments.set(made.id, made)
  return made
}

const grantSchema = z.strictObject({
  clientId: z.guid(),
  consentType: z.literal('AllPrincipals'),
  resourceId: z.guid(),
  scope: z.string(),
})

function grant(call: WriteCall): AppObject {
  const given = fitting(grantSchema, call.body)
  principal(call, given.clientId)
  principal(call, given.resourceId)
  const { grants } = call.registrations
  const same = [...grants.values()].some(
    (one) => one.clientId === given.clientId && one.resourceId === given.resourceId,
  )
  if (same) {
    throw new GraphError(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'Permission entry already exists.',
    )
  }
  const made = { ...given, id: randomUUID(), principalId: null }
  grants.set(made.id, made)
  return made
}
