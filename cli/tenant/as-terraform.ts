import { type AppBody, type Desired, GRAPH_APP_ID, ROLES, SCOPE_ID } from './desired.ts'
import { fillIn } from './plan.ts'

/** The same as Terraform, for the provider hashicorp/azuread 3. Needs no reference to an id inside of itself. */
export function asTerraform(desired: Desired): string {
  const { api, portal, directory } = fillIn(desired.applications, {
    scope: SCOPE_ID,
    ...Object.fromEntries(Object.entries(ROLES).map(([value, { id }]) => [`role:${value}`, id])),
    api: ref('azuread_application.api.client_id'),
  })
  return `${[
    HEAD,
    application('api', api, [...apiBlocks(api), ...roleBlocks(api)]),
    `resource "azuread_application_identifier_uri" "api" {\n  application_id = azuread_application.api.id\n  identifier_uri = ${quoted(String((api.identifierUris as string[])[0]))}\n}`,
    application('portal', portal, [...redirectBlocks(portal), ...accessBlocks(portal)]),
    application('directory', directory, accessBlocks(directory)),
    ...preAuthorized(api),
    ...['api', 'portal', 'directory'].map(
      (name) =>
        `resource "azuread_service_principal" "${name}" {\n  client_id = azuread_application.${name}.client_id\n}`,
    ),
    `data "azuread_service_principal" "graph" {\n  client_id = "${GRAPH_APP_ID}"\n}`,
    ...grants(desired),
    ...desired.permissions.map(
      ({ value, id }) => `resource "azuread_app_role_assignment" "${value.replaceAll('.', '_')}" {
  app_role_id         = "${id}"
  principal_object_id = azuread_service_principal.directory.object_id
  resource_object_id  = data.azuread_service_principal.graph.object_id
}`,
    ),
    ...federated(desired),
    OUTPUTS,
  ].join('\n\n')}\n`
}

const HEAD = `# Made by npm run setup-tenant -- --terraform.
terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
  }
}

data "azuread_client_config" "current" {}`

const OUTPUTS = `output "LATCHKEY_TENANT_ID" {
  value = data.azuread_client_config.current.tenant_id
}

output "LATCHKEY_API_CLIENT_ID" {
  value = azuread_application.api.client_id
}

output "LATCHKEY_PORTAL_CLIENT_ID" {
  value = azuread_application.portal.client_id
}

output "LATCHKEY_GRAPH_CLIENT_ID" {
  value = azuread_application.directory.client_id
}`

function application(name: string, body: AppBody, blocks: readonly string[]): string {
  const fields = [
    `  display_name     = ${quoted(String(body.displayName))}`,
    `  sign_in_audience = ${quoted(String(body.signInAudience))}`,
    // Its URI is a resource of its own, since it has the client id in it.
    ...(name === 'api'
      ? ['', '  lifecycle {', '    ignore_changes = [identifier_uris]', '  }']
      : []),
  ]
  const all = [...fields, ...[...blocks, ...claimBlocks(body)].flatMap((block) => ['', block])]
  return `resource "azuread_application" "${name}" {\n${all.join('\n')}\n}`
}

type Api = {
  readonly requestedAccessTokenVersion: number
  readonly oauth2PermissionScopes: readonly Record<string, string | boolean>[]
  readonly preAuthorizedApplications: readonly { readonly appId: string }[]
}

function apiBlocks({ api }: AppBody): readonly string[] {
  const { requestedAccessTokenVersion, oauth2PermissionScopes } = api as Api
  const scopes = oauth2PermissionScopes.map(
    (scope) => `    oauth2_permission_scope {
      id                         = ${quoted(scope.id)}
      value                      = ${quoted(scope.value)}
      type                       = ${quoted(scope.type)}
      admin_consent_display_name = ${quoted(scope.adminConsentDisplayName)}
      admin_consent_description  = ${quoted(scope.adminConsentDescription)}
      user_consent_display_name  = ${quoted(scope.userConsentDisplayName)}
      user_consent_description   = ${quoted(scope.userConsentDescription)}
    }`,
  )
  return [
    `  api {\n    requested_access_token_version = ${requestedAccessTokenVersion}\n\n${scopes.join('\n\n')}\n  }`,
  ]
}

function roleBlocks({ appRoles }: AppBody): readonly string[] {
  return (appRoles as readonly Record<string, unknown>[]).map(
    (role) => `  app_role {
    id                   = ${quoted(role.id)}
    value                = ${quoted(role.value)}
    display_name         = ${quoted(role.displayName)}
    description          = ${quoted(role.description)}
    allowed_member_types = ${JSON.stringify(role.allowedMemberTypes)}
  }`,
  )
}

function redirectBlocks({ web, spa }: AppBody): readonly string[] {
  return Object.entries({ web, single_page_application: spa }).map(
    ([block, of]) =>
      `  ${block} {\n    redirect_uris = ${JSON.stringify((of as { redirectUris: unknown }).redirectUris)}\n  }`,
  )
}

function accessBlocks({ requiredResourceAccess }: AppBody): readonly string[] {
  type Access = { resourceAppId: string; resourceAccess: { id: string; type: string }[] }
  return (requiredResourceAccess as readonly Access[]).map(({ resourceAppId, resourceAccess }) => {
    const each = resourceAccess.map(
      ({ id, type }) =>
        `    resource_access {\n      id   = ${quoted(id)}\n      type = ${quoted(type)}\n    }`,
    )
    return `  required_resource_access {\n    resource_app_id = ${quoted(resourceAppId)}\n\n${each.join('\n\n')}\n  }`
  })
}

function claimBlocks({ optionalClaims }: AppBody): readonly string[] {
  type Claims = Record<string, readonly { readonly name: string }[]>
  const kinds = Object.entries((optionalClaims ?? {}) as Claims).flatMap(([kind, list]) =>
    list.map(({ name }) => `    ${BLOCKS[kind]} {\n      name = ${quoted(name)}\n    }`),
  )
  return kinds.length === 0 ? [] : [`  optional_claims {\n${kinds.join('\n\n')}\n  }`]
}

const BLOCKS: Readonly<Record<string, string>> = {
  accessToken: 'access_token',
  idToken: 'id_token',
  saml2Token: 'saml2_token',
}

function preAuthorized({ api }: AppBody): readonly string[] {
  return (api as Api).preAuthorizedApplications.map(({ appId }, index) => {
    const isPortal = appId === '{portal}'
    return `resource "azuread_application_pre_authorized" "${isPortal ? 'portal' : `script_${index}`}" {
  application_id       = azuread_application.api.id
  authorized_client_id = ${isPortal ? 'azuread_application.portal.client_id' : quoted(appId)}
  permission_ids       = ["${SCOPE_ID}"]
}`
  })
}

function grants({ grants: all }: Desired): readonly string[] {
  return all.map(({ resource, scopes }) => {
    const of = `${resource === 'api' ? '' : 'data.'}azuread_service_principal.${resource}.object_id`
    return `resource "azuread_service_principal_delegated_permission_grant" "portal_${resource}" {
  service_principal_object_id          = azuread_service_principal.portal.object_id
  resource_service_principal_object_id = ${of}
  claim_values                         = ${JSON.stringify(scopes)}
}`
  })
}

function federated({ federated: wanted }: Desired): readonly string[] {
  if (wanted === null) return []
  return [
    `resource "azuread_application_federated_identity_credential" "directory" {
  application_id = azuread_application.directory.id
  display_name   = ${quoted(wanted.name)}
  issuer         = ${quoted(wanted.issuer)}
  subject        = ${quoted(wanted.subject)}
  audiences      = ${JSON.stringify(wanted.audiences)}
}`,
  ]
}

/** A string of HCL; `${…}` in it is a reference of ours, since nothing else here has a dollar. */
const quoted = (value: unknown) => JSON.stringify(String(value))

/** A reference to a value that the code's own tool puts in. */
const ref = (name: string) => `\${${name}}`
