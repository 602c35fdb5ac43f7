import { UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import { readConfig } from '#lib/config.ts'
import type { Context } from './check.ts'
import { microsoftChecks } from './microsoft.ts'

const NEEDED = ['User.Read.All', 'Device.Read.All', 'DeviceManagementManagedDevices.Read.All']

async function permissionsWith(...more: readonly string[]): Promise<readonly string[]> {
  const config = readConfig({})
  const token = new UnsecuredJWT({ roles: [...NEEDED, ...more] }).encode()
  const check = microsoftChecks(config).find(({ name }) => name === 'directory: permissions')
  const found = await check?.ask({ config, graphToken: async () => token } as unknown as Context)
  return found?.map(({ says }) => says) ?? ['there is no such check']
}

test('a permission that Latchkey never needs is told, also one that only reads', async () => {
  expect(await permissionsWith('IdentityRiskyUser.Read.All')).toEqual([])
  expect(await permissionsWith('Mail.Read', 'Directory.ReadWrite.All')).toEqual([
    'the registration also has Mail.Read',
    'the registration also has Directory.ReadWrite.All',
  ])
})
