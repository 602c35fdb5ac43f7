import { z } from 'zod'
import { callMicrosoft, MicrosoftError } from '#cli/tenant/microsoft.ts'
import { type Desired, GRAPH_APP_ID, REGISTRATIONS, type Registration } from './desired.ts'
import type { AppObject, Current } from './plan.ts'

/** Graph as an administrator sees it. */
export type Graph = {
  /** Null where there is no such object. */
  readonly get: (path: string) => Promise<unknown>
  readonly send: (method: string, path: string, body: unknown) => Promise<unknown>
}

export function openGraph(graphUrl: string, token: string): Graph {
  const root = `${graphUrl.replace(/\/$/, '')}/v1.0/`
  // The address of a next page comes from an answer, and an administrator's token goes along.
  const urlOf = (path: string) => {
    if (!URL.canParse(path)) return root + path
    if (path.startsWith(root)) return path
    throw new Error('Graph names a next page that is not its own.')
  }
  return {
    get: async (path) => {
      try {
        return (await callMicrosoft(urlOf(path), { token })).body
      } catch (error) {
        if (error instanceof MicrosoftError && error.status === 404) return null
        throw error
      }
    },
    send: async (method, path, json) =>
      (await callMicrosoft(root + path, { method, token, json })).body,
  }
}

const objectSchema = z.looseObject({ id: z.string() })
const listSchema = z.object({
  value: z.array(objectSchema),
  '@odata.nextLink': z.string().optional(),
})

/** Nobody said which registration, person or group is meant. */
class AmbiguousError extends Error {
  override readonly name = 'AmbiguousError'
}

/**
 * Reads what the tenant has. A registration is known by its client id. By default every member of a tenant may
 * make one, of any name and with a secret of their own, so a name alone gets no consent: throws AmbiguousError
 * where there is one of our name and its client id is not configured. Throws MicrosoftError, or the network's error.
 */
export async function readTenant(
  graph: Graph,
  desired: Desired,
  clientIds: Readonly<Partial<Record<Registration, string>>>,
): Promise<Current> {
  const applications = { api: null, portal: null, directory: null } as Mutable<
    Current['applications']
  >
  const principals = { api: null, portal: null, directory: null } as Mutable<
    Omit<Current['principals'], 'graph'>
  >
  for (const name of REGISTRATIONS) {
    const found = await findApplication(graph, clientIds[name], desired.applications[name])
    applications[name] = found
    principals[name] = found && (await principalOf(graph, String(found.appId)))
  }
  refuseByName(applications, clientIds)
  const { portal, directory, api } = principals
  return {
    applications,
    principals: { ...principals, graph: await principalOf(graph, GRAPH_APP_ID) },
    grants: portal
      ? await all(graph, `oauth2PermissionGrants?$filter=clientId eq '${portal.id}'`)
      : [],
    permissions: directory
      ? await all(graph, `servicePrincipals/${directory.id}/appRoleAssignments`)
      : [],
    assignments: api ? await all(graph, `servicePrincipals/${api.id}/appRoleAssignedTo`) : [],
    federated: applications.directory
      ? await all(graph, `applications/${applications.directory.id}/federatedIdentityCredentials`)
      : [],
  }
}

const CLIENT_ID_SETTINGS = {
  api: 'LATCHKEY_API_CLIENT_ID',
  portal: 'LATCHKEY_PORTAL_CLIENT_ID',
  directory: 'LATCHKEY_GRAPH_CLIENT_ID',
} as const satisfies Record<Registration, string>

function refuseByName(
  applications: Current['applications'],
  clientIds: Readonly<Partial<Record<Registration, string>>>,
): void {
  const byName = REGISTRATIONS.flatMap((name) => {
    const found = clientIds[name] === undefined && applications[name]
    return found ? [{ setting: CLIENT_ID_SETTINGS[name], found }] : []
  })
  if (byName.length === 0) return
  throw new AmbiguousError(
    [
      'The tenant has registrations of these names already, and anybody in it may have made them, with a secret ' +
        'of their own. See who owns them. If they are yours, set',
      ...byName.map(({ setting, found }) => {
        const { appId, displayName, createdDateTime } = found
        const since = typeof createdDateTime === 'string' ? `, made ${createdDateTime}` : ''
        return `  ${setting}=${appId}  (${displayName}${since})`
      }),
      'and start again; else take another --name.',
    ].join('\n'),
  )
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The object id of a person, by user principal name or id, or of a group, by its name. */
export async function principalId(graph: Graph, who: string): Promise<string> {
  if (z.guid().safeParse(who).success) return who.toLowerCase()
  if (who.includes('@')) {
    const person = await graph.get(`users/${encodeURIComponent(who)}?$select=id`)
    if (person === null) throw new AmbiguousError(`There is no account ${who}.`)
    return objectSchema.parse(person).id
  }
  const groups = await all(graph, `groups?$filter=displayName eq ${quoted(who)}&$select=id`)
  const [group] = groups
  if (group === undefined || groups.length > 1) {
    throw new AmbiguousError(
      `There ${groups.length === 0 ? 'is no group' : `are ${groups.length} groups`} named ${who}. Give its object id.`,
    )
  }
  return group.id
}

/** The object id of the enterprise application with this client id. */
export async function applicationPrincipalId(graph: Graph, clientId: string): Promise<string> {
  const found = z.guid().safeParse(clientId).success && (await principalOf(graph, clientId))
  if (!found) throw new AmbiguousError(`There is no enterprise application ${clientId}.`)
  return found.id
}

/** What the organisation is called; null where this administrator may not read it. */
export async function tenantName(graph: Graph): Promise<string | null> {
  try {
    const [organization] = await all(graph, 'organization?$select=id,displayName')
    return z
      .string()
      .nullable()
      .parse(organization?.displayName ?? null)
  } catch (error) {
    if (error instanceof MicrosoftError) return null
    throw error
  }
}

async function findApplication(
  graph: Graph,
  clientId: string | undefined,
  { displayName }: Readonly<Record<string, unknown>>,
): Promise<AppObject | null> {
  if (clientId !== undefined) {
    const found = await graph.get(`applications(appId='${clientId}')`)
    if (found === null) {
      throw new AmbiguousError(`There is no registration with the client id ${clientId}.`)
    }
    return objectSchema.parse(found)
  }
  const found = await all(
    graph,
    `applications?$filter=displayName eq ${quoted(String(displayName))}`,
  )
  if (found.length > 1) {
    throw new AmbiguousError(
      `${found.length} registrations are named ${displayName}. Say by its client id which is meant: ` +
        `${Object.values(CLIENT_ID_SETTINGS).join(', ')}.`,
    )
  }
  return found[0] ?? null
}

async function principalOf(graph: Graph, appId: string): Promise<AppObject | null> {
  const found = await graph.get(`servicePrincipals(appId='${appId}')`)
  return found === null ? null : objectSchema.parse(found)
}

/** All pages of a collection. */
async function all(graph: Graph, path: string): Promise<readonly AppObject[]> {
  const objects: AppObject[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const page = listSchema.parse(await graph.get(next))
    objects.push(...page.value)
    next = page['@odata.nextLink']
  }
  return objects
}

const quoted = (text: string) => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`
