import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { becomeSole } from '#lib/sole-authority.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { canTry } from '#lib/testing/judge.ts'
import { ROOT } from './programs.ts'
import { main } from './start.ts'
import { runCommand } from './testing/run-command.ts'

/** The command as an operator runs it: each obstacle is a sentence, with status 1 and nothing changed. */

/** For tests that start a whole authority, beside every other test. */
const LONG = { timeout: 60_000 }

let folder: string
let ports: Record<string, string>

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-start-'))
  ports = await freePorts()
})

afterEach(() => rmSync(folder, { recursive: true }))

async function freePorts(): Promise<Record<string, string>> {
  const names = ['PORTAL_PORT', 'AUTHORITY_PORT', 'AUTHORITY_TLS_PORT', 'SANDBOX_PORT']
  const entries = names.map(async (name) => [name, String(await freePort())])
  return Object.fromEntries(await Promise.all(entries))
}

function environment(env: Record<string, string>) {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production' as const,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    LATCHKEY_DATA: path.join(folder, 'data'),
    ...ports,
    ...env,
  }
}

const COMMAND = ['cli/run.js', 'cli/start.ts']

function start(args: readonly string[], env: Record<string, string>) {
  return spawn(process.execPath, [...COMMAND, ...args], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function refusal(args: readonly string[], env: Record<string, string> = {}) {
  const ran = await runCommand(main, args, environment(env))
  return { status: ran.status, said: ran.stderr.trimEnd() }
}

async function refusalOfProgram(args: readonly string[]) {
  const child = start(args, {})
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
    const { status, said } = await refusalOfProgram(['authority'])
    server.close()
    expect(said).toBe(
      `Port ${ports.AUTHORITY_PORT} is in use, and the authority needs it. ` +
        'Stop what runs there, or set AUTHORITY_PORT to another port.',
    )
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  test('for a ledger of SQLite that has its authority, before a program is started or the portal built', async () => {
    const database = `sqlite:${path.join(folder, 'ledger.sqlite')}`
    becomeSole({ database })
    const { status, stdout, stderr } = await runCommand(
      main,
      [],
      environment({ LATCHKEY_DATABASE: database }),
    )
    expect(stderr).toMatch(
      /^Another authority works on the ledger \S+\/ledger\.sqlite, and [^\n]*\n$/,
    )
    expect([status, stdout]).toEqual([1, ''])
    expect(readdirSync(folder)).not.toContain('data')
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

  const TENANT = {
    LATCHKEY_TENANT_ID: '11111111-2222-4333-8444-555555555555',
    LATCHKEY_TENANT_NAME: 'Contoso',
    LATCHKEY_API_CLIENT_ID: '11111111-2222-4333-8444-000000000001',
    LATCHKEY_PORTAL_CLIENT_ID: '11111111-2222-4333-8444-000000000002',
    LATCHKEY_GRAPH_CLIENT_ID: '11111111-2222-4333-8444-000000000003',
  }

  test('for each thing that is wrong, all at once, and nothing is made', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(Number(ports.AUTHORITY_PORT), resolve))
    const { LATCHKEY_TENANT_NAME, ...rest } = TENANT
    const { status, said } = await refusal([], {
      ...rest,
      LATCHKEY_API_CLIENT_ID: 'latchkey',
      LATCHKEY_VALIDITY_DAYS: 'a year',
      LATCHKEY_PORTAL_URL: 'https://portal.contoso.example/',
      LATCHKEY_STATUS_URL: 'https://ca.contoso.example',
      LATCHKEY_GRAPH_URL: 'http://graph.microsoft.com',
      LATCHKEY_SWEEP_SECONDS: '600',
      LATCHKEY_KEYS: 'dsa',
      LATCHKEY_TRUSTED_PROXIES: '10.0.0.1',
      LATCHKEY_TLS_KEY: '/nowhere/key.pem',
      LATCHKEY_CA_PASSPHRASE_FILE: path.join(folder, 'none'),
    })
    server.close()
    expect(said.split('\n')).toEqual([
      expect.stringMatching(
        /^The configuration is not complete\. LATCHKEY_API_CLIENT_ID: .*; LATCHKEY_VALIDITY_DAYS: /,
      ),
      'LATCHKEY_TENANT_NAME is missing; docs/real-tenant.md says where to find it.',
      'LATCHKEY_PORTAL_URL ends in a slash. Write https://portal.contoso.example.',
      expect.stringMatching(/^LATCHKEY_AUTHORITY_URL is not set, and is https:\/\/localhost:/),
      expect.stringMatching(/^LATCHKEY_STATUS_URL begins with https:/),
      expect.stringMatching(/^LATCHKEY_GRAPH_URL begins with http:/),
      expect.stringMatching(/^LATCHKEY_SWEEP_SECONDS is 600 and /),
      'LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY belong together; set both.',
      'The file that LATCHKEY_CA_PASSPHRASE_FILE names cannot be read.',
      'LATCHKEY_GRAPH_CLIENT_SECRET(_FILE) is missing; docs/real-tenant.md says where to find it.',
      'LATCHKEY_PORTAL_CLIENT_SECRET(_FILE) is missing; docs/real-tenant.md says where to find it.',
      expect.stringMatching(/^LATCHKEY_KEYS: dsa is not one of /),
      expect.stringMatching(/^LATCHKEY_PROXY_SECRET\(_FILE\) must have 32 characters/),
      expect.stringMatching(/^Port \d+ is in use, and the authority needs it\./),
    ])
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })

  test('STO-12: for a tenant’s data folder, ledger and key that others can read or exchange', async () => {
    const data = path.join(folder, 'data')
    mkdirSync(path.join(data, 'ca'), { recursive: true, mode: 0o700 })
    writeFileSync(path.join(data, 'ca', 'ca.pem'), 'x', { mode: 0o600 })
    writeFileSync(path.join(folder, 'key'), 'x', { mode: 0o600 })
    symlinkSync(path.join(folder, 'key'), path.join(data, 'ca', 'ca.key.json'))
    writeFileSync(path.join(data, 'ledger.sqlite'), 'x', { mode: 0o644 })
    chmodSync(data, 0o755)
    const { status, said } = await refusal(['authority'], {
      ...TENANT,
      LATCHKEY_AUTHORITY_URL: 'https://ca.contoso.example',
      LATCHKEY_STATUS_URL: 'http://ca.contoso.example',
      LATCHKEY_CA_PASSPHRASE: 'a passphrase',
      LATCHKEY_GRAPH_CLIENT_SECRET: 'secret',
    })
    expect(said.split('\n')).toEqual([
      `The data folder ${data} can be read by others (mode 0755). Run: chmod 700 ${data}`,
      `The CA key ${data}/ca/ca.key.json is a symbolic link, whose target others may exchange. Put the file itself there.`,
      `The ledger ${data}/ledger.sqlite can be read by others (mode 0644). Run: chmod 600 ${data}/ledger.sqlite`,
    ])
    expect(status).toBe(1)
  })

  test.each([
    ['an unknown program', ['directory'], {}, /^Unknown arguments: directory\. Use one of sandbox/],
    [
      'a lost ledger of a program that has none',
      ['portal', '--accept-empty-ledger'],
      {},
      /^--accept-empty-ledger is for the authority, which alone has a ledger\.$/,
    ],
    [
      'a port that is none',
      [],
      { PORTAL_PORT: '70000' },
      /^The configuration is not complete\. PORTAL_PORT/,
    ],
    [
      'the sandbox beside a real tenant',
      ['sandbox'],
      TENANT,
      /^LATCHKEY_TENANT_ID names a real tenant, and the sandbox never runs beside one\.$/,
    ],
  ])('for %s', async (_name, args, env, sentence) => {
    const { status, said } = await refusal(args, env)
    expect(said).toMatch(sentence)
    expect(status).toBe(1)
    expect(readdirSync(folder)).toEqual([])
  })
})

test('the authority is told to go on without a ledger that was lost', async () => {
  const child = start(['authority', '--accept-empty-ledger'], {})
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  const status = await new Promise((resolve) => child.once('close', resolve))
  // Here nothing is lost.
  expect(said).toContain(
    'The ledger is the one that it was, and nothing is lost. Start without --accept-empty-ledger.',
  )
  expect(status).toBe(1)
})

type Started = ReturnType<typeof start>

/** Resolves with the output so far when the command says that it is ready. */
async function ready(child: Started): Promise<string[]> {
  const lines: string[] = []
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      lines.push(...String(chunk).split('\n'))
      if (lines.includes('Ctrl-C stops it.')) resolve()
    })
  })
  return lines
}

const statusOf = (child: ChildProcess) => new Promise((resolve) => child.once('close', resolve))

test(
  'the authority starts, says where it is, and stops with status 0 when asked',
  LONG,
  async () => {
    const child = start(['authority'], {})
    const lines = await ready(child)
    expect(lines).toContain(
      `  Authority  http://localhost:${ports.AUTHORITY_PORT} and https://localhost:${ports.AUTHORITY_TLS_PORT}`,
    )
    const probe = await fetch(`http://localhost:${ports.AUTHORITY_PORT}/probe`)
    // The sandbox, its directory, does not run in this test.
    expect([200, 503]).toContain(probe.status)

    child.kill('SIGTERM')
    expect(await statusOf(child)).toBe(0)
    expect(lines.filter((line) => line !== '').at(-1)).toBe('latchkey  | stopped')
  },
)

test('when nobody reads its output any more, it stops in order, with status 1', LONG, async () => {
  const child = start(['authority'], {})
  await ready(child)
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdout.destroy()
  const status = statusOf(child)
  // A refusal is a line of the log.
  await fetch(`http://localhost:${ports.AUTHORITY_PORT}/api/csr`, { method: 'POST' }).catch(
    () => null,
  )
  expect(await status).toBe(1)
  expect(errors).toBe('Nobody reads the output any more. Everything is stopped.\n')
})

test.skipIf(!canTry(existsSync('/dev/full'), 'an output that is always full'))(
  'when the disk of its output is full, it goes on without',
  LONG,
  async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [...COMMAND, 'authority'], {
      cwd: ROOT,
      env: environment({}),
      stdio: ['ignore', full, 'inherit'],
    })
    closeSync(full)
    const probe = `http://localhost:${ports.AUTHORITY_PORT}/probe`
    await vi.waitFor(async () => expect((await fetch(probe)).status).toBeGreaterThan(0), 45_000)
    child.kill('SIGTERM')
    expect(await statusOf(child)).toBe(0)
  },
)

test('one Ctrl-C, which terminal, npm and launcher each deliver, is one', LONG, async () => {
  const child = start(['authority'], {})
  const lines = await ready(child)
  for (let times = 0; times < 3; times++) child.kill('SIGINT')
  expect(await statusOf(child)).toBe(0)
  expect(lines.filter((line) => line !== '').at(-1)).toBe('latchkey  | stopped')
})

test('a second Ctrl-C ends at once what does not stop', LONG, async () => {
  const child = start(['authority'], {})
  await ready(child)
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)])
  const authority = Number(String(children))
  process.kill(authority, 'SIGSTOP')
  try {
    child.kill('SIGINT')
    // The two starts differ in their time.
    await delay(1000)
    child.kill('SIGINT')
    expect(await statusOf(child)).toBe(130)
  } finally {
    process.kill(authority, 'SIGCONT')
  }
  await vi.waitFor(() => expect(() => process.kill(authority, 0)).toThrow('ESRCH'), 45_000)
})
