import {
  type AppBody,
  type Desired,
  REGISTRATIONS,
  type Registration,
  ROLES,
  type RoleName,
  SCOPE_ID,
} from './desired.ts'
import { differences } from './merge.ts'

/** What has to change in a tenant, as a list of calls of Graph. Pure. */

export type Current = {
  readonly applications: Readonly<Record<Registration, AppObject | null>>
  readonly principals: Readonly<Record<Registration | 'graph', AppObject | null>>
  /** Delegated permissions of the portal. */
  readonly grants: readonly AppObject[]
  /** What the directory registration may at Graph. */
  readonly permissions: readonly AppObject[]
  /** Who has roles of the API. */
  readonly assignments: readonly AppObject[]
  readonly federated: readonly AppObject[]
}

export type AppObject = AppBody & { readonly id: string }

/** One call of Graph. References in braces are filled in when it is made. */
export type Change = {
  readonly words: string
  readonly details: readonly string[]
  readonly method: 'POST' | 'PATCH'
  readonly path: string
  readonly body: AppBody
  /** Whose ids the answer has: `api` for a registration, `api.sp` for an enterprise application. */
  readonly gives: Registration | `${Registration}.sp` | null
  /** Consent, which needs a higher role than the rest, for this registration. */
  readonly consent: Registration | null
}

/** Gives the calls that make the tenant as wanted, in their order; none when it is. */
export function planTenant(current: Current, wanted: Desired): readonly Change[] {
  const desired = fillIn(wanted, idsInApi(current.applications.api, wanted.scope))
  return [
    ...REGISTRATIONS.flatMap((name) => registrationChanges(name, current, desired)),
    ...REGISTRATIONS.flatMap((name) => lateFields(name, current, desired)),
    ...federatedChange(current, desired),
    ...grantChanges(current, desired),
    ...permissionChanges(current, desired),
    ...assignmentChanges(current, desired),
  ]
}

/** Puts known ids in the place of references. */
export function fillIn<T>(value: T, ids: Readonly<Record<string, string>>): T {
  const filled = JSON.stringify(value).replace(REFERENCE, (all, name: string) => ids[name] ?? all)
  return JSON.parse(filled) as T
}

const REFERENCE = /\{([a-z]+(?:[.:][\w.]+)?)\}/g

const hasReference = (value: unknown) => JSON.stringify(value).match(REFERENCE) !== null

/** Scope and roles keep the ids that the registration gave them. */
function idsInApi(api: AppObject | null, scope: string): Readonly<Record<string, string>> {
  const { oauth2PermissionScopes } = (api?.api ?? {}) as Record<string, unknown>
  const roles = Object.entries(ROLES).map(([value, role]) => [
    `role:${value}`,
    idOf(api?.appRoles, value) ?? role.id,
  ])
  return {
    ...Object.fromEntries(roles),
    scope: idOf(oauth2PermissionScopes, scope) ?? SCOPE_ID,
    ...knownIds('api', api),
  }
}

function idOf(list: unknown, value: string): string | null {
  if (!Array.isArray(list)) return null
  return list.find((one: AppObject) => one.value === value)?.id ?? null
}

export function knownIds(name: Registration, object: AppObject | null) {
  return object === null ? {} : { [name]: String(object.appId), [`${name}.id`]: object.id }
}

function registrationChanges(
  name: Registration,
  { applications, principals }: Current,
  desired: Desired,
): readonly Change[] {
  const body = desired.applications[name]
  return [
    ...(applications[name]
      ? []
      : [
          change(`make the registration “${body.displayName}”`, {
            method: 'POST',
            path: 'applications',
            body: partsWhere(body, (value) => !hasReference(value)),
            gives: name,
          }),
        ]),
    ...(principals[name]
      ? []
      : [
          change(`make the enterprise application “${body.displayName}”`, {
            method: 'POST',
            path: 'servicePrincipals',
            body: { appId: `{${name}}` },
            gives: `${name}.sp`,
          }),
        ]),
  ]
}

/** What differs, and of a new registration what names ids that nobody knew when it was made. */
function lateFields(name: Registration, current: Current, desired: Desired): readonly Change[] {
  const { applications } = current
  const ids = REGISTRATIONS.map((one) => knownIds(one, applications[one]))
  const wanted = fillIn(desired.applications[name], Object.assign({}, ...ids))
  const now = applications[name]
  const body = now ? differences(now, wanted) : partsWhere(wanted, hasReference)
  const words = `change the registration “${now?.displayName ?? wanted.displayName}”`
  // An application is authorised for a scope that is there, not for one that is made by the same call.
  const { preAuthorizedApplications, ...api } = (body.api ?? {}) as Record<string, unknown>
  const first = { ...body, api }
  const second = { api: { preAuthorizedApplications } }
  return [first, second]
    .map((fields) => partsWhere(fields, (value) => value !== undefined))
    .filter((fields) => Object.keys(fields).length > 0)
    .map((fields) =>
      change(words, { method: 'PATCH', path: `applications/{${name}.id}`, body: fields }),
    )
}

/** The fields, and of fields with parts those parts, of which this is true. */
function partsWhere(body: AppBody, isWanted: (value: unknown) => boolean): AppBody {
  const fields = Object.entries(body).flatMap(([name, value]) => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) {
      return isWanted(value) ? [[name, value]] : []
    }
    const parts = Object.entries(value).filter(([, part]) => isWanted(part))
    return parts.length === 0 ? [] : [[name, Object.fromEntries(parts)]]
  })
  return Object.fromEntries(fields)
}

function federatedChange(
  { federated }: Current,
  { federated: wanted }: Desired,
): readonly Change[] {
  if (wanted === null) return []
  const isThere = federated.some(
    ({ issuer, subject }) => issuer === wanted.issuer && subject === wanted.subject,
  )
  if (isThere) return []
  return [
    change('let a federated token sign in as the directory registration', {
      method: 'POST',
      path: 'applications/{directory.id}/federatedIdentityCredentials',
      body: wanted,
    }),
  ]
}

function grantChanges({ grants, principals }: Current, desired: Desired): readonly Change[] {
  return desired.grants.flatMap(({ resource, scopes }) => {
    const resourceId = principals[resource]?.id
    const have = grants.find(
      (one) => one.resourceId === resourceId && one.consentType === 'AllPrincipals',
    )
    const given = String(have?.scope ?? '').split(' ')
    const missing = scopes.filter((scope) => !given.includes(scope))
    if (missing.length === 0) return []
    const words = `consent for everybody that the portal uses ${missing.join(', ')}`
    const scope = [...given, ...missing].filter(Boolean).join(' ')
    const call = have
      ? { method: 'PATCH', path: `oauth2PermissionGrants/${have.id}`, body: { scope } }
      : {
          method: 'POST',
          path: 'oauth2PermissionGrants',
          body: {
            clientId: '{portal.sp}',
            consentType: 'AllPrincipals',
            resourceId: `{${resource}.sp}`,
            scope,
          },
        }
    return [change(words, { ...call, consent: 'portal' } as Call)]
  })
}

function permissionChanges({ permissions }: Current, desired: Desired): readonly Change[] {
  return desired.permissions
    .filter(({ id }) => !permissions.some((one) => one.appRoleId === id))
    .map(({ value, id }) =>
      change(`consent that the directory registration has ${value}`, {
        method: 'POST',
        path: 'servicePrincipals/{directory.sp}/appRoleAssignments',
        body: { principalId: '{directory.sp}', resourceId: '{graph.sp}', appRoleId: id },
        consent: 'directory',
      }),
    )
}

function assignmentChanges(current: Current, desired: Desired): readonly Change[] {
  const ids = idsInApi(current.applications.api, desired.scope)
  return desired.assignments.flatMap(({ principalId, role }) => {
    const appRoleId = ids[`role:${role satisfies RoleName}`]
    const isGiven = current.assignments.some(
      (one) => one.principalId === principalId && one.appRoleId === appRoleId,
    )
    if (isGiven) return []
    return [
      change(`give ${role} to ${principalId}`, {
        method: 'POST',
        path: 'servicePrincipals/{api.sp}/appRoleAssignedTo',
        body: { principalId, resourceId: '{api.sp}', appRoleId },
      }),
    ]
  })
}

type Call = Pick<Change, 'method' | 'path' | 'body'> & Partial<Pick<Change, 'gives' | 'consent'>>

function change(words: string, { gives = null, consent = null, ...call }: Call): Change {
  return { words, details: detailsOf(call.body), ...call, gives, consent }
}

/** The body, a line for each field. */
function detailsOf(body: AppBody): readonly string[] {
  return Object.entries(body).map(
    ([name, value]) => `${name}: ${JSON.stringify(withoutKeys(value))}`,
  )
}

/** Certificates are long and say nothing to a reader. */
function withoutKeys(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((item) =>
    typeof item === 'object' && item !== null && 'key' in item ? { ...item, key: '…' } : item,
  )
}
