import { describe, expect, test } from 'vitest'
import { readConfig } from '#lib/config.ts'
import { configProblems, type ProgramName } from './config-check.ts'

type Env = Record<string, string>

const ALL: readonly ProgramName[] = ['sandbox', 'authority', 'portal']
const TENANT: Env = {
  LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  LATCHKEY_TENANT_NAME: 'Contoso',
  LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-000000000001',
  LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-000000000002',
  LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-000000000003',
  LATCHKEY_PORTAL_URL: 'https://portal.contoso.example',
  LATCHKEY_AUTHORITY_URL: 'https://ca.contoso.example',
  LATCHKEY_STATUS_URL: 'http://ca.contoso.example',
}

const problemsOf = (env: Env, programs: readonly ProgramName[] = ['authority', 'portal']) =>
  configProblems(readConfig(env), env, programs)
const inTenant = (change: Env, programs?: readonly ProgramName[]) =>
  problemsOf({ ...TENANT, ...change }, programs)

describe('what works has no problem', () => {
  test.each<[string, Env]>([
    ['nothing configured: the sandbox', {}],
    [
      'other ports',
      { PORTAL_PORT: '1', AUTHORITY_PORT: '2', AUTHORITY_TLS_PORT: '3', SANDBOX_PORT: '4' },
    ],
    [
      'a sandbox under other names',
      { LATCHKEY_AUTHORITY_URL: 'https://ca.test', LATCHKEY_PORTAL_URL: 'http://portal.test' },
    ],
    ['a tenant', TENANT],
    [
      'addresses with ports',
      { ...TENANT, LATCHKEY_AUTHORITY_URL: 'https://ca.contoso.example:8443' },
    ],
    ['an address of a private network', { ...TENANT, LATCHKEY_STATUS_URL: 'http://10.0.0.7:8080' }],
    ['IPv6', { ...TENANT, LATCHKEY_STATUS_URL: 'http://[2001:db8::7]' }],
    ['a portal on one’s own machine', { ...TENANT, LATCHKEY_PORTAL_URL: 'http://localhost:3000' }],
    [
      'the authority on another machine',
      { ...TENANT, LATCHKEY_AUTHORITY_INTERNAL_URL: 'https://authority:8443' },
    ],
    [
      'a national cloud',
      {
        ...TENANT,
        LATCHKEY_LOGIN_URL: 'https://login.microsoftonline.us',
        LATCHKEY_GRAPH_URL: 'https://graph.microsoft.us',
      },
    ],
    ['a national cloud by its name', { ...TENANT, LATCHKEY_CLOUD: 'china' }],
    [
      'an address that is in no cloud',
      { ...TENANT, LATCHKEY_CLOUD: 'usgov', LATCHKEY_GRAPH_URL: 'https://graph.contoso.example' },
    ],
    [
      'notifications',
      { ...TENANT, LATCHKEY_NOTIFICATIONS_URL: 'https://ca.contoso.example/graph/notifications' },
    ],
    ['a tight interval', { ...TENANT, LATCHKEY_SWEEP_SECONDS: '299' }],
  ])('%s', (_, env) => {
    expect(problemsOf(env, env.LATCHKEY_TENANT_ID ? ['authority', 'portal'] : ALL)).toEqual([])
  })
})

/** Each address variable with its scheme and path. */
const ADDRESSES: readonly [name: string, scheme: string, path: string][] = [
  ['LATCHKEY_PORTAL_URL', 'https', ''],
  ['LATCHKEY_AUTHORITY_URL', 'https', ''],
  ['LATCHKEY_STATUS_URL', 'http', ''],
  ['LATCHKEY_AUTHORITY_INTERNAL_URL', 'https', ''],
  ['LATCHKEY_LOGIN_URL', 'https', ''],
  ['LATCHKEY_GRAPH_URL', 'https', ''],
  ['LATCHKEY_NOTIFICATIONS_URL', 'https', '/graph/notifications'],
]

describe.each(ADDRESSES)('%s has one form', (name, scheme, path) => {
  const host = `${scheme}://host.example`
  const right = `${host}${path}`
  const otherDefault = scheme === 'https' ? ':443' : ':80'

  test.each([
    [`${right}/`, `${name} ends in a slash. Write ${right}.`],
    [`${right}?x=1`, `${name} has a query. Write ${right}.`],
    [`${right}?`, `${name} has a query. Write ${right}.`],
    [`${right}#top`, `${name} has a fragment, #top. Write ${right}.`],
    [`${right}#`, `${name} has a fragment, #. Write ${right}.`],
    [
      `${scheme}://user:hunter2@host.example${path}`,
      `${name} has a user name or password in it. Write ${right}.`,
    ],
    [
      `${scheme}://*.host.example${path}`,
      `${name} has a * in its host name. Write the one name by which it is reached.`,
    ],
    [
      `${scheme}://0.0.0.0${path}`,
      `${name} is 0.0.0.0, which is the address of no machine. Write the name by which it is reached.`,
    ],
    [
      `${scheme}://[::]:8080${path}`,
      `${name} is [::], which is the address of no machine. Write the name by which it is reached.`,
    ],
    [
      `${scheme.toUpperCase()}://HOST.example${path}`,
      `${name} is not written in its one form: lower case, without the default port. Write ${right}.`,
    ],
    [
      `${host}${otherDefault}${path}`,
      `${name} is not written in its one form: lower case, without the default port. Write ${right}.`,
    ],
    [
      `ftp://host.example${path}`,
      `${name} is no address of the web. Write it as https://host or http://host:port.`,
    ],
    [
      'mailto:a@host.example',
      `${name} is no address of the web. Write it as https://host or http://host:port.`,
    ],
    [
      `${host}/v1.0`,
      path === ''
        ? `${name} has the path /v1.0, and everything stands at the root of its host. Write ${right}.`
        : `${name} must have the path ${path}. Write ${right}.`,
    ],
  ])('%s is told with its fix', (value, sentence) => {
    expect(inTenant({ [name]: value })).toEqual([sentence])
  })

  test('and a password is not repeated', () => {
    expect(
      inTenant({ [name]: `${scheme}://user:hunter2@host.example${path}` }).join(),
    ).not.toContain('hunter2')
  })
})

describe('the scheme', () => {
  test.each<[Env, string]>([
    [
      { LATCHKEY_AUTHORITY_URL: 'http://ca.contoso.example' },
      'LATCHKEY_AUTHORITY_URL begins with http://, and scripts send access tokens there. Write its https address.',
    ],
    [
      { LATCHKEY_STATUS_URL: 'https://ca.contoso.example' },
      'LATCHKEY_STATUS_URL begins with https://. Who checks a certificate asks there, and over https would first have to check another one. Write its http address; what is answered is signed.',
    ],
    [
      { LATCHKEY_PORTAL_URL: 'http://portal.contoso.example' },
      'LATCHKEY_PORTAL_URL begins with http://. Entra ID sends people back to https only, and browsers make keys there only. Put TLS in front of the portal and write its https address.',
    ],
    [
      { LATCHKEY_AUTHORITY_INTERNAL_URL: 'http://authority:8080' },
      'LATCHKEY_AUTHORITY_INTERNAL_URL begins with http:// and leads to another machine, and the authority takes no access token that others can read on the way. Write its https address.',
    ],
    [
      { LATCHKEY_LOGIN_URL: 'http://login.microsoftonline.com' },
      'LATCHKEY_LOGIN_URL begins with http://, and who is on the way could say who somebody is. Write its https address.',
    ],
    [
      { LATCHKEY_GRAPH_URL: 'http://graph.microsoft.com' },
      'LATCHKEY_GRAPH_URL begins with http://, and who is on the way could say who somebody is. Write its https address.',
    ],
    [
      { LATCHKEY_GRAPH_URL: 'https://graph.microsoft.us' },
      'https://login.microsoftonline.com and https://graph.microsoft.us are of two clouds, and Graph takes no token of another cloud. Set LATCHKEY_CLOUD alone, and leave LATCHKEY_LOGIN_URL and LATCHKEY_GRAPH_URL out.',
    ],
    [
      { LATCHKEY_CLOUD: 'china', LATCHKEY_HOLD_RISKY_USERS: 'on' },
      'LATCHKEY_HOLD_RISKY_USERS is on, and the cloud china has no Identity Protection that could say who is at risk. Turn it off.',
    ],
    [
      {
        LATCHKEY_NOTIFICATIONS_URL: 'https://ca.contoso.example/graph/notifications',
        LATCHKEY_GRAPH_TOKEN_FILE: '/var/run/secrets/token',
      },
      'LATCHKEY_NOTIFICATIONS_URL needs a secret that all replicas know, and LATCHKEY_GRAPH_TOKEN_FILE gives none. Leave it out, or sign in by a certificate.',
    ],
    [
      { LATCHKEY_NOTIFICATIONS_URL: 'http://ca.contoso.example/graph/notifications' },
      'LATCHKEY_NOTIFICATIONS_URL begins with http://, and Graph calls https addresses only. Write its https address.',
    ],
  ])('of %j is refused', (change, sentence) => {
    expect(inTenant(change)).toEqual([sentence])
  })

  test('of authority and status counts in the sandbox too', () => {
    expect(problemsOf({ LATCHKEY_AUTHORITY_URL: 'http://ca.test' }, ALL)).toHaveLength(1)
    expect(problemsOf({ LATCHKEY_STATUS_URL: 'https://ca.test' }, ALL)).toHaveLength(1)
  })
})

describe('what stands in certificates of a tenant', () => {
  const HOSTS = [
    'localhost',
    'localhost.',
    'ca.localhost',
    '127.0.0.1',
    '127.8.9.10',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '[fe80::1]',
  ]
  test.each(HOSTS)('may not be %s', (host) => {
    for (const [name, scheme] of [
      ['LATCHKEY_AUTHORITY_URL', 'https'],
      ['LATCHKEY_STATUS_URL', 'http'],
    ] as const) {
      const { origin } = new URL(`${scheme}://${host}:8080`)
      expect(inTenant({ [name]: origin })).toEqual([
        `${name} is ${origin}, which no other machine reaches, and it stands in every certificate. ` +
          'Set it to the address by which devices reach the authority.',
      ])
    }
    const { origin } = new URL(`https://${host}`)
    expect(inTenant({ LATCHKEY_NOTIFICATIONS_URL: `${origin}/graph/notifications` })).toEqual([
      `LATCHKEY_NOTIFICATIONS_URL is ${origin}, which Graph cannot reach. Write its public address.`,
    ])
  })

  test('may not be the default', () => {
    const { LATCHKEY_AUTHORITY_URL, LATCHKEY_STATUS_URL, ...rest } = TENANT
    expect(problemsOf(rest as Env)).toEqual([
      'LATCHKEY_AUTHORITY_URL is not set, and is https://localhost:8443, which no other machine reaches, and it stands in every certificate. Set it to the address by which devices reach the authority.',
      'LATCHKEY_STATUS_URL is not set, and is http://localhost:8080, which no other machine reaches, and it stands in every certificate. Set it to the address by which devices reach the authority.',
    ])
  })
})

test('a colour that cannot be read is refused with the nearest that can, where pages are shown', () => {
  const env = { LATCHKEY_BRAND_ACCENT: '#FFCC00' }
  expect(inTenant(env)).toEqual([
    'LATCHKEY_BRAND_ACCENT: #ffcc00 has a contrast of 1.3 to 1 with the light theme, where links and ' +
      'buttons need 4.5. The nearest that has it is #856900.',
  ])
  expect(inTenant(env, ['authority'])).toEqual([])
  expect(inTenant({ LATCHKEY_BRAND_ACCENT: '#7a1fa2, #d6a8f0' })).toEqual([])
})

describe('times, ports and files', () => {
  test.each([
    ['300', '300'],
    ['600', '300'],
    ['60', '60'],
  ])('a sync every %s s within a budget of %s s is refused', (every, budget) => {
    const env = { LATCHKEY_SWEEP_SECONDS: every, LATCHKEY_DIRECTORY_BUDGET_SECONDS: budget }
    const sentence =
      `LATCHKEY_SWEEP_SECONDS is ${every} and LATCHKEY_DIRECTORY_BUDGET_SECONDS is ${budget}, ` +
      'so that what is known of the directory would be too old before it is read again. ' +
      'Make the first smaller than the second, best less than half of it.'
    expect(inTenant(env)).toEqual([sentence])
    expect(problemsOf(env, ALL)).toEqual([sentence])
    // The portal does not read the directory.
    expect(inTenant(env, ['portal'])).toEqual([])
  })

  test('one port for two is refused, whoever of them starts', () => {
    const env = { PORTAL_PORT: '8080', AUTHORITY_TLS_PORT: '8080' }
    expect(inTenant(env)).toEqual([
      'AUTHORITY_PORT and AUTHORITY_TLS_PORT are both 8080. Give each its own port.',
      'AUTHORITY_PORT and PORTAL_PORT are both 8080. Give each its own port.',
    ])
    expect(inTenant(env, ['portal'])).toEqual([])
    expect(problemsOf({ PORTAL_PORT: '4000' }, ALL)).toEqual([
      'SANDBOX_PORT and PORTAL_PORT are both 4000. Give each its own port.',
    ])
    expect(problemsOf({ PORTAL_PORT: '4000' }, ['sandbox'])).toEqual([])
  })

  test.each(['LATCHKEY_TLS_CERT', 'LATCHKEY_TLS_KEY'])('%s alone is refused', (name) => {
    expect(inTenant({ [name]: '/x.pem' })).toEqual([
      'LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY belong together; set both.',
    ])
  })
})

test('a tenant without its id is not taken for the sandbox', () => {
  const { LATCHKEY_TENANT_ID, ...rest } = TENANT
  expect(problemsOf(rest as Env, ALL)).toEqual([
    'LATCHKEY_API_CLIENT_ID, LATCHKEY_PORTAL_CLIENT_ID, LATCHKEY_GRAPH_CLIENT_ID belong to a tenant, and LATCHKEY_TENANT_ID is not set, so that the sandbox would be used. Set LATCHKEY_TENANT_ID, or unset the others.',
  ])
})

test('everything is told at once', () => {
  const env = {
    LATCHKEY_PORTAL_URL: 'https://portal.contoso.example/',
    LATCHKEY_STATUS_URL: 'https://ca.contoso.example',
    LATCHKEY_GRAPH_URL: 'http://graph.microsoft.com',
    LATCHKEY_SWEEP_SECONDS: '900',
    PORTAL_PORT: '8443',
  }
  expect(inTenant(env)).toHaveLength(5)
})
