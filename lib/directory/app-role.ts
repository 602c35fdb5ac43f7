import { z } from 'zod'
import { guid } from './graph-schemas.ts'
import { DirectoryError, strayAnswer } from './transport/graph-answer.ts'
import type { GraphCalls } from './transport/graph-client.ts'

const servicePrincipalSchema = z.object({
  id: guid,
  appId: guid,
  appRoles: z.array(z.object({ id: guid, value: z.string().nullish(), isEnabled: z.boolean() })),
})

const assignmentSchema = z.object({ appRoleId: guid, resourceId: guid })

/**
 * Whether a person has this app role of our API, directly or by a group of which they are a direct member:
 * Graph lists both. Groups within groups do not count, as they do not in Entra's tokens. Needs at least
 * Directory.Read.All. Throws DirectoryTrouble when the API is not in the tenant.
 */
export async function hasAppRole(
  calls: GraphCalls,
  apiClientId: string,
  oid: string,
  role: string,
): Promise<boolean> {
  const api = await calls.get(
    `v1.0/servicePrincipals(appId='${apiClientId}')?$select=id,appId,appRoles`,
    servicePrincipalSchema,
  )
  if (api === null) throw new DirectoryError('our API is no enterprise application of the tenant')
  if (api.appId !== apiClientId) throw strayAnswer()
  const ids = api.appRoles.filter((one) => one.isEnabled && one.value === role).map(({ id }) => id)
  if (ids.length === 0) return false
  const assignments = await calls.list(
    `v1.0/users/${oid}/appRoleAssignments?$select=appRoleId,resourceId&$count=true`,
    assignmentSchema,
    // Without this header the assignments by groups may be incomplete.
    { headers: { consistencylevel: 'eventual' } },
  )
  return assignments.some(
    ({ resourceId, appRoleId }) => resourceId === api.id && ids.includes(appRoleId),
  )
}
