// Which identity reads which secret, and which may sign with a key of the vault. A right to a secret can be
// given when the secret is there.
param vaultName string
@description('{ secret, principalId }, one for each secret of each program.')
param grants array
param signers array

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = [
  for grant in grants: {
    parent: vault
    name: grant.secret
  }
]

// Key Vault Secrets User.
resource readers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (grant, index) in grants: {
    scope: secrets[index]
    name: guid(vault.id, grant.secret, grant.principalId)
    properties: {
      principalId: grant.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        '4633458b-17de-408a-b874-0445c86b69e6'
      )
    }
  }
]

// Key Vault Crypto User.
resource signing 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for signer in signers: {
    scope: vault
    name: guid(vault.id, 'signing', signer)
    properties: {
      principalId: signer
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        '12338af0-0e69-4776-bea7-57ae8d297424'
      )
    }
  }
]
