import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError, readConfig, SANDBOX } from './config.ts'

/** The validity of OCSP responses depends on how old knowledge of the directory may be. */

const GOOD = 'LATCHKEY_OCSP_GOOD_SECONDS'
const HOLD = 'LATCHKEY_OCSP_HOLD_SECONDS'
const BUDGET = 'LATCHKEY_DIRECTORY_BUDGET_SECONDS'

describe('an OCSP answer is believed', () => {
  test.each([
    ['for the budget by default, which is five minutes', {}, [300, 300]],
    ['for less where the budget is less', { [BUDGET]: '60' }, [60, 60]],
    ['for ten and five minutes where the budget is more', { [BUDGET]: '3600' }, [600, 300]],
    ['for as long as is configured', { [GOOD]: '120', [HOLD]: '30' }, [120, 30]],
    ['for the whole budget', { [BUDGET]: '900', [GOOD]: '900', [HOLD]: '900' }, [900, 900]],
  ])('%s', (_, env, seconds) => {
    const { ocspGoodSeconds, ocspHoldSeconds } = readConfig(env)
    expect([ocspGoodSeconds, ocspHoldSeconds]).toEqual(seconds)
  })
})

const told = (name: string, seconds: number, budget: number) =>
  `${name}: ${seconds} is more than ${BUDGET}, which is ${budget}: no answer is good for longer ` +
  'than what the directory said. Lower the one or raise the other'

const refused: [Record<string, string>, string[]][] = [
  [{ [GOOD]: '301' }, [told(GOOD, 301, 300)]],
  [{ [HOLD]: '400', [BUDGET]: '399' }, [told(HOLD, 400, 399)]],
  [{ [GOOD]: '90', [HOLD]: '61', [BUDGET]: '60' }, [told(GOOD, 90, 60), told(HOLD, 61, 60)]],
]

test.each([
  [
    'LATCHKEY_BRAND_ACCENT',
    'teal',
    'must be a colour as #0b5468, or two of them, for light and for dark',
  ],
  [
    'LATCHKEY_BRAND_ACCENT',
    '#0b5468,',
    'must be a colour as #0b5468, or two of them, for light and for dark',
  ],
  ['LATCHKEY_HELP_PHONE', 'ask Alice', 'must be a telephone number, as +49 30 1234-567'],
  ['LATCHKEY_HELP_URL', 'javascript:alert(1)', 'must be an address of the web, https://…'],
  ['LATCHKEY_PRIVACY_URL', '//contoso', 'must be an address of the web, https://…'],
  [
    'LATCHKEY_SECURITY_CONTACT',
    'http://contoso.example',
    'must be a mail address or an https page',
  ],
])('%s=%s: %s', (name, value, sentence) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    new ConfigError(`The configuration is not complete. ${name}: ${sentence}`),
  )
})

test('a brand is read as it is meant', () => {
  expect(readConfig({ LATCHKEY_BRAND_ACCENT: '#0B5468' }).LATCHKEY_BRAND_ACCENT).toEqual({
    light: '#0b5468',
    dark: null,
  })
  const both = readConfig({ LATCHKEY_BRAND_ACCENT: '#0b5468 , #62C3D8' }).LATCHKEY_BRAND_ACCENT
  expect(both).toEqual({ light: '#0b5468', dark: '#62c3d8' })
  const contact = 'security@contoso.example'
  expect(readConfig({ LATCHKEY_SECURITY_CONTACT: contact }).LATCHKEY_SECURITY_CONTACT).toBe(contact)
})

test.each(refused)('%j is named at start, with what to do', (env, sentences) => {
  expect(() => readConfig(env)).toThrow(
    new ConfigError(`The configuration is not complete. ${sentences.join('; ')}`),
  )
})

test.each([
  [undefined, 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  ['usgov', 'https://login.microsoftonline.us', 'https://graph.microsoft.us'],
  ['usgov-dod', 'https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
  ['china', 'https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
])('the cloud %s has its own addresses', (LATCHKEY_CLOUD, loginUrl, graphUrl) => {
  const id = '11111111-2222-4333-8444-555555555555'
  const tenant = {
    LATCHKEY_TENANT_ID: id,
    LATCHKEY_TENANT_NAME: 'Contoso',
    LATCHKEY_API_CLIENT_ID: id,
    LATCHKEY_PORTAL_CLIENT_ID: id,
    LATCHKEY_GRAPH_CLIENT_ID: id,
  }
  const config = readConfig({ ...tenant, LATCHKEY_CLOUD })
  expect(config).toMatchObject({ loginUrl, graphUrl, issuerV2: `${loginUrl}/${id}/v2.0` })
  const behind = readConfig({ ...tenant, LATCHKEY_CLOUD, LATCHKEY_GRAPH_URL: 'https://g.example' })
  expect(behind).toMatchObject({ loginUrl, graphUrl: 'https://g.example' })
})

const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

describe('what a person confirms', () => {
  test.each([
    [undefined, { kind: 'fresh', context: null }],
    ['off', { kind: 'off', context: null }],
    ['context:c7', { kind: 'context', context: 'c7' }],
  ])('%s', (LATCHKEY_STEP_UP, expected) => {
    expect(readConfig({ LATCHKEY_STEP_UP }).stepUp).toEqual(expected)
  })

  test.each([
    'on',
    'context:',
    'context:c0',
    'context:c100',
    'context:c1 ',
  ])('"%s" is refused', (LATCHKEY_STEP_UP) => {
    expect(() => readConfig({ LATCHKEY_STEP_UP })).toThrow('LATCHKEY_STEP_UP: ')
  })

  test('is nothing for the scripts, or for none', () => {
    expect(readConfig({}).scriptClients).toContain(AZURE_CLI)
    const listed = { LATCHKEY_SCRIPT_CLIENTS: AZURE_CLI.toUpperCase() }
    expect(readConfig(listed).scriptClients).toEqual([AZURE_CLI])
    expect(readConfig({ LATCHKEY_SCRIPT_CLIENTS: 'none' }).scriptClients).toEqual([])
  })

  test.each([
    SANDBOX.portalClientId,
    SANDBOX.spaClientId,
  ])('the portal %s cannot be let off', (id) => {
    expect(() => readConfig({ LATCHKEY_SCRIPT_CLIENTS: `${AZURE_CLI},${id}` })).toThrow(
      `LATCHKEY_SCRIPT_CLIENTS names ${id}, which is the portal`,
    )
  })
})

describe('the address of the database', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-config-'))
  const file = path.join(folder, 'database')
  afterAll(() => rmSync(folder, { recursive: true }))

  test('may be in a file, since a password may be in it', () => {
    writeFileSync(file, 'postgres://issue:secret@localhost/latchkey\n')
    const { database } = readConfig({ LATCHKEY_DATABASE_FILE: file })
    expect(database).toBe('postgres://issue:secret@localhost/latchkey')
  })

  test('is not looked for elsewhere when the file is missing', () => {
    const env = { LATCHKEY_DATABASE_FILE: `${file}.gone`, LATCHKEY_DATABASE: 'postgres://db/other' }
    expect(() => readConfig(env)).toThrow(
      new ConfigError('The file that LATCHKEY_DATABASE_FILE names cannot be read.'),
    )
  })
})
