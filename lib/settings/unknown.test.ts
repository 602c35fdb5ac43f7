import { expect, test } from 'vitest'
import { unknownInWords, unknownSettings } from './unknown.ts'

test('what is set and read is not named', () => {
  const env = {
    PATH: '/bin',
    LATCHKEY_DATA: '/data',
    LATCHKEY_CA_PASSPHRASE_FILE: '/run/secrets/ca',
    LATCHKEY_TOKEN: 'x',
    LATCHKEY_E2E_STACKS: '[]',
    // Of Kubernetes, for the services latchkey and latchkey-portal.
    LATCHKEY_SERVICE_HOST: '10.0.0.1',
    LATCHKEY_PORT: 'tcp://10.0.0.1:80',
    LATCHKEY_PORTAL_SERVICE_PORT_HTTP: '80',
    LATCHKEY_PORTAL_PORT_80_TCP_ADDR: '10.0.0.2',
  }
  expect(unknownSettings(env)).toEqual([])
})

test.each([
  ['LATCHKEY_PORTAL_ULR', 'LATCHKEY_PORTAL_URL'],
  ['LATCHKEY_HOLD_RISKY_USER', 'LATCHKEY_HOLD_RISKY_USERS'],
  ['LATCHKEY_CA_PASSPHRASE_FIEL', 'LATCHKEY_CA_PASSPHRASE_FILE'],
  ['LATCHKEY_DATABASE_FILE', null],
  ['LATCHKEY_TOKENV1', 'LATCHKEY_TOKEN_V1'],
  ['LATCHKEY_ALLOW_EVERYBODY', null],
])('%s is named, with %s', (name, nearest) => {
  expect(unknownSettings({ [name]: 'on' })).toEqual([{ name, nearest }])
})

test('in words', () => {
  expect(unknownInWords({ name: 'LATCHKEY_A', nearest: 'LATCHKEY_B' })).toBe(
    'LATCHKEY_A is no setting, and nothing reads it: did you mean LATCHKEY_B?',
  )
  expect(unknownInWords({ name: 'LATCHKEY_A', nearest: null })).toBe(
    'LATCHKEY_A is no setting, and nothing reads it: npm run config shows what there is',
  )
})
