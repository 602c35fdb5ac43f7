import { expect, test } from 'vitest'
import { policyFrom } from './compose.ts'
import { ConfigError, readConfig } from './config.ts'

/** POL-20: an allow-list that is empty, or that includes everybody, is a mistake and refused at start. */

const profile = {
  name: 'servers',
  applications: ['f1ee7006-58d1-4a3e-9b47-20c6e8f5a906'],
  extendedKeyUsages: ['serverAuth'],
  dnsSuffixes: ['servers.contoso.example'],
  validityDays: 90,
}
const profiles = (change: object) => ({
  LATCHKEY_APPLICATION_PROFILES: JSON.stringify([{ ...profile, ...change }]),
})

test('what is written in full is taken', () => {
  expect(policyFrom(readConfig(profiles({}))).applicationProfiles).toEqual([profile])
  expect(policyFrom(readConfig({})).applicationProfiles).toEqual([])
})

const mistakes: readonly (readonly [string, Record<string, string>, string])[] = [
  ['no key type', { LATCHKEY_KEYS: ',' }, 'LATCHKEY_KEYS is empty'],
  ['an unknown key type', { LATCHKEY_KEYS: 'ec-p256,dsa' }, 'LATCHKEY_KEYS: dsa is not one of'],
  ['a profile for no application', profiles({ applications: [] }), 'applications'],
  ['a profile for any application', profiles({ applications: ['*'] }), 'applications'],
  ['a profile without a use', profiles({ extendedKeyUsages: [] }), 'extendedKeyUsages'],
  ['a profile for any use', profiles({ extendedKeyUsages: ['any'] }), 'extendedKeyUsages'],
  ['a profile for every suffix', profiles({ dnsSuffixes: [''] }), 'dnsSuffixes'],
  ['a profile with a rule too many', profiles({ owners: [] }), 'owners'],
  ['profiles that are no JSON', { LATCHKEY_APPLICATION_PROFILES: '{' }, 'is not JSON'],
  ['no level of risk', { LATCHKEY_RISK_LEVELS: ',' }, 'LATCHKEY_RISK_LEVELS'],
  ...['common', 'organizations', 'consumers'].map(
    (tenant) =>
      [`the tenant ${tenant}`, { LATCHKEY_TENANT_ID: tenant }, 'LATCHKEY_TENANT_ID'] as const,
  ),
]

test.each(mistakes)('POL-20: %s is refused at start', (_, env, sentence) => {
  const start = () => policyFrom(readConfig(env))
  expect(start).toThrow(ConfigError)
  expect(start).toThrow(sentence)
})
