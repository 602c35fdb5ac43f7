import type { TokenCredential } from '@azure/identity'

/**
 * How this process proves to a vault who it is. An identity that the platform gives comes before a secret, and
 * what the operator chose by AZURE_TOKEN_CREDENTIALS before both.
 */
export type VaultIdentity = {
  /** Whether AZURE_TOKEN_CREDENTIALS names the credential. */
  readonly isChosen: boolean
  /** Whether Kubernetes gives a federated token (AZURE_FEDERATED_TOKEN_FILE). */
  readonly isWorkload: boolean
  /** Whether App Service or Container Apps give a managed identity (IDENTITY_ENDPOINT). */
  readonly isManaged: boolean
  /** AZURE_CLIENT_ID: which of several managed identities. */
  readonly clientId: string | null
}

/** Loads Azure's library only here, since most installations have no vault. */
export async function openCredential(identity: VaultIdentity): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential } =
    await import('@azure/identity')
  if (!identity.isChosen && identity.isWorkload) return new WorkloadIdentityCredential()
  if (!identity.isChosen && identity.isManaged) {
    const { clientId } = identity
    return clientId === null
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId })
  }
  return new DefaultAzureCredential()
}
