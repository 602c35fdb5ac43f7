import { z } from 'zod'
import { OPTIONAL_CLAIMS } from '#sandbox/config.ts'

/** Settings of the invented tenant and of its Graph. A reset restores the defaults. */

/** Permissions that an administrator can give to the application that reads Graph. */
export const GRAPH_PERMISSIONS = [
  'Device.Read.All',
  'DeviceManagementManagedDevices.Read.All',
  'IdentityRiskyUser.Read.All',
  'User.Read.All',
] as const

export type GraphPermission = (typeof GRAPH_PERMISSIONS)[number]

const milliseconds = z.number().int().min(0).max(60_000)

export const settingsSchema = z.strictObject({
  /** Asked for by the API's registration, and in id tokens. */
  optionalClaims: z.array(z.enum(OPTIONAL_CLAIMS)),
  /** Asked for by the portal's registration alone, so that access tokens do not have them. */
  idTokenClaims: z.array(z.enum(['auth_time'])),
  /** Claims of id tokens that are these in place of their own, as where an answer is not meant for its reader. */
  idTokenHas: z.record(z.string(), z.union([z.string(), z.number()])),
  /** `requestedAccessTokenVersion` of the API's registration; Entra's default, null, means 1. */
  accessTokenVersion: z.union([z.literal(1), z.literal(2)]),
  /** A claims mapping policy: tokens for the API are signed by a key that only `?appid=` shows. */
  claimsMapping: z.boolean(),
  /** Permissions in tokens for Graph that are issued from now on. */
  graphPermissions: z.array(z.enum(GRAPH_PERMISSIONS)),
  /** Without Entra ID P2, `riskyUsers` is refused. */
  entraIdP2: z.boolean(),
  /** Without Intune, all of its paths are refused. */
  intune: z.boolean(),
  /** Whether `riskyUsers` answers one request a second only. */
  riskyUsersLimited: z.boolean(),
  /** The effect of `or` on `azureADDeviceId`: the first clause's device, or the filter is ignored. */
  intuneOr: z.enum(['first', 'ignored']),
  /** Number of objects on a page of a delta query; the caller cannot choose it. */
  deltaPageSize: z.number().int().min(1).max(1000),
  /** Milliseconds between which each call of Graph takes. */
  latencyMs: z.tuple([milliseconds, milliseconds]),
})

export type Settings = Readonly<z.infer<typeof settingsSchema>>

export const DEFAULT_SETTINGS: Settings = {
  optionalClaims: [],
  idTokenClaims: [],
  idTokenHas: {},
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
