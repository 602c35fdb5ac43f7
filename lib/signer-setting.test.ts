import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '#lib/config.ts'

const TENANT = {
  LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  LATCHKEY_TENANT_NAME: 'Fabrikam',
  LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-555555555556',
  LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-555555555557',
  LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-555555555558',
}
const VERSION = '0123456789abcdef0123456789abcdef'

test.each([
  ['file:/run/secrets/ca.key.json', { kind: 'file', path: '/run/secrets/ca.key.json' }],
  [
    `keyvault:https://contoso.vault.azure.net/keys/issuing-ca/${VERSION}`,
    {
      kind: 'vault',
      key: { vaultUrl: 'https://contoso.vault.azure.net', name: 'issuing-ca', version: VERSION },
    },
  ],
  [
    `keyvault:https://contoso.managedhsm.azure.net/keys/ca/${VERSION}`,
    {
      kind: 'vault',
      key: { vaultUrl: 'https://contoso.managedhsm.azure.net', name: 'ca', version: VERSION },
    },
  ],
])('%s is a place of the CA key', (text, setting) => {
  expect(readConfig({ ...TENANT, LATCHKEY_SIGNER: text }).LATCHKEY_SIGNER).toEqual(setting)
})

const NO_ADDRESS = 'is not the https address of a key'
test.each([
  ['file:', 'is file:PATH or keyvault:'],
  ['/ca.key.json', 'is file:PATH or keyvault:'],
  ['keyvault:http://contoso.vault.azure.net/keys/ca', NO_ADDRESS],
  ['keyvault:https://contoso.vault.azure.net/secrets/ca', NO_ADDRESS],
  ['keyvault:https://user:word@contoso.vault.azure.net/keys/ca', NO_ADDRESS],
  [`keyvault:https://contoso.vault.azure.net/keys/ca/${VERSION}?x`, NO_ADDRESS],
  [`keyvault:https://contoso.vault.azure.net/keys/ca/${VERSION}/sign`, NO_ADDRESS],
  [`keyvault:https://contoso.vault.azure.net/keys/c_a/${VERSION}`, NO_ADDRESS],
  ['keyvault:contoso', NO_ADDRESS],
  [
    'keyvault:https://contoso.vault.azure.net/keys/ca',
    'names no version of the key ca. Add the one',
  ],
  [
    'keyvault:https://contoso.vault.azure.net/keys/ca/',
    'names no version of the key ca. Add the one',
  ],
  ['keyvault:https://contoso.vault.azure.net/keys/ca/latest', 'that is not 32 hex digits'],
])('%s is refused', (text, sentence) => {
  expect(() => readConfig({ LATCHKEY_SIGNER: text })).toThrow(ConfigError)
  expect(() => readConfig({ LATCHKEY_SIGNER: text })).toThrow(sentence)
})

test('the sandbox gets no key of a real vault', () => {
  const key = (host: string) => ({ LATCHKEY_SIGNER: `keyvault:https://${host}/keys/ca/${VERSION}` })
  expect(() => readConfig(key('contoso.vault.azure.net'))).toThrow(
    'LATCHKEY_SIGNER names a key in contoso.vault.azure.net, and without LATCHKEY_TENANT_ID this is the sandbox',
  )
  expect(readConfig(key('127.0.0.1:8200')).sandbox).toBe(true)
})
