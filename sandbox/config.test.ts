import { expect, test } from 'vitest'
import { readConfig, SANDBOX } from '#lib/config.ts'
import { readSandboxConfig, TENANT } from './config.ts'

/** The sandbox imports nothing of Latchkey, so values that both need are compared here. */

test('the made-up tenant has the same ids and secrets on both sides', () => {
  expect(TENANT).toEqual(SANDBOX)
})

test.each([
  [{}],
  [{ SANDBOX_PORT: '4100', PORTAL_PORT: '3100' }],
  [{ LATCHKEY_PORTAL_URL: 'https://portal.example', LATCHKEY_API_SCOPE: 'Cert.Get' }],
  [{ LATCHKEY_TENANT_NAME: 'Fabrikam', SANDBOX_PORT: '' }],
])('the same environment means the same to both: %j', (env) => {
  const { optionalClaims, ...shared } = readSandboxConfig(env)
  expect(readConfig(env)).toMatchObject(shared)
  // Entra has none of them unless a registration asks.
  expect(optionalClaims).toEqual([])
})

test('a bad port is named', () => {
  expect(() => readSandboxConfig({ SANDBOX_PORT: '70000' })).toThrow(
    /cannot start\. SANDBOX_PORT: /,
  )
})
