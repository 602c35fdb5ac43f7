import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROOT } from './programs.ts'

/** The command as an operator runs it: what hinders it is one sentence, status 1, nothing changed. */

let folder: string
let ports: Record<string, string>

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-start-'))
  ports = await freePorts()
})

afterEach(() => rmSync(folder, { recursive: true }))

async function freePorts(): Promise<Record<string, string>> {
  const names = ['PORTAL_PORT', 'AUTHORITY_PORT', 'AUTHORITY_TLS_PORT', 'SANDBOX_PORT']
  const servers = names.map(() => createServer())
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, () => resolve()))
  }
  const free = servers.map((server) => String((server.address() as AddressInfo).port))
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return Object.fromEntries(names.map((name, index) => [name, free[index] ?? '']))
}

function start(args: readonly string[], env: Record<string, string>) {
  return spawn(process.execPath, ['--import', './cli/check-node.js', 'cli/start.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      LATCHKEY_DATA: path.join(folder, 'data'),
      ...ports,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function refusal(args: readonly string[], env: Record<string, string> = {}) {
  const child = start(args, env)
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const status = await new Promise((resolve) => child.once('close', resolve))
  return { status, said: said.trimEnd() }
}

describe('one clear sentence', () => {
  test('for a port in use, before the data folder is made', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(Number(ports.AUTHORITY_PORT), resolve))
    const { status, said } = await refusal(['authority'])
    server.close()
    expect(said).toBe(
      `Port ${ports.AUTHORITY_PORT} is in use, and the authority needs it. ` +
        'Stop what runs there, or set AUTHORITY_PORT to another port.',
    )
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  test('for a data folder that is a file', async () => {
    const file = path.join(folder, 'data')
    writeFileSync(file, 'mine')
    expect(await refusal(['authority'])).toEqual({
      status: 1,
      said:
        `The data folder ${file} cannot be written (ENOTDIR). ` +
        'Make it writable for this account, or set LATCHKEY_DATA to another folder.',
    })
  })

  test('for a half-made CA, which stays as it is', async () => {
    const ca = path.join(folder, 'data', 'ca')
    mkdirSync(ca, { recursive: true })
    writeFileSync(path.join(ca, 'ca.key.json'), '{}')
    const { status, said } = await refusal(['authority'])
    expect(said).toContain(`The CA in ${ca} is not whole`)
    expect(said.split('\n')).toHaveLength(1)
    expect(status).toBe(1)
    expect(readdirSync(ca)).toEqual(['ca.key.json'])
  })

  test.each([
    ['an unknown program', ['directory'], {}, /^Unknown arguments: directory\. Use one of sandbox/],
    [
      'a port that is none',
      [],
      { PORTAL_PORT: '70000' },
      /^The configuration is not complete\. PORTAL_PORT/,
    ],
    [
      'the sandbox beside a real tenant',
      ['sandbox'],
      {
        LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
        LATCHKEY_TENANT_NAME: 'Contoso',
        LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-000000000001',
        LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-000000000002',
        LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-000000000003',
      },
      /^LATCHKEY_TENANT_ID names a real tenant, and the sandbox never runs beside one\.$/,
    ],
  ])('for %s', async (_name, args, env, sentence) => {
    const { status, said } = await refusal(args, env)
    expect(said).toMatch(sentence)
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })
})

test('the authority starts, says where it is, and stops with status 0 when asked', async () => {
  const child = start(['authority'], {})
  const lines: string[] = []
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      lines.push(...String(chunk).split('\n'))
      if (lines.includes('Ctrl-C stops it.')) resolve()
    })
  })
  expect(lines).toContain(
    `  Authority  http://localhost:${ports.AUTHORITY_PORT} and https://localhost:${ports.AUTHORITY_TLS_PORT}`,
  )
  const probe = await fetch(`http://localhost:${ports.AUTHORITY_PORT}/probe`)
  // Its directory, the sandbox, does not run in this test.
  expect([200, 503]).toContain(probe.status)

  child.kill('SIGTERM')
  const status = await new Promise((resolve) => child.once('close', resolve))
  expect(status).toBe(0)
  expect(lines.filter((line) => line !== '').at(-1)).toBe('latchkey  | stopped')
})
