import { TENANT } from '#sandbox/config.ts'

/** Azure CLI and Azure PowerShell: public clients that exist in every tenant. */
export const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
export const COMMAND_LINES = [
  AZURE_CLI,
  '1950a258-227b-4e31-a9cf-717495945fc2',
  // Microsoft Graph Command Line Tools.
  '14d82eec-204b-4c2f-b7e8-296a70dab67e',
]
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** Where the portal's window comes back to, exactly. */
const SPA_REDIRECT_PATH = '/step-up'

/** What oidc-provider is told of the applications that people sign in to. */
export function clients(portalClientId: string, portalUrl: string) {
  const grants = ['authorization_code', 'refresh_token']
  return [
    {
      client_id: portalClientId,
      client_name: 'Latchkey',
      client_secret: TENANT.portalClientSecret,
      redirect_uris: [`${portalUrl}/api/auth/callback/azure-ad`],
      grant_types: grants,
      token_endpoint_auth_method: 'client_secret_post',
      subject_type: 'pairwise',
      require_auth_time: true,
    },
    {
      client_id: TENANT.spaClientId,
      client_name: 'Latchkey, single-page application',
      redirect_uris: [`${portalUrl}${SPA_REDIRECT_PATH}`],
      grant_types: grants,
      token_endpoint_auth_method: 'none',
      subject_type: 'pairwise',
      require_auth_time: true,
    },
    ...COMMAND_LINES.map((id) => ({
      client_id: id,
      client_name: 'the command line',
      redirect_uris: ['http://localhost'],
      grant_types: [...grants, DEVICE_CODE],
      token_endpoint_auth_method: 'none',
      subject_type: 'public',
      require_auth_time: true,
    })),
  ]
}
