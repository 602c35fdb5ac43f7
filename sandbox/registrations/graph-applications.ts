import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { GraphError, notFound } from '#sandbox/odata/graph-error.ts'
import type { WriteCall } from './graph-registrations.ts'
import { type AppObject, byAppId, listOf, type Registrations } from './registrations.ts'

/** `applications` of Graph, and their enterprise applications (`servicePrincipals`). */

const guid = z.guid()
const credential = z.looseObject({ keyId: guid.optional(), displayName: z.string().nullish() })
const claims = z.array(z.looseObject({ name: z.string() }))

const applicationSchema = z.strictObject({
  displayName: z.string().min(1).max(256),
  description: z.string().nullish(),
  signInAudience: z.enum(['AzureADMyOrg', 'AzureADMultipleOrgs']).optional(),
  identifierUris: z.array(z.string()).optional(),
  api: z
    .strictObject({
      requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2), z.null()]).optional(),
      oauth2PermissionScopes: z.array(z.looseObject({ id: guid, value: z.string() })).optional(),
      preAuthorizedApplications: z
        .array(z.strictObject({ appId: guid, delegatedPermissionIds: z.array(guid) }))
        .optional(),
    })
    .optional(),
  appRoles: z
    .array(
      z.strictObject({
        id: guid,
        value: z.string(),
        displayName: z.string(),
        description: z.string(),
        isEnabled: z.boolean(),
        allowedMemberTypes: z.array(z.enum(['User', 'Application'])).min(1),
      }),
    )
    .optional(),
  optionalClaims: z
    .strictObject({
      idToken: claims.optional(),
      accessToken: claims.optional(),
      saml2Token: claims.optional(),
    })
    .nullish(),
  web: z.looseObject({ redirectUris: z.array(z.url()).optional() }).optional(),
  spa: z.strictObject({ redirectUris: z.array(z.url()).optional() }).optional(),
  requiredResourceAccess: z
    .array(
      z.strictObject({
        resourceAppId: guid,
        resourceAccess: z.array(z.strictObject({ id: guid, type: z.enum(['Scope', 'Role']) })),
      }),
    )
    .optional(),
  keyCredentials: z.array(credential).optional(),
})

/** What an application has of which nothing was said. */
const DEFAULTS = {
  signInAudience: 'AzureADMyOrg',
  identifierUris: [],
  api: {
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  appRoles: [],
  optionalClaims: null,
  web: { redirectUris: [] },
  spa: { redirectUris: [] },
  requiredResourceAccess: [],
  keyCredentials: [],
  passwordCredentials: [],
}

export function createApplication({ registrations, body }: WriteCall): AppObject {
  const given = fitting(applicationSchema, body)
  const made: AppObject = {
    ...DEFAULTS,
    ...given,
    api: { ...DEFAULTS.api, ...given.api },
    id: randomUUID(),
    appId: randomUUID(),
    createdDateTime: new Date().toISOString(),
  }
  check(registrations, made)
  registrations.applications.set(made.id, made)
  registrations.late.add(made.id)
  return made
}

export function changeApplication({ registrations, body }: WriteCall, before: AppObject): void {
  const given = fitting(applicationSchema.partial(), body)
  const now: AppObject = {
    ...before,
    ...given,
    api: { ...(before.api as object), ...given.api },
    web: { ...(before.web as object), ...given.web },
  }
  const kept = new Set(listOf(now.appRoles).map((role) => (role as AppObject).id))
  const lost = listOf(before.appRoles).find((role) => !kept.has((role as AppObject).id))
  if (lost !== undefined) {
    throw bad(
      'Property value cannot be deleted unless it is disabled first.',
      'CannotDeleteOrUpdateEnabledEntitlement',
    )
  }
  check(registrations, now)
  registrations.applications.set(now.id, now)
  const principal = byAppId(registrations.servicePrincipals.values(), now.appId)
  if (principal) registrations.servicePrincipals.set(principal.id, { ...principal, ...shared(now) })
}

export function createServicePrincipal({ registrations, body }: WriteCall): AppObject {
  const { appId } = fitting(z.strictObject({ appId: guid }), body)
  const application = byAppId(registrations.applications.values(), appId)
  // A new registration is not on every replica at once.
  if (!application || registrations.late.delete(application.id)) {
    throw bad(
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
      'NoBackingApplicationObject',
    )
  }
  if (byAppId(registrations.servicePrincipals.values(), appId)) {
    throw new GraphError(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    )
  }
  const made = { id: randomUUID(), appId, ...shared(application) }
  registrations.servicePrincipals.set(made.id, made)
  registrations.late.add(made.id)
  return made
}

/** A secret, which Graph shows this once. */
export function addPassword({ registrations, body }: WriteCall, application: AppObject): AppObject {
  const { passwordCredential } = fitting(
    z.object({
      passwordCredential: z.object({ displayName: z.string(), endDateTime: z.string() }),
    }),
    body,
  )
  const secretText = `${randomUUID()}~sandbox`
  const made = { ...passwordCredential, keyId: randomUUID(), hint: secretText.slice(0, 3) }
  const passwordCredentials = [...listOf(application.passwordCredentials), made]
  registrations.applications.set(application.id, { ...application, passwordCredentials })
  const known = registrations.secrets.get(application.id) ?? []
  registrations.secrets.set(application.id, [...known, secretText])
  return { ...made, id: made.keyId, secretText }
}

export function addFederated(
  { registrations, body }: WriteCall,
  application: AppObject,
): AppObject {
  const given = fitting(
    z.strictObject({
      name: z.string().min(1),
      issuer: z.url(),
      subject: z.string().min(1),
      audiences: z.array(z.string()).length(1),
      description: z.string().optional(),
    }),
    body,
  )
  const before = registrations.federated.get(application.id) ?? []
  if (before.some(({ name }) => name === given.name)) {
    throw new GraphError(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'The name is already in use.',
    )
  }
  const made = { ...given, id: randomUUID() }
  registrations.federated.set(application.id, [...before, made])
  return made
}

function check(
  registrations: Registrations,
  { api, appId, appRoles, identifierUris }: AppObject,
): void {
  for (const uri of listOf(identifierUris)) {
    if (uri !== `api://${appId}`) {
      throw bad(
        'Values of identifierUris property must use a verified domain of the organization or its subdomain.',
        'HostNameNotOnVerifiedDomain',
      )
    }
  }
  const values = listOf(appRoles).map((role) => (role as AppObject).value)
  if (new Set(values).size < values.length) {
    throw bad('One or more app roles have the same value.', 'DuplicateValue')
  }
  const { oauth2PermissionScopes, preAuthorizedApplications } = api as Record<string, unknown>
  const scopes = new Set(listOf(oauth2PermissionScopes).map((scope) => (scope as AppObject).id))
  for (const authorized of listOf(preAuthorizedApplications)) {
    const { delegatedPermissionIds } = authorized as { delegatedPermissionIds: readonly string[] }
    if (delegatedPermissionIds.some((id) => !scopes.has(id))) {
      throw bad(
        'Property PreAuthorizedApplication references permissions that cannot be found.',
        'InvalidValue',
      )
    }
  }
  if (registrations.applications.size > 250) throw bad('Too many applications.', 'QuotaExceeded')
}

/** What an enterprise application repeats of its registration. */
function shared(application: AppObject) {
  const { oauth2PermissionScopes } = application.api as Record<string, unknown>
  return {
    displayName: application.displayName,
    appRoles: application.appRoles,
    oauth2PermissionScopes,
    appRoleAssignmentRequired: false,
    servicePrincipalType: 'Application',
  }
}

/** The code in `details` is what tells refusals of `Request_BadRequest` apart. */
export function bad(message: string, detail: string): GraphError {
  return new GraphError(400, 'Request_BadRequest', message, {}, [{ code: detail, message }])
}

export function fitting<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' }
  throw bad(
    `Invalid value specified for property '${path.join('.')}' of resource: ${message}`,
    'InvalidValue',
  )
}

export const orNotFound = <T>(found: T | null | undefined, id: string): T => {
  if (found === null || found === undefined) throw notFound(id)
  return found
}
