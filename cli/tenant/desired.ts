import type { Environment } from '#lib/environment.ts'

/**
 * What a tenant must have for Latchkey, as data: three app registrations in the form of Microsoft Graph, the
 * consents and the assignments. Pure. Ids that only Entra gives stand as references in braces: `{api}` is a
 * client id, `{api.sp}` the object id of the enterprise application, `{scope}` and `{role:…}` ids inside of
 * the API's registration.
 */

export const REGISTRATIONS = ['api', 'portal', 'directory'] as const
export type Registration = (typeof REGISTRATIONS)[number]

export type AppBody = Readonly<Record<string, unknown>>

export type Desired = {
  /** Value of the API's delegated permission. */
  readonly scope: string
  readonly applications: Readonly<Record<Registration, AppBody>>
  /** Delegated permissions that are consented to for everybody. */
  readonly grants: readonly {
    readonly resource: 'api' | 'graph'
    readonly scopes: readonly string[]
  }[]
  /** Application permissions of Graph for the directory registration. */
  readonly permissions: readonly { readonly value: string; readonly id: string }[]
  /** Who has which role of the API. */
  readonly assignments: readonly { readonly principalId: string; readonly role: RoleName }[]
  readonly federated: Federated | null
}

export type Federated = {
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly [string]
}

/** What is known before: settings, and what only the command line says. */
export type Wish = {
  readonly name: string
  readonly settings: Pick<
    Environment,
    | 'LATCHKEY_API_SCOPE'
    | 'LATCHKEY_API_URI'
    | 'LATCHKEY_SCRIPT_CLIENTS'
    | 'LATCHKEY_DEVICE_DIRECTORY'
    | 'LATCHKEY_HOLD_RISKY_USERS'
    | 'LATCHKEY_RENEWAL_ROLE_CHECK'
    | 'LATCHKEY_STEP_UP'
    | 'LATCHKEY_TENANT_NAME'
  >
  readonly portalUrl: string
  readonly assignments: Desired['assignments']
  /** The certificate by which the authority signs in to the directory registration. */
  readonly certificate: Certificate | null
  readonly federated: Federated | null
}

export type Certificate = {
  /** DER, as base64. */
  readonly key: string
  /** SHA-1 of it, as base64. */
  readonly customKeyIdentifier: string
  readonly startDateTime: string
  readonly endDateTime: string
}

export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000'

/** Ids of Microsoft Graph's permissions, which are the same in every tenant. */
const APPLICATION_PERMISSIONS = {
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'Device.Read.All': '7438b122-aefc-4978-80ed-43db9fcc7715',
  'DeviceManagementManagedDevices.Read.All': '2f51be20-0bb4-4fed-bf7b-db946066c75e',
  'IdentityRiskyUser.Read.All': 'dc5007c0-2d7d-4c42-879c-2dab87571379',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
} as const

/** All that some setting needs. */
export const KNOWN_PERMISSIONS: readonly string[] = Object.keys(APPLICATION_PERMISSIONS)

const SIGN_IN_SCOPES = {
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
  email: '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
  offline_access: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
} as const

/** Fixed, so that code, a second run and another tenant agree. An id that a registration has already stays. */
export const SCOPE_ID = 'f5b7a3d0-6c1e-4d52-9a37-1d0c8e4b7a10'

export const ROLES = {
  'CSR.SelfService': {
    id: 'f5b7a3d0-6c1e-4d52-9a37-1d0c8e4b7a11',
    displayName: 'Certificates for oneself',
    description: 'May get certificates for one’s own devices and account.',
    allowedMemberTypes: ['User'],
  },
  'CSR.Request.Db': {
    id: 'f5b7a3d0-6c1e-4d52-9a37-1d0c8e4b7a12',
    displayName: 'Certificates for applications',
    description: 'May get certificates under a configured application profile.',
    allowedMemberTypes: ['Application'],
  },
  'Manage.All': {
    id: 'f5b7a3d0-6c1e-4d52-9a37-1d0c8e4b7a13',
    displayName: 'Manage certificates',
    description: 'May search and revoke the certificates of everybody.',
    allowedMemberTypes: ['User', 'Application'],
  },
} as const

export type RoleName = keyof typeof ROLES

/** What the tenant must have for these settings. */
export function desiredTenant(wish: Wish): Desired {
  const permissions = permissionsFor(wish.settings)
  return {
    scope: wish.settings.LATCHKEY_API_SCOPE,
    applications: {
      api: apiApplication(wish),
      portal: portalApplication(wish),
      directory: directoryApplication(wish, permissions),
    },
    grants: [
      { resource: 'api', scopes: [wish.settings.LATCHKEY_API_SCOPE] },
      { resource: 'graph', scopes: Object.keys(SIGN_IN_SCOPES) },
    ],
    permissions,
    assignments: wish.assignments,
    federated: wish.federated,
  }
}

/** The application permissions of Graph that these settings need, and nothing that writes. */
export function permissionsFor(
  settings: Pick<
    Environment,
    'LATCHKEY_DEVICE_DIRECTORY' | 'LATCHKEY_HOLD_RISKY_USERS' | 'LATCHKEY_RENEWAL_ROLE_CHECK'
  >,
): Desired['permissions'] {
  const names: readonly (keyof typeof APPLICATION_PERMISSIONS)[] = [
    'User.Read.All',
    'Device.Read.All',
    ...(settings.LATCHKEY_DEVICE_DIRECTORY === 'entra'
      ? []
      : (['DeviceManagementManagedDevices.Read.All'] as const)),
    ...(settings.LATCHKEY_HOLD_RISKY_USERS === 'on'
      ? (['IdentityRiskyUser.Read.All'] as const)
      : []),
    ...(settings.LATCHKEY_RENEWAL_ROLE_CHECK === 'on' ? (['Directory.Read.All'] as const) : []),
  ]
  return names.map((value) => ({ value, id: APPLICATION_PERMISSIONS[value] }))
}

function apiApplication({ name, settings }: Wish): AppBody {
  const { LATCHKEY_API_SCOPE: scope, LATCHKEY_API_URI: uri } = settings
  const claims = [
    // Without it nothing can be confirmed; see LATCHKEY_STEP_UP.
    'auth_time',
    'idtyp',
    'xms_cc',
    ...(settings.LATCHKEY_STEP_UP.startsWith('context:') ? ['acrs'] : []),
  ]
  return {
    displayName: `${name} API`,
    signInAudience: 'AzureADMyOrg',
    identifierUris: [uri ?? 'api://{api}'],
    api: {
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [
        {
          id: '{scope}',
          value: scope,
          type: 'User',
          isEnabled: true,
          adminConsentDisplayName: 'Get certificates',
          adminConsentDescription:
            'Allows an application to ask for certificates as the signed-in person.',
          userConsentDisplayName: 'Get certificates for you',
          userConsentDescription: 'Allows this application to ask for certificates in your name.',
        },
      ],
      preAuthorizedApplications: ['{portal}', ...settings.LATCHKEY_SCRIPT_CLIENTS].map((appId) => ({
        appId,
        delegatedPermissionIds: ['{scope}'],
      })),
    },
    appRoles: Object.entries(ROLES).map(([value, role]) => ({
      ...role,
      id: `{role:${value}}`,
      value,
      isEnabled: true,
    })),
    optionalClaims: { accessToken: claims.map(claim), idToken: [], saml2Token: [] },
  }
}

function portalApplication({ name, portalUrl }: Wish): AppBody {
  return {
    displayName: `${name} portal`,
    signInAudience: 'AzureADMyOrg',
    web: { redirectUris: [`${portalUrl}/api/auth/callback/azure-ad`] },
    spa: { redirectUris: [`${portalUrl}/step-up`] },
    requiredResourceAccess: [
      access('{api}', 'Scope', ['{scope}']),
      access(GRAPH_APP_ID, 'Scope', Object.values(SIGN_IN_SCOPES)),
    ],
    optionalClaims: { accessToken: [], idToken: [claim('auth_time')], saml2Token: [] },
  }
}

function directoryApplication(
  { name, certificate }: Wish,
  permissions: Desired['permissions'],
): AppBody {
  return {
    displayName: `${name} directory`,
    signInAudience: 'AzureADMyOrg',
    requiredResourceAccess: [
      access(
        GRAPH_APP_ID,
        'Role',
        permissions.map(({ id }) => id),
      ),
    ],
    ...(certificate && {
      keyCredentials: [
        {
          ...certificate,
          displayName: `CN=${name} directory`,
          type: 'AsymmetricX509Cert',
          usage: 'Verify',
        },
      ],
    }),
  }
}

const claim = (name: string) => ({ name, essential: false, additionalProperties: [] })

function access(resourceAppId: string, type: 'Scope' | 'Role', ids: readonly string[]) {
  return { resourceAppId, resourceAccess: ids.map((id) => ({ id, type })) }
}
