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
 * Whether a person has this app role of our API, directly or by a group that they are a direct
 * member of: Graph lists both, and groups within groups count for neither Entra's tokens nor this.
 * Directory.Read.All is the least permission for it. Throws an error when the API is not in the tenant.
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
    // Without it the assignments by groups may be incomplete.
    { headers: { consistencylevel: 'eventual' } },
  )
  return assignments.some(
    ({ resourceId, appRoleId }) => resourceId === api.id && ids.includes(appRoleId),
  )
}
