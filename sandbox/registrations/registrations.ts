import { randomUUID } from 'node:crypto'

/**
 * App registrations of the invented tenant that were made through Graph, with their enterprise applications,
 * consents and assignments. Empty at every start: the sandbox's own registrations are not among them.
 */
export type Registrations = {
  /** By object id, as are the others. */
  readonly applications: Map<string, AppObject>
  readonly servicePrincipals: Map<string, AppObject>
  readonly grants: Map<string, AppObject>
  readonly assignments: Map<string, AppObject>
  /** Of federated identity credentials by the application's object id. */
  readonly federated: Map<string, readonly AppObject[]>
  /** Secrets by the application's object id; Graph shows each only once. */
  readonly secrets: Map<string, readonly string[]>
  /** New objects that the replica of the next call does not know yet. */
  readonly late: Set<string>
}

/** An object as Graph shows it. */
export type AppObject = Readonly<Record<string, unknown>> & { readonly id: string }

export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000'

/** The same ids in every tenant. */
const GRAPH_ROLES: Readonly<Record<string, string>> = {
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'Device.Read.All': '7438b122-aefc-4978-80ed-43db9fcc7715',
  'DeviceManagementManagedDevices.Read.All': '2f51be20-0bb4-4fed-bf7b-db946066c75e',
  'IdentityRiskyUser.Read.All': 'dc5007c0-2d7d-4c42-879c-2dab87571379',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
}

const GRAPH_SCOPES: Readonly<Record<string, string>> = {
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
  email: '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
  offline_access: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
}

export function createRegistrations(): Registrations {
  const graph = {
    id: randomUUID(),
    appId: GRAPH_APP_ID,
    displayName: 'Microsoft Graph',
    appRoles: Object.entries(GRAPH_ROLES).map(([value, id]) => ({
      id,
      value,
      allowedMemberTypes: ['Application'],
      isEnabled: true,
    })),
    oauth2PermissionScopes: Object.entries(GRAPH_SCOPES).map(([value, id]) => ({ id, value })),
  }
  return {
    applications: new Map(),
    servicePrincipals: new Map([[graph.id, graph]]),
    grants: new Map(),
    assignments: new Map(),
    federated: new Map(),
    secrets: new Map(),
    late: new Set(),
  }
}

export const byAppId = (objects: Iterable<AppObject>, appId: unknown): AppObject | null =>
  [...objects].find((one) => one.appId === appId) ?? null

/** The registration whose API a resource names, by application ID URI or client id. */
export function apiNamed(registrations: Registrations, resource: string): AppObject | null {
  const all = [...registrations.applications.values()]
  return (
    all.find((app) => app.appId === resource || listOf(app.identifierUris).includes(resource)) ??
    null
  )
}

/** Values of the app roles of this API that a person or an application was given. */
export function rolesOn(
  { assignments, servicePrincipals }: Registrations,
  apiAppId: unknown,
  principalId: string,
): readonly string[] {
  const api = byAppId(servicePrincipals.values(), apiAppId)
  const given = [...assignments.values()].filter(
    (one) => one.principalId === principalId && one.resourceId === api?.id,
  )
  return listOf(api?.appRoles)
    .filter((role) => given.some((one) => one.appRoleId === (role as AppObject).id))
    .map((role) => String((role as { value: unknown }).value))
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
