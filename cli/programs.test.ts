import { describe, expect, test } from 'vitest'
import { readConfig } from '#lib/config.ts'
import { describePrograms } from './programs.ts'

const TENANT = {
  LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  LATCHKEY_TENANT_NAME: 'Contoso',
  LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-000000000001',
  LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-000000000002',
  LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-000000000003',
}

const SECRETS = {
  LATCHKEY_DATA: '/srv/latchkey',
  LATCHKEY_DATABASE: 'postgres://latchkey:secret@db/latchkey?sslmode=verify-full',
  LATCHKEY_CA_PASSPHRASE: 'ca-secret',
  LATCHKEY_CA_PASSPHRASE_FILE: '/run/secrets/ca',
  LATCHKEY_ROOT_PASSPHRASE: 'root-secret',
  LATCHKEY_ROOT_PASSPHRASE_FILE: '/run/secrets/root',
  LATCHKEY_GRAPH_CLIENT_SECRET: 'graph-secret',
  LATCHKEY_PORTAL_CLIENT_SECRET: 'portal-secret',
  LATCHKEY_SESSION_SECRET: 'session-secret',
  LATCHKEY_SMTP_SECRET: 'smtp-secret',
  LATCHKEY_FAILPOINT: 'after-sign',
  AZURE_CLIENT_SECRET: 'vault-secret',
  PGPASSWORD: 'secret',
  NODE_OPTIONS: '--inspect',
  PATH: '/usr/bin',
}

const given = { ...TENANT, ...SECRETS }

describe('each program sees only the environment it needs', () => {
  const programs = describePrograms(readConfig(given), given, 'production')

  test('the portal sees nothing of the CA, the ledger and the directory', () => {
    const seen = Object.keys(programs.portal.env).filter((name) => name in SECRETS)
    expect(seen.sort()).toEqual([
      'LATCHKEY_PORTAL_CLIENT_SECRET',
      'LATCHKEY_SESSION_SECRET',
      'PATH',
    ])
  })

  test('the authority sees nothing that signs people in or opens the root key', () => {
    const {
      LATCHKEY_PORTAL_CLIENT_SECRET,
      LATCHKEY_SESSION_SECRET,
      LATCHKEY_ROOT_PASSPHRASE,
      LATCHKEY_ROOT_PASSPHRASE_FILE,
      ...rest
    } = given
    expect(programs.authority.env).toEqual(rest)
  })

  test('the part of it that only answers relying parties sees nothing to sign with either', () => {
    const { authority } = describePrograms(readConfig(given), given, 'production', 'status')
    const seen = Object.keys(authority.env).filter((name) => /PASSPHRASE|SECRET/.test(name))
    expect(seen).toEqual([])
    expect(authority.args).toEqual(['authority/main.ts', '--role', 'status'])
    expect(authority.ports.map(({ variable }) => variable)).toEqual(['AUTHORITY_PORT'])
  })

  test('the sandbox sees no secret at all, only that there is a real tenant', () => {
    expect(programs.sandbox.env).toEqual({
      PATH: '/usr/bin',
      SANDBOX_OPTIONAL_CLAIMS: 'auth_time',
      LATCHKEY_TENANT_ID: TENANT.LATCHKEY_TENANT_ID,
      LATCHKEY_TENANT_NAME: TENANT.LATCHKEY_TENANT_NAME,
    })
  })
})

describe('the portal', () => {
  test('is told where it is, and reads its session secret from a file', () => {
    const env = { PORTAL_PORT: '3100', LATCHKEY_DATA: '/srv/latchkey' }
    const { portal } = describePrograms(readConfig(env), env, 'production')
    expect(portal.env).toEqual({
      PORTAL_PORT: '3100',
      LATCHKEY_SESSION_SECRET_FILE: '/srv/latchkey/session.secret',
      NODE_ENV: 'production',
      NEXTAUTH_URL: 'http://localhost:3100',
      NEXT_TELEMETRY_DISABLED: '1',
    })
    expect(portal.args.at(-1)).toBe('cli/portal.ts')
    const { portal: sources } = describePrograms(readConfig(env), env, 'development')
    expect(sources.args.slice(-5)).toEqual(['dev', '--port', '3100', '--hostname', 'localhost'])
  })

  test.each([
    'HTTPS_PROXY',
    'https_proxy',
    'no_proxy',
  ])('goes out by the operator’s proxy: %s', (name) => {
    const env = { [name]: 'proxy.example' }
    expect(describePrograms(readConfig(env), env, 'production').portal.env).toMatchObject(env)
  })

  test('keeps the operator’s own session secret', () => {
    const env = { LATCHKEY_SESSION_SECRET_FILE: '/run/secrets/session' }
    const { portal } = describePrograms(readConfig(env), env, 'production')
    expect(portal.env.LATCHKEY_SESSION_SECRET_FILE).toBe('/run/secrets/session')
  })
})
