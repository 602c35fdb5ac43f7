import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canTry } from '#lib/testing/judge.ts'
import { CannotStart } from './cannot-start.ts'
import { checkDataFolder, envFileProblems, portProblems, proxyProblems } from './preflight.ts'
import type { PortUse } from './programs.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-preflight-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('the data folder', () => {
  test('is made with its parents, for this account only, and left empty', () => {
    const data = path.join(folder, 'a', 'b')
    checkDataFolder(data)
    expect(statSync(data).mode & 0o777).toBe(0o700)
    expect(readdirSync(data)).toEqual([])
  })

  test('a full disk is called so, and nothing of the trial stays', ({ skip }) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
    if (!canTry(mounted.status === 0, 'a full disk, which only root can make')) return skip()
    try {
      const data = path.join(folder, 'data')
      expect(() => checkDataFolder(data)).toThrow(`The disk of the data folder ${data} is full.`)
      expect(readdirSync(data)).toEqual([])
    } finally {
      spawnSync('umount', [folder])
    }
  })

  test('what stands in it stays', () => {
    writeFileSync(path.join(folder, 'ledger.sqlite'), 'rows')
    checkDataFolder(folder)
    expect(readdirSync(folder)).toEqual(['ledger.sqlite'])
  })

  test('a place that cannot be written is named with the variable', () => {
    const file = path.join(folder, 'file')
    writeFileSync(file, '')
    const refusal = () => checkDataFolder(path.join(file, 'data'))
    expect(refusal).toThrow(CannotStart)
    expect(refusal).toThrow(
      `The data folder ${file}/data cannot be written (ENOTDIR). ` +
        'Make it writable for this account, or set LATCHKEY_DATA to another folder.',
    )
  })

  test.skipIf(!canTry(process.platform === 'linux', 'a folder that the kernel refuses'))(
    'a place that the kernel refuses does not hang',
    () => {
      expect(() => checkDataFolder('/proc/latchkey/data')).toThrow(
        'The data folder /proc/latchkey/data cannot be written (ENOENT).',
      )
    },
  )
})

describe('ports', () => {
  let server: Server
  let taken: number

  beforeEach(async () => {
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, () => resolve()))
    taken = (server.address() as AddressInfo).port
  })

  afterEach(() => server.close())

  const portal = (port: number): PortUse => ({
    program: 'portal',
    port,
    variable: 'PORTAL_PORT',
    host: 'localhost',
  })

  test('a port in use names the port, the program and the variable', async () => {
    expect(await portProblems([portal(taken)])).toEqual([
      `Port ${taken} is in use, and the portal needs it. ` +
        'Stop what runs there, or set PORTAL_PORT to another port.',
    ])
  })

  test('a free port passes, and stays free', async () => {
    await new Promise((resolve) => server.close(resolve))
    expect(await portProblems([portal(taken)])).toEqual([])
    expect(await portProblems([portal(taken)])).toEqual([])
  })

  test('each that is in use is named', async () => {
    const sandbox: PortUse = { ...portal(taken), program: 'sandbox', variable: 'SANDBOX_PORT' }
    expect(await portProblems([sandbox, portal(taken)])).toEqual([
      expect.stringContaining('set SANDBOX_PORT to another port'),
      expect.stringContaining('set PORTAL_PORT to another port'),
    ])
  })

  test('an address that is not of this machine is named', async () => {
    await new Promise((resolve) => server.close(resolve))
    expect(await portProblems([{ ...portal(taken), host: '192.0.2.1' }])).toEqual([
      `The portal cannot listen on 192.0.2.1 port ${taken} (EADDRNOTAVAIL). ` +
        'Check LATCHKEY_HOST, or set PORTAL_PORT to another port.',
    ])
  })
})

describe('a .env file', () => {
  test('is refused, since only one of the programs would read it', () => {
    writeFileSync(path.join(folder, '.env.local'), 'LATCHKEY_TENANT_ID=x')
    expect(envFileProblems(folder)).toEqual([
      'There is a .env.local file, which only the portal would read. ' +
        'Remove it and set the configuration in the environment.',
    ])
  })

  test('a folder without one passes', () => {
    expect(envFileProblems(folder)).toEqual([])
  })
})

describe('a proxy for plain http', () => {
  const PROXY = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://proxy.example:3128' }
  const problem =
    'HTTP_PROXY is set, and the programs call each other at localhost: add localhost to NO_PROXY.'

  test.each([
    ['would be asked for localhost', PROXY, [problem]],
    ['is not asked for what is exempt', { ...PROXY, no_proxy: '.example, localhost' }, []],
    ['is never asked', { ...PROXY, NO_PROXY: '*' }, []],
    ['is for https only', { ...PROXY, HTTP_PROXY: undefined, HTTPS_PROXY: PROXY.HTTP_PROXY }, []],
    ['is not used by Node', { HTTP_PROXY: PROXY.HTTP_PROXY }, []],
  ])('%s', (_, env, problems) => {
    expect(proxyProblems(env)).toEqual(problems)
  })
})
