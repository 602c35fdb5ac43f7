/** Gives Entra's addresses for one tenant, below the sign-in address of its cloud. */
export function loginUrls(login: string, tenantId: string) {
  const tenant = `${login}/${tenantId}`
  return {
    issuerV2: `${tenant}/v2.0`,
    metadataV1Url: `${tenant}/.well-known/openid-configuration`,
    metadataV2Url: `${tenant}/v2.0/.well-known/openid-configuration`,
    jwksUrl: `${tenant}/discovery/v2.0/keys`,
    tokenUrl: `${tenant}/oauth2/v2.0/token`,
  }
}
