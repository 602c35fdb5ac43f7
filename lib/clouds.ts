/**
 * Microsoft's clouds, each with directories, addresses and vaults of its own. A token of one is worth nothing
 * in another. The two of the US government share their sign-in service.
 */
export const CLOUDS = {
  public: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    issuerV1: 'https://sts.windows.net',
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    issuerV1: 'https://sts.windows.net',
  },
  'usgov-dod': {
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    issuerV1: 'https://sts.windows.net',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    issuerV1: 'https://sts.chinacloudapi.cn',
  },
} as const satisfies Record<string, Cloud>

export type CloudName = keyof typeof CLOUDS

type Cloud = {
  /** The sign-in service, without the tenant. */
  readonly login: string
  /** Microsoft Graph, without the version. */
  readonly graph: string
  /** Where issuers of version 1 tokens begin; the discovery document has the whole. */
  readonly issuerV1: string
}

export const CLOUD_NAMES = Object.keys(CLOUDS) as [CloudName, ...CloudName[]]

/** Whether the two addresses can be of one cloud. What is in none of them, nothing is known of. */
export function areOfOneCloud(login: string, graph: string): boolean {
  const all = Object.values(CLOUDS)
  const own = all.filter((cloud) => cloud.login === login.replace(/\/$/, ''))
  const isKnownGraph = all.some((cloud) => cloud.graph === graph.replace(/\/$/, ''))
  if (own.length === 0 || !isKnownGraph) return true
  return own.some((cloud) => cloud.graph === graph.replace(/\/$/, ''))
}

/** Entra's addresses for one tenant, below the sign-in address of its cloud. */
export function loginUrls(login: string, tenantId: string) {
  const tenant = `${login}/${tenantId}`
  return {
    issuerV2: `${tenant}/v2.0`,
    metadataV1Url: `${tenant}/.well-known/openid-configuration`,
    metadataV2Url: `${tenant}/v2.0/.well-known/openid-configuration`,
    jwksUrl: `${tenant}/discovery/v2.0/keys`,
    tokenUrl: `${tenant}/oauth2/v2.0/token`,
    authorizationUrl: `${tenant}/oauth2/v2.0/authorize`,
  }
}
