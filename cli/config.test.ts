import { expect, test } from 'vitest'
import { runCommand } from '#cli/testing/run-command.ts'
import { main } from './config.ts'

const TENANT = {
  LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  LATCHKEY_TENANT_NAME: 'Contoso',
  LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-000000000001',
  LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-000000000002',
  LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-000000000003',
  LATCHKEY_PORTAL_URL: 'https://portal.contoso.example',
  LATCHKEY_AUTHORITY_URL: 'https://ca.contoso.example',
  LATCHKEY_STATUS_URL: 'http://ca.contoso.example',
  LATCHKEY_AUTHORITY_INTERNAL_URL: 'https://ca.contoso.example',
  LATCHKEY_CLOUD: 'usgov',
}

async function ask(env: Record<string, string>) {
  const { status, stdout } = await runCommand(main, ['--json'], env)
  const said = JSON.parse(stdout) as {
    ok: boolean
    problems: string[]
    settings: { name: string; value: string | null; source: string }[]
  }
  return { status, ...said, of: (name: string) => said.settings.find((one) => one.name === name) }
}

test('each value says where it comes from', async () => {
  const said = await ask({ ...TENANT, LATCHKEY_DATA: '/srv/latchkey', LATCHKEY_KEYS: 'ec-p256' })
  expect(said).toMatchObject({ status: 0, ok: true, problems: [] })
  const expected = [
    ['LATCHKEY_DATA', '/srv/latchkey', 'environment'],
    ['LATCHKEY_DATABASE', 'sqlite:/srv/latchkey/ledger.sqlite', 'default'],
    ['LATCHKEY_KEYS', 'ec-p256', 'environment'],
    ['LATCHKEY_GRAPH_URL', 'https://graph.microsoft.us', 'LATCHKEY_CLOUD'],
    ['LATCHKEY_API_URI', `api://${TENANT.LATCHKEY_API_CLIENT_ID}`, 'default'],
    ['LATCHKEY_HOLD_NON_COMPLIANT', 'on', 'default'],
    ['LATCHKEY_HELP_URL', null, 'default'],
  ] as const
  for (const [name, value, source] of expected) {
    expect(said.of(name)).toEqual({ name, value, source })
  }
})

test('no secret is printed, wherever it stands', async () => {
  const said = await ask({
    LATCHKEY_SESSION_SECRET: 'hush-1',
    LATCHKEY_CA_PASSPHRASE_FILE: '/run/secrets/ca',
    LATCHKEY_DATABASE:
      'postgres://latchkey:hush-2%2Fx@db.example/latchkey?sslmode=verify-full&sslpassword=hush-3',
  })
  expect(JSON.stringify(said)).not.toContain('hush')
  expect(said.of('LATCHKEY_SESSION_SECRET')).toMatchObject({ source: 'environment' })
  expect(said.of('LATCHKEY_CA_PASSPHRASE')).toEqual({
    name: 'LATCHKEY_CA_PASSPHRASE',
    value: '********',
    source: 'file /run/secrets/ca',
  })
  expect(said.of('LATCHKEY_DATABASE')?.value).toBe(
    'postgres://latchkey:********@db.example/latchkey?sslmode=verify-full&sslpassword=********',
  )
})

test('what cannot work, and what nothing reads, ends with 1', async () => {
  const said = await ask({ LATCHKEY_STATUS_ULR: 'x', PORTAL_PORT: '8080' })
  expect(said).toMatchObject({ status: 1, ok: false })
  expect(said.problems).toEqual([
    'AUTHORITY_PORT and PORTAL_PORT are both 8080. Give each its own port.',
    'LATCHKEY_STATUS_ULR is no setting, and nothing reads it: did you mean LATCHKEY_STATUS_URL?',
  ])
})

test('for people it is a table of what is set', async () => {
  const env = { LATCHKEY_GUESTS: 'on', PORTAL_PORT: '3300' }
  expect(await runCommand(main, ['--set'], env)).toEqual({
    status: 0,
    stdout: 'PORTAL_PORT      3300  environment\nLATCHKEY_GUESTS  on    environment\n',
    stderr: '',
  })
})

test('what cannot be read at all ends with 2', async () => {
  expect(await runCommand(main, ['--nonsense'], {})).toMatchObject({ status: 2, stdout: '' })
})
