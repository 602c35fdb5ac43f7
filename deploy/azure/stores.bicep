// What is kept: PostgreSQL, Key Vault and the file shares. None of them has a public address.
param unique string
param location string
param endpointsSubnetId string
param databaseSubnetId string
param databaseZoneId string
param vaultZoneId string
param filesZoneId string
param operatorsGroupId string
@secure()
param databaseOwnerPassword string

resource database 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: unique
  location: location
  sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' }
  properties: {
    version: '17'
    administratorLogin: 'latchkey'
    administratorLoginPassword: databaseOwnerPassword
    storage: { storageSizeGB: 128, autoGrow: 'Enabled' }
    backup: { backupRetentionDays: 35, geoRedundantBackup: 'Disabled' }
    highAvailability: { mode: 'ZoneRedundant' }
    network: { delegatedSubnetResourceId: databaseSubnetId, privateDnsZoneArmResourceId: databaseZoneId }
  }

  resource ledger 'databases' = {
    name: 'latchkey'
    properties: { charset: 'UTF8', collation: 'C' }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: unique
  location: location
  properties: {
    tenantId: tenant().tenantId
    // Keys in a hardware module, for the CA.
    sku: { family: 'A', name: 'premium' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: 'Disabled'
    networkAcls: { bypass: 'None', defaultAction: 'Deny' }
  }
}

// Key Vault Secrets Officer: who may put secrets in, and nothing else.
resource operators 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, operatorsGroupId)
  properties: {
    principalId: operatorsGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
    )
  }
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: unique
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    publicNetworkAccess: 'Disabled'
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    networkAcls: { bypass: 'None', defaultAction: 'Deny' }
  }

  resource files 'fileServices' = {
    name: 'default'
    properties: { shareDeleteRetentionPolicy: { enabled: true, days: 30 } }

    resource shares 'shares' = [
      for share in ['issue', 'jobs', 'status', 'responders']: {
        name: share
        properties: { shareQuota: 5 }
      }
    ]
  }
}

var endpoints = [
  { name: 'vault', target: vault.id, group: 'vault', zone: vaultZoneId }
  { name: 'files', target: storage.id, group: 'file', zone: filesZoneId }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2023-11-01' = [
  for endpoint in endpoints: {
    name: '${unique}-${endpoint.name}'
    location: location
    properties: {
      subnet: { id: endpointsSubnetId }
      privateLinkServiceConnections: [
        {
          name: endpoint.name
          properties: { privateLinkServiceId: endpoint.target, groupIds: [endpoint.group] }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = [
  for (endpoint, index) in endpoints: {
    parent: privateEndpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: endpoint.name, properties: { privateDnsZoneId: endpoint.zone } }]
    }
  }
]

output vaultName string = vault.name
output storageName string = storage.name
output databaseHost string = database.properties.fullyQualifiedDomainName
