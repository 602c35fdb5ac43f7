import type { ChildProcess } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configIn } from '#authority/testing/harness.ts'
import { startProgram } from '#authority/testing/program.ts'
import { main as doctor } from '#cli/doctor.ts'
import { ensureCa } from '#cli/init-ca.ts'
import { main as setUpTenant } from '#cli/setup-tenant.ts'
import { runCommand } from '#cli/testing/run-command.ts'
import { type Config, readConfig } from '#lib/config.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { signIn, startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/**
 * From an empty folder to a certificate: the registrations are made in the sandbox's Graph, as in a real
 * tenant, and the authority runs with them and nothing else.
 */

let site: TestSite
let folder: string
let config: Config
let env: Record<string, string>
let child: ChildProcess | null = null
const at = (name: string) => path.join(folder, name)

beforeAll(async () => {
  site = await startTestSite()
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-first-'))
  const { AUTHORITY_PORT, AUTHORITY_TLS_PORT } = await configIn(folder, {})
  env = {
    PATH: process.env.PATH ?? '',
    LATCHKEY_DATA: at('data'),
    AUTHORITY_PORT: String(AUTHORITY_PORT),
    AUTHORITY_TLS_PORT: String(AUTHORITY_TLS_PORT),
    PORTAL_PORT: String(site.config.PORTAL_PORT),
    SANDBOX_PORT: String(site.config.SANDBOX_PORT),
  }
  await signInAs('erin')
})

afterAll(async () => {
  child?.kill('SIGKILL')
  await site.close()
  rmSync(folder, { recursive: true })
})

async function signInAs(name: string): Promise<void> {
  writeFileSync(at('token'), await site.mint({ user: `${name}@contoso.example`, api: 'graph' }))
}

const setUp = (...args: readonly string[]) =>
  runCommand(
    setUpTenant,
    ['--sandbox', '--token-file', at('token'), '--secrets', at('secrets'), ...args],
    env,
  )

describe('setup-tenant', () => {
  test('needs an administrator, and says so', async () => {
    await signInAs('alice')
    const { status, stderr } = await setUp()
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^A permission or its consent is missing\. .*Application Administrator.* \(request-id /,
      ),
    ])
    await signInAs('erin')
  })

  test('says what it would do, and does nothing', async () => {
    const first = await setUp('--dry-run', '--people', 'alice@contoso.example')
    expect(first.status).toBe(0)
    expect(first.stdout.split('\n').filter((line) => /^\w/.test(line))).toEqual([
      'make the registration “Latchkey API”',
      'make the enterprise application “Latchkey API”',
      'make the registration “Latchkey portal”',
      'make the enterprise application “Latchkey portal”',
      'make the registration “Latchkey directory”',
      'make the enterprise application “Latchkey directory”',
      'change the registration “Latchkey API”',
      'change the registration “Latchkey API”',
      'change the registration “Latchkey portal”',
      'consent for everybody that the portal uses Cert.Enroll',
      'consent for everybody that the portal uses openid, profile, email, offline_access',
      'consent that the directory registration has User.Read.All',
      'consent that the directory registration has Device.Read.All',
      'consent that the directory registration has DeviceManagementManagedDevices.Read.All',
      'give CSR.SelfService to a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01',
      `make ${at('secrets/portal.secret')}`,
      `make ${at('secrets/directory.pem')}`,
      '15 changes, and nothing was changed (--dry-run).',
    ])
    expect(await setUp('--dry-run', '--people', 'alice@contoso.example')).toEqual(first)
    expect(existsSync(at('secrets'))).toBe(false)
  })

  test('does it, and a second time there is nothing to do', async () => {
    const args = ['--people', 'alice@contoso.example', '--managers', 'erin@contoso.example']
    const done = await setUp('--json', ...args)
    expect(done).toMatchObject({ status: 0, stderr: '' })
    const { refused, env: settings } = JSON.parse(done.stdout) as {
      refused: unknown[]
      env: Record<string, string>
    }
    expect(refused).toEqual([])
    expect(JSON.stringify(done)).not.toContain('PRIVATE KEY')
    const { LATCHKEY_API_CLIENT_ID: api, LATCHKEY_GRAPH_CLIENT_ID: directory } = settings
    // Anybody may have made what has our names alone: it gets no consent.
    const byName = await setUp('--json', ...args)
    expect(byName).toMatchObject({ status: 2, stdout: '' })
    expect(byName.stderr).toContain(`\n  LATCHKEY_API_CLIENT_ID=${api}  (Latchkey API`)
    expect(byName.stderr).toContain(
      `\n  LATCHKEY_GRAPH_CLIENT_ID=${directory}  (Latchkey directory`,
    )
    env = { ...env, ...settings }
    const again = await setUp('--json', ...args)
    expect(JSON.parse(again.stdout)).toEqual({ changes: [], refused: [], env: settings })
  })

  test('people sign in at its portal, and confirm in its window', async () => {
    const portal = `http://localhost:${site.config.PORTAL_PORT}`
    const client_id = env.LATCHKEY_PORTAL_CLIENT_ID ?? ''
    const scope = `openid profile offline_access api://${env.LATCHKEY_API_CLIENT_ID}/Cert.Enroll`
    const secret = { client_secret: readFileSync(at('secrets/portal.secret'), 'utf8') }
    for (const [redirect_uri, own, origin] of [
      [`${portal}/api/auth/callback/azure-ad`, secret, {}],
      [`${portal}/step-up`, {}, { origin: portal }],
    ] as const) {
      const { verifier, answer } = await signIn(
        site,
        { oid: 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01' },
        { client_id, redirect_uri, scope },
      )
      const body = new URLSearchParams({
        ...{ grant_type: 'authorization_code', client_id, redirect_uri, code_verifier: verifier },
        ...{ code: answer.get('code') ?? '', ...own },
      })
      const made = await fetch(site.config.tokenUrl, { method: 'POST', body, headers: origin })
      const tokens = (await made.json()) as Record<string, string>
      expect(decodeJwt(tokens.access_token ?? '')).toMatchObject({
        ...{ aud: env.LATCHKEY_API_CLIENT_ID, azp: client_id, ver: '2.0' },
        ...{ roles: ['CSR.SelfService'], auth_time: expect.any(Number) },
      })
      expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({
        aud: client_id,
        auth_time: expect.any(Number),
      })
    }
  })

  test('an application gets its role by its client id', async () => {
    const { stdout } = await setUp('--json', '--applications', env.LATCHKEY_GRAPH_CLIENT_ID ?? '')
    const { changes } = JSON.parse(stdout) as { changes: { words: string }[] }
    expect(changes).toEqual([
      expect.objectContaining({
        words: expect.stringMatching(/^give CSR\.Request\.Db to [\w-]{36}$/),
      }),
    ])
    const unknown = await setUp('--applications', '11111111-2222-4333-8444-555555555555')
    expect(unknown).toMatchObject({
      status: 2,
      stderr: 'There is no enterprise application 11111111-2222-4333-8444-555555555555.\n',
    })
  })

  test('takes nothing away that somebody added, and puts back what is missing', async () => {
    const graph = async (method: string, query: string, body: object) => {
      const token = await site.mint({ user: 'erin@contoso.example', api: 'graph' })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const url = `${site.sandbox.url}/graph/v1.0/${query}`
      return (await fetch(url, { method, headers, body: JSON.stringify(body) })).status
    }
    const portal = `applications(appId='${env.LATCHKEY_PORTAL_CLIENT_ID}')`
    const api = `applications(appId='${env.LATCHKEY_API_CLIENT_ID}')`
    const own = 'https://other.contoso.example/callback'
    expect(await graph('PATCH', portal, { web: { redirectUris: [own] } })).toBe(204)
    expect(await graph('PATCH', api, { api: { requestedAccessTokenVersion: null } })).toBe(204)
    const { stdout } = await setUp('--json')
    const { changes } = JSON.parse(stdout) as { changes: { path: string; body: unknown }[] }
    expect(changes.map(({ path: where, body }) => [where, body])).toEqual([
      ['applications/{api.id}', { api: { requestedAccessTokenVersion: 2 } }],
      [
        'applications/{portal.id}',
        {
          web: {
            redirectUris: [own, `http://localhost:${env.PORTAL_PORT}/api/auth/callback/azure-ad`],
          },
        },
      ],
    ])
  })
})

describe('then', () => {
  const PASSPHRASE = 'a passphrase of the first tenant'

  test('the doctor says what is missing before the authority runs', async () => {
    mkdirSync(at('data'), { mode: 0o700 })
    writeFileSync(at('passphrase'), PASSPHRASE, { mode: 0o600 })
    chmodSync(at('secrets'), 0o700)
    env = {
      ...env,
      LATCHKEY_CA_PASSPHRASE_FILE: at('passphrase'),
      LATCHKEY_LOG: 'warn',
    }
    config = readConfig(env)
    const { status, stdout } = await runCommand(doctor, ['authority'], env)
    const wrong = stdout.split('\n').flatMap((line) => /^problem +([^:]+):/.exec(line)?.[1] ?? [])
    expect([status, [...new Set(wrong)]]).toEqual([
      1,
      [
        'CA certificate',
        'CA key',
        'root CRL',
        'ledger',
        'LATCHKEY_STATUS_URL',
        'LATCHKEY_AUTHORITY_URL',
      ],
    ])
  })

  test('all is well when it does', async () => {
    await withEnvironment(() => ensureCa(config))
    const running = startProgram(config, { env })
    child = running.child
    await expect.poll(() => probe(), { timeout: 45_000, interval: 100 }).toBe(200)
    await expect
      .poll(async () => (await runCommand(doctor, ['authority', '--json'], env)).stdout, {
        timeout: 45_000,
        interval: 500,
      })
      .toContain('"ok":true')
    const { status, stdout } = await runCommand(doctor, ['authority'], env)
    expect([status, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'All is well.'])
  })

  test('who was given the role gets a certificate, and nobody else', async () => {
    expect(await enroll('alice')).toMatchObject({
      status: 200,
      subject: 'CN=alice@contoso.example',
    })
    expect(await enroll('bob')).toMatchObject({ status: 403 })
  })

  async function enroll(name: string) {
    const user = `${name}@contoso.example`
    const token = await site.mint({ user, api: env.LATCHKEY_API_CLIENT_ID })
    const answer = await fetch(`http://localhost:${config.AUTHORITY_PORT}/api/csr`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' },
      body: Buffer.from(makeCsr({ commonName: user }).der),
    })
    const body = Buffer.from(await answer.arrayBuffer())
    const subject = answer.ok ? new X509Certificate(body).subject : body.toString('utf8')
    return { status: answer.status, subject }
  }

  async function probe(): Promise<number> {
    try {
      return (await fetch(`http://localhost:${config.AUTHORITY_PORT}/probe`)).status
    } catch {
      return 0
    }
  }

  /** The ceremony reads its passphrase from the environment. */
  async function withEnvironment(act: () => Promise<unknown>): Promise<void> {
    const run = async () => {
      await act()
      return 0
    }
    await runCommand(run, [], env)
  }
})
