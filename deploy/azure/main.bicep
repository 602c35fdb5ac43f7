// Latchkey on Azure Container Apps, in a network of its own: PostgreSQL, Key Vault and the file shares are
// reached from there alone, and each program has an identity that reads its own secrets. It is deployed twice:
// first without programs; then, when secrets and CA files are in their places, with them. See docs/install.md.
targetScope = 'resourceGroup'

@description('Lower-case letters and digits; part of names that are unique in Azure.')
@minLength(3)
@maxLength(12)
param name string = 'latchkey'
param location string = resourceGroup().location
@description('False for the first time, before the secrets are in the vault.')
param withPrograms bool
@description('The image by digest, REGISTRY/latchkey@sha256:…')
param image string

param tenantId string = tenant().tenantId
param tenantName string
param apiClientId string
param portalClientId string
param graphClientId string

@description('Host names of the portal, of the authority and of OCSP and CRLs. The last two are in every certificate.')
param portalHost string
param authorityHost string
param statusHost string
@description('Resource id of the certificate for portalHost in the environment; empty until the host names lead here and it was made.')
param portalCertificateId string = ''

@description('Object id of the group whose members put secrets into the vault.')
param operatorsGroupId string
@secure()
param databaseOwnerPassword string

var unique = '${name}${take(uniqueString(resourceGroup().id), 6)}'

module network 'network.bicep' = {
  name: 'network'
  params: { name: name, location: location }
}

module stores 'stores.bicep' = {
  name: 'stores'
  params: {
    unique: unique
    location: location
    endpointsSubnetId: network.outputs.endpointsSubnetId
    databaseSubnetId: network.outputs.databaseSubnetId
    databaseZoneId: network.outputs.databaseZoneId
    vaultZoneId: network.outputs.vaultZoneId
    filesZoneId: network.outputs.filesZoneId
    operatorsGroupId: operatorsGroupId
    databaseOwnerPassword: databaseOwnerPassword
  }
}

module programs 'programs.bicep' = if (withPrograms) {
  name: 'programs'
  params: {
    name: name
    location: location
    image: image
    vaultName: stores.outputs.vaultName
    storageName: stores.outputs.storageName
    appsSubnetId: network.outputs.appsSubnetId
    portalHost: portalHost
    authorityHost: authorityHost
    statusHost: statusHost
    portalCertificateId: portalCertificateId
    tenant: [
      { name: 'LATCHKEY_TENANT_ID', value: tenantId }
      { name: 'LATCHKEY_TENANT_NAME', value: tenantName }
      { name: 'LATCHKEY_API_CLIENT_ID', value: apiClientId }
      { name: 'LATCHKEY_PORTAL_CLIENT_ID', value: portalClientId }
      { name: 'LATCHKEY_GRAPH_CLIENT_ID', value: graphClientId }
    ]
  }
}

output vaultName string = stores.outputs.vaultName
output storageName string = stores.outputs.storageName
output databaseHost string = stores.outputs.databaseHost
@description('Where the host names lead.')
output staticIp string = withPrograms ? programs!.outputs.staticIp : ''
