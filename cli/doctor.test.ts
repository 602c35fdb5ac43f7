import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { main as setUpTenant } from '#cli/setup-tenant.ts'
import { runCommand } from '#cli/testing/run-command.ts'
import { ConfigError, readConfig } from '#lib/config.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'
import { main } from './doctor.ts'

/** One thing is wrong at a time, and the doctor names it and nothing else. */

let site: TestSite
let folder: string
let authority: Server
/** Of the sandbox as it is; and of registrations that setup-tenant made in it. */
let sandbox: Record<string, string>
let tenant: Record<string, string>
/** What the stand-in for the authority answers. */
let status = 200

const at = (name: string) => path.join(folder, name)

beforeAll(async () => {
  site = await startTestSite()
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-doctor-'))
  const port = String(await freePort())
  authority = createServer((_, response) => response.writeHead(status).end('{}'))
  await new Promise((resolve) => authority.listen(Number(port), '127.0.0.1', () => resolve(null)))
  sandbox = {
    LATCHKEY_DATA: at('data'),
    SANDBOX_PORT: String(site.config.SANDBOX_PORT),
    AUTHORITY_PORT: port,
    // Without TLS: that is tried with the authority itself, in first-tenant.test.ts.
    LATCHKEY_AUTHORITY_URL: `http://localhost:${port}`,
  }
  await runCommand(async () => ensureAll(), [], sandbox)
  tenant = { ...sandbox, ...(await registered()) }
})

async function ensureAll(): Promise<number> {
  const config = readConfig(sandbox)
  await bringCa(config)
  await (await openLedger(config.database)).close()
  return 0
}

async function registered(): Promise<Record<string, string>> {
  writeFileSync(at('token'), await site.mint({ user: 'erin@contoso.example', api: 'graph' }))
  const args = ['--sandbox', '--token-file', at('token'), '--secrets', at('secrets'), '--json']
  const { stdout } = await runCommand(setUpTenant, args, sandbox)
  return {
    ...(JSON.parse(stdout) as { env: Record<string, string> }).env,
    LATCHKEY_CA_PASSPHRASE: 'not asked for: the sandbox’s own opens it',
  }
}

/** Of the registrations that are there. */
async function setUpAgain(args: readonly string[]): Promise<void> {
  const ids = Object.entries(tenant).filter(([name]) => name.endsWith('_CLIENT_ID'))
  const done = await runCommand(setUpTenant, args, { ...sandbox, ...Object.fromEntries(ids) })
  expect(done).toMatchObject({ status: 0, stderr: '' })
}

afterEach(async () => {
  status = 200
  await site.control('PATCH', 'settings', {
    intune: true,
    entraIdP2: true,
    riskyUsersLimited: false,
  })
})

afterAll(async () => {
  authority.close()
  await site.close()
  rmSync(folder, { recursive: true })
})

/** What is found, as `check: sentence`, but for what the stand-in and the missing TLS give. */
async function findings(env: Record<string, string | undefined>): Promise<readonly string[]> {
  const { stdout } = await runCommand(main, ['authority', '--json'], env as Record<string, string>)
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; findings: { says: string; fix: string }[] }[]
  }
  return checks
    .filter(({ name }) => name !== 'CA key')
    .flatMap(({ name, findings: found }) => found.map(({ says }) => `${name}: ${says}`))
    .filter((line) => !line.includes('LATCHKEY_AUTHORITY_URL begins with http://'))
}

test('nothing is wrong', async () => {
  expect(await findings(sandbox)).toEqual([])
  expect(await findings(tenant)).toEqual([])
})

test.each<[string, object, Record<string, string>, readonly RegExp[]]>([
  ['no Intune', { intune: false }, {}, [/^Intune: devices: the tenant has no Intune/]],
  [
    'no licence for risky users',
    { entraIdP2: false },
    { LATCHKEY_HOLD_RISKY_USERS: 'on' },
    [/^directory: people at risk: the tenant has no licence for this .*\(request-id /],
  ],
  [
    'no consent',
    { graphPermissions: ['User.Read.All', 'DeviceManagementManagedDevices.Read.All'] },
    {},
    [
      /^directory: permissions: consent is missing for Device\.Read\.All$/,
      /^directory: devices: a permission or its consent is missing Authorization_RequestDenied/,
    ],
  ],
])('%s', async (_, settings, env, expected) => {
  await site.control('PATCH', 'settings', settings)
  const found = await findings({ ...sandbox, ...env })
  expect(found).toHaveLength(expected.length)
  for (const [index, line] of found.entries()) expect(line).toMatch(expected[index] ?? /^$/)
  await site.control('PATCH', 'settings', {
    graphPermissions: [
      'Device.Read.All',
      'DeviceManagementManagedDevices.Read.All',
      'IdentityRiskyUser.Read.All',
      'User.Read.All',
    ],
  })
})

test.each<[string, Record<string, string | undefined>, readonly RegExp[]]>([
  [
    'a secret that is wrong',
    { LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE: undefined, LATCHKEY_GRAPH_CLIENT_SECRET: 'wrong' },
    [/^directory: sign-in: the client secret is wrong .*AADSTS7000215/],
  ],
  [
    'a client id of nobody',
    { LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-555555555555' },
    [/^directory: sign-in: the tenant has no such application .*AADSTS700016/],
  ],
  [
    'an API of nobody',
    { LATCHKEY_API_URI: 'api://nobody' },
    [/^API registration: the tenant has no such API .*AADSTS500011/],
  ],
  [
    'the client id of another application as the API',
    {
      LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-555555555555',
      LATCHKEY_API_URI: 'its own',
    },
    [/^API registration: tokens for api:\S+ are for [\da-f-]+, not for LATCHKEY_API_CLIENT_ID$/],
  ],
  [
    'another tenant',
    { LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555' },
    [/^clock: /, /^sign-in service: /, /^directory: sign-in: /],
  ],
  [
    'a name that is mistyped',
    { LATCHKEY_HOLD_RISKY_USER: 'on' },
    [
      /^configuration: LATCHKEY_HOLD_RISKY_USER is no setting.*did you mean LATCHKEY_HOLD_RISKY_USERS\?$/,
    ],
  ],
  ['no ledger', { LATCHKEY_DATABASE: 'sqlite:/nowhere/ledger.sqlite' }, [/^ledger: /]],
])('%s', async (_, change, expected) => {
  const env = { ...tenant, ...change }
  if (env.LATCHKEY_API_URI === 'its own')
    env.LATCHKEY_API_URI = `api://${tenant.LATCHKEY_API_CLIENT_ID}`
  const found = await findings(env)
  expect(found).toHaveLength(expected.length)
  for (const [index, line] of found.entries()) expect(line).toMatch(expected[index] ?? /^$/)
})

test('a federated token signs in as the directory registration, when it is the one that is trusted', async () => {
  const issuer = site.config.issuerV2
  const args = ['--sandbox', '--token-file', at('token'), '--federated', `${issuer},authority`]
  await setUpAgain(args)
  const claims = { iss: issuer, sub: 'authority', aud: 'api://AzureADTokenExchange' }
  const env = {
    ...tenant,
    LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE: undefined,
    LATCHKEY_GRAPH_TOKEN_FILE: at('federated'),
  }
  writeFileSync(at('federated'), await site.mint({ user: 'alice@contoso.example', claims }))
  expect(await findings(env)).toEqual([])
  const other = { ...claims, sub: 'somebody else' }
  writeFileSync(at('federated'), await site.mint({ user: 'alice@contoso.example', claims: other }))
  expect(await findings(env)).toEqual([
    expect.stringMatching(/^directory: sign-in: no federated credential .*AADSTS700213/),
  ])
})

test('a certificate that runs out soon is renewed before it does', async () => {
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-days', '20']
  const made = [...args, '-keyout', at('short.key'), '-out', at('short.crt')]
  execFileSync('openssl', made, { stdio: 'ignore' })
  const pem = ['short.crt', 'short.key'].map((name) => readFileSync(at(name), 'utf8')).join('')
  writeFileSync(at('short.pem'), pem, { mode: 0o600 })
  const register = ['--sandbox', '--token-file', at('token'), '--certificate', at('short.crt')]
  await setUpAgain(register)
  expect(
    await findings({ ...tenant, LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE: at('short.pem') }),
  ).toEqual(['directory: sign-in: the certificate by which it signs in runs out in 19 days'])
})

test.each([
  [503, 'See the log of the program, or of the proxy before it.'],
  [301, 'Relying parties follow no redirect: let the proxy hand it on.'],
])('an address that answers %i', async (answered, fix) => {
  status = answered
  const { stdout } = await runCommand(main, ['authority'], sandbox)
  expect(stdout).toContain(
    `problem  LATCHKEY_STATUS_URL: http://localhost:${sandbox.AUTHORITY_PORT}/ca answers ${answered}\n         ${fix}`,
  )
})

test('an address where nobody is', async () => {
  const { stdout, status: exit } = await runCommand(main, ['portal'], sandbox)
  expect(exit).toBe(1)
  expect(stdout).toMatch(/LATCHKEY_PORTAL_URL: http:\/\/localhost:3000\/signin cannot be reached/)
  expect(stdout).not.toContain('ledger')
})

test('where only statuses are answered, no key and no directory are asked for', async () => {
  const args = ['authority', '--role', 'status', '--json']
  const { stdout } = await runCommand(main, args, sandbox)
  const { checks } = JSON.parse(stdout) as { checks: { name: string }[] }
  expect(checks.map(({ name }) => name)).toEqual([
    'configuration',
    'CA certificate',
    'root CRL',
    'ledger',
    'disk',
    'LATCHKEY_STATUS_URL',
  ])
})

test('what cannot be asked ends with 2', async () => {
  expect(await runCommand(main, ['everything'], sandbox)).toMatchObject({ status: 2 })
  const contradiction = {
    ...sandbox,
    LATCHKEY_DEVICE_OWNERSHIP: 'primary',
    LATCHKEY_DEVICE_DIRECTORY: 'entra',
  }
  await expect(async () => readConfig(contradiction)).rejects.toThrow(ConfigError)
  expect(await runCommand(main, [], contradiction)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^LATCHKEY_DEVICE_OWNERSHIP=primary needs Intune/),
  })
})
