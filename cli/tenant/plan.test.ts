import { describe, expect, test } from 'vitest'
import { environmentSchema } from '#lib/environment.ts'
import { asBicep } from './as-bicep.ts'
import { asTerraform } from './as-terraform.ts'
import { desiredTenant, REGISTRATIONS, SCOPE_ID, type Wish } from './desired.ts'
import { differences } from './merge.ts'
import { type AppObject, type Current, fillIn, planTenant } from './plan.ts'

const wish = (env: Record<string, string> = {}, change: Partial<Wish> = {}): Wish => ({
  name: 'Latchkey',
  settings: environmentSchema.parse(env),
  portalUrl: 'https://portal.contoso.example',
  assignments: [],
  certificate: null,
  federated: null,
  ...change,
})

const NOTHING: Current = {
  applications: { api: null, portal: null, directory: null },
  principals: { api: null, portal: null, directory: null, graph: { id: 'graph-object' } },
  grants: [],
  permissions: [],
  assignments: [],
  federated: [],
}

/** The API's registration as Graph would show it after a run. */
function madeApi(change: object = {}): AppObject {
  const { api } = desiredTenant(wish()).applications
  const ids = { api: 'a-1', portal: 'p-1', scope: SCOPE_ID }
  return { ...fillIn(api, ids), id: 'o-1', appId: 'a-1', ...change }
}

const withApi = (api: AppObject): Current => ({
  ...NOTHING,
  applications: { ...NOTHING.applications, api },
  principals: { ...NOTHING.principals, api: { id: 'sp-1' } },
})

const ofApi = (current: Current) =>
  planTenant(current, desiredTenant(wish())).filter(({ path }) => path === 'applications/{api.id}')

describe('what the settings need', () => {
  test.each([
    [{}, ['User.Read.All', 'Device.Read.All', 'DeviceManagementManagedDevices.Read.All']],
    [{ LATCHKEY_DEVICE_DIRECTORY: 'entra' }, ['User.Read.All', 'Device.Read.All']],
    [
      { LATCHKEY_DEVICE_DIRECTORY: 'entra', LATCHKEY_HOLD_RISKY_USERS: 'on' },
      ['User.Read.All', 'Device.Read.All', 'IdentityRiskyUser.Read.All'],
    ],
    [
      { LATCHKEY_DEVICE_DIRECTORY: 'entra', LATCHKEY_RENEWAL_ROLE_CHECK: 'on' },
      ['User.Read.All', 'Device.Read.All', 'Directory.Read.All'],
    ],
  ])('%j: %j', (env, expected) => {
    expect(desiredTenant(wish(env)).permissions.map(({ value }) => value)).toEqual(expected)
  })

  test('nothing of it writes', () => {
    const all = { LATCHKEY_HOLD_RISKY_USERS: 'on', LATCHKEY_RENEWAL_ROLE_CHECK: 'on' }
    for (const { value } of desiredTenant(wish(all)).permissions)
      expect(value).toMatch(/\.Read\.All$/)
  })

  test('an authentication context needs its claim', () => {
    const { api } = desiredTenant(wish({ LATCHKEY_STEP_UP: 'context:c3' })).applications
    expect(JSON.stringify(api.optionalClaims)).toContain('"acrs"')
  })
})

describe('a plan', () => {
  test('names no id that only Entra gives, in what a new registration is made of', () => {
    const plan = planTenant(NOTHING, desiredTenant(wish()))
    for (const { path, body } of plan.filter(({ method }) => method === 'POST')) {
      if (path === 'applications') expect(JSON.stringify(body)).not.toMatch(/\{[a-z]+[.:}]/)
    }
  })

  test('authorises an application for a scope only when the scope is there', () => {
    const bare = { id: 'o-1', appId: 'a-1', displayName: 'Ours', api: {} }
    const bodies = ofApi(withApi(bare)).map(({ body }) => Object.keys(body.api as object))
    expect(bodies).toEqual([
      ['requestedAccessTokenVersion', 'oauth2PermissionScopes'],
      ['preAuthorizedApplications'],
    ])
  })

  test('leaves ids, names and texts that are there, and switches on what is off', () => {
    const scope = { id: 's-9', value: 'Cert.Enroll', isEnabled: false, type: 'User' }
    const found = madeApi({
      displayName: 'Certificates',
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: [scope],
        preAuthorizedApplications: [],
      },
      appRoles: [{ id: 'r-9', value: 'CSR.SelfService', isEnabled: true, displayName: 'Ours' }],
    })
    const [first, second] = ofApi(withApi(found)).map(({ body }) => body)
    expect(first?.displayName).toBeUndefined()
    expect(first?.api).toEqual({ oauth2PermissionScopes: [{ ...scope, isEnabled: true }] })
    expect(first?.appRoles).toEqual([
      { id: 'r-9', value: 'CSR.SelfService', isEnabled: true, displayName: 'Ours' },
      expect.objectContaining({ value: 'CSR.Request.Db' }),
      expect.objectContaining({ value: 'Manage.All' }),
    ])
    expect(JSON.stringify(second?.api)).toContain('"delegatedPermissionIds":["s-9"]')
  })

  test('adds a scope to a consent that is there', () => {
    const current: Current = {
      ...NOTHING,
      principals: { ...NOTHING.principals, portal: { id: 'sp-2' } },
      grants: [
        { id: 'g-1', resourceId: 'graph-object', consentType: 'AllPrincipals', scope: 'openid x' },
      ],
    }
    const plan = planTenant(current, desiredTenant(wish()))
    expect(plan.find(({ path }) => path.startsWith('oauth2PermissionGrants/'))).toMatchObject({
      method: 'PATCH',
      path: 'oauth2PermissionGrants/g-1',
      body: { scope: 'openid x profile email offline_access' },
      consent: 'portal',
    })
  })

  test('trusts a federated token once', () => {
    const federated = {
      name: 'latchkey-authority',
      issuer: 'https://oidc.example/',
      subject: 'system:serviceaccount:latchkey:authority',
      audiences: ['api://AzureADTokenExchange'] as const,
    }
    const desired = desiredTenant(wish({}, { federated }))
    const ofFederation = (current: Current) =>
      planTenant(current, desired).filter(({ path }) => path.includes('federated'))
    expect(ofFederation(NOTHING)).toHaveLength(1)
    const there = [{ id: 'f-1', issuer: federated.issuer, subject: federated.subject }]
    expect(ofFederation({ ...NOTHING, federated: there })).toEqual([])
  })
})

describe('differences', () => {
  const HEX = 'B6 7B 1B B2 BE 16 08 F4 3A EA 90 C6 01 58 09 8B 5D 72 2C 00'.replaceAll(' ', '')
  const BASE64 = Buffer.from(HEX, 'hex').toString('base64')

  test.each<[string, object, object, object]>([
    [
      'what is as wanted',
      { web: { redirectUris: ['a', 'b'] } },
      { web: { redirectUris: ['b'] } },
      {},
    ],
    ['another order', { identifierUris: ['b', 'a'] }, { identifierUris: ['a', 'b'] }, {}],
    ['null for empty', { optionalClaims: null }, { optionalClaims: { idToken: [] } }, {}],
    [
      'an address more',
      { spa: { redirectUris: ['a'], other: 1 } },
      { spa: { redirectUris: ['b'] } },
      { spa: { redirectUris: ['a', 'b'] } },
    ],
    [
      'a thumbprint in hex',
      { keyCredentials: [{ customKeyIdentifier: HEX, key: null }] },
      { keyCredentials: [{ customKeyIdentifier: BASE64, key: 'x' }] },
      {},
    ],
    [
      'a certificate more',
      { keyCredentials: [{ customKeyIdentifier: 'AAAA', key: null }] },
      { keyCredentials: [{ customKeyIdentifier: BASE64, key: 'x' }] },
      {
        keyCredentials: [
          { customKeyIdentifier: 'AAAA', key: null },
          { customKeyIdentifier: BASE64, key: 'x' },
        ],
      },
    ],
    [
      'a permission more of the same API',
      {
        requiredResourceAccess: [
          { resourceAppId: 'g', resourceAccess: [{ id: '1', type: 'Role' }] },
        ],
      },
      {
        requiredResourceAccess: [
          { resourceAppId: 'g', resourceAccess: [{ id: '2', type: 'Role' }] },
        ],
      },
      {
        requiredResourceAccess: [
          {
            resourceAppId: 'g',
            resourceAccess: [
              { id: '1', type: 'Role' },
              { id: '2', type: 'Role' },
            ],
          },
        ],
      },
    ],
  ])('%s', (_, now, wanted, expected) => {
    expect(differences(now as AppObject, wanted as AppObject)).toEqual(expected)
  })
})

describe('as code', () => {
  const federated = {
    name: 'latchkey-authority',
    issuer: 'https://oidc.example/',
    subject: 'system:serviceaccount:latchkey:authority',
    audiences: ['api://AzureADTokenExchange'] as const,
  }
  const desired = desiredTenant(wish({ LATCHKEY_HOLD_RISKY_USERS: 'on' }, { federated }))

  test.each([
    ['Bicep', asBicep(desired)],
    ['Terraform', asTerraform(desired)],
  ])('%s has all of it, and every reference is one of its own', (_, code) => {
    expect(code).not.toMatch(/[^$]\{[a-z]+[.:}]/)
    for (const { id } of desired.permissions) expect(code).toContain(id)
    for (const name of REGISTRATIONS) {
      expect(code).toContain(String(desired.applications[name].displayName))
    }
    expect(code).toContain('https://portal.contoso.example/step-up')
    expect(code).toContain(federated.subject)
    expect(code).toContain('LATCHKEY_GRAPH_CLIENT_ID')
  })

  test('Bicep uses no resource that is not there', () => {
    const code = asBicep(desired)
    const made = [...code.matchAll(/^resource (\w+) /gm)].map(([, name = '']) => name)
    const used = [...code.matchAll(/\b(\w+)\.(?:id|appId|uniqueName)\b/g)].map(
      ([, name = '']) => name,
    )
    expect(made).toContain('graph')
    for (const name of used) expect(made).toContain(name)
  })

  test('Terraform uses no resource that is not there', () => {
    const code = asTerraform(desired)
    const made = [...code.matchAll(/^(data|resource) "(\w+)" "(\w+)"/gm)].map(
      ([, kind, type, name]) => `${kind === 'data' ? 'data.' : ''}${type}.${name}`,
    )
    const used = [...code.matchAll(/(?<![\w."])((?:data\.)?azuread_\w+\.\w+)\.\w+/g)]
    expect(used.length).toBeGreaterThan(15)
    for (const [, name] of used) expect(made).toContain(name)
  })
})
