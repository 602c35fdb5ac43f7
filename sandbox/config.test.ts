import http from 'node:http'
import { expect, test } from 'vitest'
import { readConfig, SANDBOX } from '#lib/config.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { readSandboxConfig, TENANT } from './config.ts'
import { startSandbox } from './server.ts'

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

test('it listens where it is told to, and still answers to names of this machine alone', async () => {
  const port = await freePort()
  const env = { SANDBOX_PORT: String(port), SANDBOX_HOST: '127.0.0.2' }
  const sandbox = await startSandbox(readSandboxConfig(env))
  const ask = (address: string, host: string) =>
    new Promise((resolve) => {
      http
        .get({ host: address, port, headers: { host } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })
  try {
    expect(await ask('127.0.0.2', 'localhost')).toBe(200)
    expect(await ask('127.0.0.2', 'sandbox.example')).toBe(421)
    expect(await ask('127.0.0.1', 'localhost')).toBe('ECONNREFUSED')
  } finally {
    await sandbox.close()
  }
})
