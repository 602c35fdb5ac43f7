import { z } from 'zod'

/** How the made-up tenant is set up, and how its Graph behaves. A reset puts the defaults back. */

/** Claims that a token only has where the API's registration asks for them. */
export const OPTIONAL_CLAIMS = ['auth_time', 'acrs', 'idtyp', 'xms_cc'] as const

/** What an administrator may consent to for the application that reads Graph. */
export const GRAPH_PERMISSIONS = [
  'Device.Read.All',
  'DeviceManagementManagedDevices.Read.All',
  'IdentityRiskyUser.Read.All',
  'User.Read.All',
] as const

export type GraphPermission = (typeof GRAPH_PERMISSIONS)[number]

const milliseconds = z.number().int().min(0).max(60_000)

export const settingsSchema = z.strictObject({
  optionalClaims: z.array(z.enum(OPTIONAL_CLAIMS)),
  /** `requestedAccessTokenVersion` of the API's registration; Entra's own default, null, means 1. */
  accessTokenVersion: z.union([z.literal(1), z.literal(2)]),
  /** A claims mapping policy: API tokens are signed by a key that only `?appid=` shows. */
  claimsMapping: z.boolean(),
  /** The roles in tokens for Graph that are issued from now on. */
  graphPermissions: z.array(z.enum(GRAPH_PERMISSIONS)),
  /** Without Entra ID P2 `riskyUsers` is refused. */
  entraIdP2: z.boolean(),
  /** Without Intune every path of it is refused. */
  intune: z.boolean(),
  /** One request for `riskyUsers` a second. */
  riskyUsersLimited: z.boolean(),
  /** What `or` on `azureADDeviceId` does: gives the first clause's device, or is ignored. */
  intuneOr: z.enum(['first', 'ignored']),
  /** How many objects a page of a delta query has; the caller cannot choose. */
  deltaPageSize: z.number().int().min(1).max(1000),
  /** Every call of Graph takes some time between these two. */
  latencyMs: z.tuple([milliseconds, milliseconds]),
})

export type Settings = Readonly<z.infer<typeof settingsSchema>>

export const DEFAULT_SETTINGS: Settings = {
  optionalClaims: [],
  accessTokenVersion: 2,
  claimsMapping: false,
  graphPermissions: [...GRAPH_PERMISSIONS],
  entraIdP2: true,
  intune: true,
  riskyUsersLimited: true,
  intuneOr: 'first',
  deltaPageSize: 200,
  latencyMs: [0, 0],
}
