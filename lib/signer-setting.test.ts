import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '#lib/config.ts'

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
  expect(readConfig({ LATCHKEY_SIGNER: text }).LATCHKEY_SIGNER).toEqual(setting)
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
