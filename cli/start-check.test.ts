import { expect, test } from 'vitest'
import { ROLES } from '#lib/config.ts'
import { readAsFarAsPossible, settingProblems } from './start-check.ts'

const GUID = '11111111-2222-4333-8444-555555555555'

const TENANT = {
  ...{ LATCHKEY_TENANT_ID: GUID, LATCHKEY_TENANT_NAME: 'Contoso', LATCHKEY_API_CLIENT_ID: GUID },
  ...{ LATCHKEY_PORTAL_CLIENT_ID: GUID, LATCHKEY_GRAPH_CLIENT_ID: GUID },
}

test('a federated token that cannot be read ends the start of who reads the directory', async () => {
  const env = { ...TENANT, LATCHKEY_GRAPH_TOKEN_FILE: '/nowhere/token' }
  const told = async (role: (typeof ROLES)[number]) =>
    (await settingProblems(readAsFarAsPossible(env), env, ['authority'], role)).filter((problem) =>
      problem.includes('TOKEN_FILE'),
    )
  const sentence = 'LATCHKEY_GRAPH_TOKEN_FILE /nowhere/token cannot be read.'
  for (const role of ['all', 'issue', 'jobs'] as const) expect(await told(role)).toEqual([sentence])
  expect(await told('status')).toEqual([])
})

test('where settings are the same for all parts, only who needs a secret is asked for it', async () => {
  const env = {
    ...TENANT,
    LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE: '/nowhere/certificate',
    LATCHKEY_SMTP_URL: 'smtp://account@mail.example',
    LATCHKEY_MAIL_FROM: 'ca@contoso.example',
  }
  const asked = async (role: (typeof ROLES)[number]) => {
    const problems = await settingProblems(readAsFarAsPossible(env), env, ['authority'], role)
    const names = ['LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE', 'LATCHKEY_SMTP_SECRET']
    return names.filter((name) => problems.some((problem) => problem.includes(name)))
  }
  const all = await Promise.all(ROLES.map(async (role) => [role, await asked(role)]))
  expect(Object.fromEntries(all)).toEqual({
    all: ['LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE', 'LATCHKEY_SMTP_SECRET'],
    issue: ['LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE'],
    jobs: ['LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE', 'LATCHKEY_SMTP_SECRET'],
    status: [],
  })
})
