// The programs, each with an identity, secrets and files of its own, and the job that migrates the ledger.
param name string
param location string
param image string
param vaultName string
param storageName string
param appsSubnetId string
param portalHost string
param authorityHost string
param statusHost string
param portalCertificateId string
@description('The variables of the tenant, { name, value }.')
param tenant array

// Of TCP, 443 is taken by the environment itself.
var authorityPort = 8443

// Secrets of each program, which it finds as files; nobody else's identity reads them.
var secretsOf = {
  portal: ['portal-client-secret', 'session-secret']
  issue: ['ca-passphrase', 'graph-client-certificate', 'database-issue']
  jobs: ['ca-passphrase', 'graph-client-certificate', 'database-jobs']
  status: ['database-status']
  migrate: ['database-owner']
}
var variableOf = {
  'portal-client-secret': 'LATCHKEY_PORTAL_CLIENT_SECRET_FILE'
  'session-secret': 'LATCHKEY_SESSION_SECRET_FILE'
  'ca-passphrase': 'LATCHKEY_CA_PASSPHRASE_FILE'
  'graph-client-certificate': 'LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE'
  'database-owner': 'LATCHKEY_DATABASE_FILE'
  'database-issue': 'LATCHKEY_DATABASE_FILE'
  'database-jobs': 'LATCHKEY_DATABASE_FILE'
  'database-status': 'LATCHKEY_DATABASE_FILE'
}
var secretsAt = '/run/secrets'
var programs = ['portal', 'issue', 'jobs', 'status', 'migrate']
var grants = flatten(map(programs, program => map(secretsOf[program], secret => { program: program, secret: secret })))

var addresses = concat(tenant, [
  { name: 'LATCHKEY_PORTAL_URL', value: 'https://${portalHost}' }
  { name: 'LATCHKEY_AUTHORITY_URL', value: 'https://${authorityHost}:${authorityPort}' }
  { name: 'LATCHKEY_STATUS_URL', value: 'http://${statusHost}' }
])

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource identities 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = [
  for program in programs: {
    name: '${name}-${program}'
    location: location
  }
]

module rights 'rights.bicep' = {
  name: 'rights'
  params: {
    vaultName: vaultName
    grants: [
      for grant in grants: {
        secret: grant.secret
        principalId: identities[indexOf(programs, grant.program)].properties.principalId
      }
    ]
    // Who signs with a key in the vault, where LATCHKEY_SIGNER names one.
    signers: [identities[1].properties.principalId, identities[2].properties.principalId]
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  properties: { sku: { name: 'PerGB2018' }, retentionInDays: 90 }
}

resource platform 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: name
  location: location
  properties: {
    zoneRedundant: true
    vnetConfiguration: { infrastructureSubnetId: appsSubnetId, internal: false }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: { customerId: logs.properties.customerId, sharedKey: logs.listKeys().primarySharedKey }
    }
  }
}

resource storageAccount 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

// The CA's files and the log of signatures of one program, and the folder of the responders.
resource shares 'Microsoft.App/managedEnvironments/storages@2024-03-01' = [
  for share in ['issue', 'jobs', 'status', 'responders']: {
    parent: platform
    name: share
    properties: {
      azureFile: {
        accountName: storageName
        accountKey: storageAccount.listKeys().keys[0].value
        shareName: share
        accessMode: 'ReadWrite'
      }
    }
  }
]

var shareOptions = 'uid=65532,gid=65532,dir_mode=0700,file_mode=0600,nobrl,cache=strict'
var running = [
  {
    name: 'portal'
    args: ['cli/start.ts', 'portal']
    port: 3000
    path: '/signin'
    host: portalHost
    shares: []
    more: [{ name: 'LATCHKEY_AUTHORITY_INTERNAL_URL', value: 'https://${authorityHost}:${authorityPort}' }]
    scale: { minReplicas: 2, maxReplicas: 4 }
    ingress: {
      external: true
      targetPort: 3000
      allowInsecure: false
      customDomains: empty(portalCertificateId)
        ? []
        : [{ name: portalHost, bindingType: 'SniEnabled', certificateId: portalCertificateId }]
    }
  }
  {
    name: 'issue'
    args: ['cli/start.ts', 'authority', '--role', 'issue']
    port: 8080
    path: '/probe'
    host: 'localhost'
    shares: ['issue']
    // In the share, beside the folder of the CA.
    more: [
      { name: 'LATCHKEY_TLS_CERT', value: '/data/https/tls.crt' }
      { name: 'LATCHKEY_TLS_KEY', value: '/data/https/tls.key' }
    ]
    // A log of signatures belongs to one process at a time.
    scale: { minReplicas: 1, maxReplicas: 1 }
    // TLS ends in the program, which sees client certificates itself.
    ingress: { external: true, transport: 'tcp', targetPort: 8443, exposedPort: authorityPort }
  }
  {
    name: 'jobs'
    args: ['cli/start.ts', 'authority', '--role', 'jobs']
    port: 8080
    path: '/probe'
    host: 'localhost'
    shares: ['jobs', 'responders']
    more: [{ name: 'LATCHKEY_RESPONDERS', value: '/responders' }]
    scale: { minReplicas: 1, maxReplicas: 1 }
    ingress: null
  }
  {
    name: 'status'
    args: ['cli/start.ts', 'authority', '--role', 'status']
    port: 8080
    path: '/probe'
    host: 'localhost'
    shares: ['status', 'responders']
    more: [{ name: 'LATCHKEY_RESPONDERS', value: '/responders' }]
    scale: { minReplicas: 2, maxReplicas: 10 }
    // Relying parties ask over plain http.
    ingress: {
      external: true
      targetPort: 8080
      allowInsecure: true
      customDomains: empty(portalCertificateId) ? [] : [{ name: statusHost, bindingType: 'Disabled' }]
    }
  }
]

resource apps 'Microsoft.App/containerApps@2024-03-01' = [
  for (program, index) in running: {
    name: '${name}-${program.name}'
    location: location
    identity: { type: 'UserAssigned', userAssignedIdentities: { '${identities[index].id}': {} } }
    dependsOn: [rights, shares]
    properties: {
      environmentId: platform.id
      workloadProfileName: 'Consumption'
      configuration: {
        ingress: program.ingress
        secrets: [
          for secret in secretsOf[program.name]: {
            name: secret
            keyVaultUrl: '${vault.properties.vaultUri}secrets/${secret}'
            identity: identities[index].id
          }
        ]
      }
      template: {
        terminationGracePeriodSeconds: 40
        scale: program.scale
        containers: [
          {
            name: program.name
            image: image
            args: program.args
            resources: { cpu: json('0.5'), memory: '1Gi' }
            env: concat(
              addresses,
              program.more,
              map(secretsOf[program.name], secret => { name: variableOf[secret], value: '${secretsAt}/${secret}' })
            )
            volumeMounts: concat(
              [{ volumeName: 'secrets', mountPath: secretsAt }],
              map(program.shares, share => {
                volumeName: share
                mountPath: share == 'responders' ? '/responders' : '/data'
              })
            )
            probes: [
              // More than ten failures are not allowed.
              { type: 'Startup', tcpSocket: { port: program.port }, periodSeconds: 10, failureThreshold: 10 }
              { type: 'Liveness', tcpSocket: { port: program.port }, periodSeconds: 10 }
              {
                type: 'Readiness'
                periodSeconds: 5
                timeoutSeconds: 5
                // The program answers to the host names that it was told of.
                httpGet: {
                  path: program.path
                  port: program.port
                  httpHeaders: [{ name: 'Host', value: program.host }]
                }
              }
            ]
          }
        ]
        volumes: concat(
          [
            {
              name: 'secrets'
              storageType: 'Secret'
              secrets: map(secretsOf[program.name], secret => { secretRef: secret, path: secret })
            }
          ],
          map(program.shares, share => {
            name: share
            storageType: 'AzureFile'
            storageName: share
            mountOptions: shareOptions
          })
        )
      }
    }
  }
]

// az containerapp job start, before the programs of a new release: the schema, and the rights of each user.
resource migrate 'Microsoft.App/jobs@2024-03-01' = {
  name: '${name}-migrate'
  location: location
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identities[4].id}': {} } }
  dependsOn: [rights]
  properties: {
    environmentId: platform.id
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Manual'
      replicaTimeout: 900
      manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 }
      secrets: [
        {
          name: 'database-owner'
          keyVaultUrl: '${vault.properties.vaultUri}secrets/database-owner'
          identity: identities[4].id
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'migrate'
          image: image
          args: ['cli/migrate.ts']
          resources: { cpu: json('0.25'), memory: '0.5Gi' }
          env: [{ name: 'LATCHKEY_DATABASE_FILE', value: '${secretsAt}/database-owner' }]
          volumeMounts: [{ volumeName: 'secrets', mountPath: secretsAt }]
        }
      ]
      volumes: [
        {
          name: 'secrets'
          storageType: 'Secret'
          secrets: [{ secretRef: 'database-owner', path: 'database-owner' }]
        }
      ]
    }
  }
}

output staticIp string = platform.properties.staticIp
