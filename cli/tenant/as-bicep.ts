import { type AppBody, type Desired, GRAPH_APP_ID, ROLES, SCOPE_ID } from './desired.ts'
import { fillIn } from './plan.ts'

/**
 * The same as a Bicep file, for the Microsoft Graph extension. A file cannot name an id of a resource inside of
 * it, so the API's URI has the tenant's id, and the portal has its permission by consent, not in its
 * registration too.
 */
export function asBicep(desired: Desired): string {
  const { api, portal, directory } = fillIn(desired.applications, {
    scope: SCOPE_ID,
    ...Object.fromEntries(Object.entries(ROLES).map(([value, { id }]) => [`role:${value}`, id])),
    portal: ref('portal.appId'),
  })
  const ownUri = JSON.stringify(api.identifierUris).includes('{api}')
  const uris = ownUri ? [`api://${ref('tenantId')}/latchkey`] : api.identifierUris
  const own = (portal.requiredResourceAccess as readonly AppBody[]).filter(
    ({ resourceAppId }) => resourceAppId !== '{api}',
  )
  return `${[
    HEAD,
    application('portal', 'latchkey-portal', { ...portal, requiredResourceAccess: own }),
    application('api', 'latchkey-api', { ...api, identifierUris: uris }),
    application('directory', 'latchkey-directory', directory),
    ...['api', 'portal', 'directory'].map(principal),
    `resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {\n  appId: '${GRAPH_APP_ID}'\n}`,
    ...desired.grants.map(({ resource, scopes }) =>
      resourceOf(`${resource}Consent`, 'oauth2PermissionGrants', {
        clientId: ref('portalSp.id'),
        consentType: 'AllPrincipals',
        resourceId: resource === 'api' ? ref('apiSp.id') : ref('graph.id'),
        scope: scopes.join(' '),
      }),
    ),
    ...desired.permissions.map(({ value, id }) =>
      resourceOf(`may${value.replaceAll('.', '')}`, 'appRoleAssignedTo', {
        appRoleId: id,
        principalId: ref('directorySp.id'),
        resourceId: ref('graph.id'),
      }),
    ),
    ...(desired.federated
      ? [
          resourceOf('federated', 'applications/federatedIdentityCredentials', {
            ...desired.federated,
            name: `\${directory.uniqueName}/${desired.federated.name}`,
          }),
        ]
      : []),
    outputs(ownUri),
  ].join('\n\n')}\n`
}

const HEAD = `// Made by npm run setup-tenant -- --bicep. Needs bicepconfig.json with
// { "extensions": { "microsoftGraphV1": "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0" } }
extension microsoftGraphV1

param tenantId string = tenant().tenantId`

function outputs(ownUri: boolean): string {
  return [
    'output LATCHKEY_TENANT_ID string = tenantId',
    'output LATCHKEY_API_CLIENT_ID string = api.appId',
    ...(ownUri ? [`output LATCHKEY_API_URI string = 'api://${ref('tenantId')}/latchkey'`] : []),
    'output LATCHKEY_PORTAL_CLIENT_ID string = portal.appId',
    'output LATCHKEY_GRAPH_CLIENT_ID string = directory.appId',
  ].join('\n')
}

function application(symbol: string, uniqueName: string, body: AppBody): string {
  return resourceOf(symbol, 'applications', { uniqueName, ...body })
}

function principal(symbol: string): string {
  return resourceOf(`${symbol}Sp`, 'servicePrincipals', { appId: `\${${symbol}.appId}` })
}

function resourceOf(symbol: string, type: string, body: AppBody): string {
  return `resource ${symbol} 'Microsoft.Graph/${type}@v1.0' = ${literal(body, '')}`
}

/** A value in Bicep; a string that is one expression stands without quotes. */
function literal(value: unknown, indent: string): string {
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((one) => `${inner}${literal(one, inner)}`).join('\n')}\n${indent}]`
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([name, one]) => `${inner}${name}: ${literal(one, inner)}`,
    )
    return `{\n${fields.join('\n')}\n${indent}}`
  }
  if (typeof value !== 'string') return String(value)
  const [, expression] = /^\$\{([\w.]+)\}$/.exec(value) ?? []
  return expression ?? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** A reference to a value that the code's own tool puts in. */
const ref = (name: string) => `\${${name}}`
