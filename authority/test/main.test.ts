import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { configIn } from '#authority/testing/harness.ts'
import { type Running, startProgram } from '#authority/testing/program.ts'
import { send } from '#authority/testing/request.ts'
import { ensureCa } from '#cli/init-ca.ts'
import { createCa } from '#cli/make-ca.ts'
import { startCommand } from '#cli/testing/run-command.ts'
import type { Config } from '#lib/config.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { type Sandbox, startSandbox } from '#sandbox/server.ts'

/** The program itself, as the supervisor and an operator use it. */

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-main-'))
let config: Config
let sandbox: Sandbox
const running: Running[] = []

beforeAll(async () => {
  config = await configIn(folder, {})
  sandbox = await startSandbox(config)
  await ensureCa(config)
})

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

afterAll(async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true })
})

function start(env: Readonly<Record<string, string>> = {}): Running {
  const run = startProgram(config, { env })
  running.push(run)
  return run
}

const ready = (run: Running) =>
  expect.poll(run.output, { timeout: 45_000 }).toContain(': ready at http://localhost:')

test('it says when it is ready, and ends with what was under way answered', async () => {
  const run = start()
  await ready(run)
  const lines = run.output().trim().split('\n')
  expect(
    lines.filter((line) => line.includes('ready at')),
    run.output(),
  ).toHaveLength(1)
  expect(
    lines.filter((line) => / error /.test(line)),
    run.output(),
  ).toEqual([])

  const token = await tokenOf('alice@contoso.example')
  await control('/faults', { graph: 'slow' })
  const agent = new http.Agent({ keepAlive: true })
  const pending = get('/api/me', token, agent)
  await expect.poll(() => Object.keys(agent.sockets).length).toBe(1)
  const before = await send(config, { path: '/probe' })
  expect(before.status).toBe(200)
  run.child.kill('SIGTERM')
  await expect.poll(run.output).toContain('SIGTERM: finishing what is under way')
  await control('/faults', { graph: null })
  const answer = await pending
  expect([200, 503]).toContain(answer)
  expect(await run.ended).toBe(0)
  agent.destroy()
})

test('Ctrl-C ends it too: load balancers learn first, and requests are taken meanwhile', async () => {
  const port = await freePort()
  const run = start({ LATCHKEY_METRICS_PORT: String(port), LATCHKEY_DRAIN_SECONDS: '2' })
  const statusOf = async (name: string) =>
    (await fetch(`http://127.0.0.1:${port}${name}`).catch(() => null))?.status ?? null
  await expect.poll(() => statusOf('/live'), { timeout: 45_000 }).toBe(200)
  await ready(run)
  expect(await Promise.all([statusOf('/started'), statusOf('/ready')])).toEqual([200, 200])
  run.child.kill('SIGINT')
  await expect.poll(() => statusOf('/ready')).toBe(503)
  expect((await send(config, { path: '/probe' })).json.status).toBe('draining')
  expect((await send(config, { path: '/api/me', token: 'none' })).status).toBe(401)
  expect(await run.ended).toBe(0)
})

test('one that is told to end while its workers begin never says that it is ready', async () => {
  const run = start({ LATCHKEY_WORKERS: '2', LATCHKEY_LOG: 'info' })
  await expect.poll(run.output, { timeout: 45_000 }).toContain('worker started')
  run.child.kill('SIGTERM')
  expect(await run.ended).toBe(0)
  expect(run.output()).not.toContain('ready at')
})

test('a ledger of SQLite has one authority: another is refused, and a kill leaves no lock', async () => {
  const elsewhere = async () => ({
    AUTHORITY_PORT: String(await freePort()),
    AUTHORITY_TLS_PORT: String(await freePort()),
  })
  const first = start({ LATCHKEY_WORKERS: '2' })
  await ready(first)
  const second = start(await elsewhere())
  expect(await second.ended).toBe(1)
  expect(second.output()).toBe(
    `Another authority works on the ledger ${folder}/ledger.sqlite, and a ledger of SQLite has one. Stop the ` +
      'other, or set LATCHKEY_DATA and LATCHKEY_DATABASE to folders of this one; several share a PostgreSQL.\n',
  )
  expect((await send(config, { path: '/ca' })).status).toBe(200)
  const beside = { LATCHKEY_DATA: folder }
  for (const command of ['migrate', 'verify-audit']) {
    expect(await startCommand(command, [], beside)).toMatchObject({ status: 0, stderr: '' })
  }
  first.child.kill('SIGKILL')
  await first.ended
  const third = start(await elsewhere())
  await ready(third)
  expect(statSync(path.join(folder, 'ledger.sqlite.lock')).size).toBe(0)
  third.child.kill('SIGTERM')
  expect(await third.ended).toBe(0)
})

test('a root CRL that is missing is named, and the rest is served', async () => {
  const data = path.join(folder, 'below-a-root')
  const ca = { key: 'ec-p256', name: 'Issuing CA', organization: 'Contoso', years: 5 } as const
  await createCa({ ...config, dataDir: data }, { ...ca, issuingCa: true, crlDays: 365 }, new Date())
  const file = path.join(data, 'ca', 'root-status.pem')
  rmSync(file)
  const run = start({ LATCHKEY_DATA: data })
  await ready(run)
  expect(run.output()).toContain(
    `The root CRL in ${file} cannot be used. It is missing or cannot be read. ` +
      'Sign a new one with the root key: npm run init-ca -- --root-crl.',
  )
  run.child.kill('SIGTERM')
  expect(await run.ended).toBe(0)
})

type Hindrance = [string, () => Promise<Readonly<Record<string, string>>>, RegExp]

const hindrances: Hindrance[] = [
  [
    'its http port in use',
    async () => ({ AUTHORITY_PORT: String(await occupy()) }),
    /^Port \d+ is in use\. Stop the other program or set AUTHORITY_PORT to a free port\.$/,
  ],
  [
    'its https port in use',
    async () => ({ AUTHORITY_TLS_PORT: String(await occupy()) }),
    /^Port \d+ is in use\. Stop the other program or set AUTHORITY_TLS_PORT to a free port\.$/,
  ],
  [
    'the port of its metrics in use',
    async () => ({ LATCHKEY_METRICS_PORT: String(await occupy()) }),
    /^Port \d+ is in use\. Stop the other program or set LATCHKEY_METRICS_PORT to a free port\.$/,
  ],
  [
    'a file in the place of the data folder',
    async () => ({ LATCHKEY_DATA: fileIn('not-a-folder', 'x') }),
    /^The data folder .* cannot be written \(ENOTDIR\)\. Make it writable/,
  ],
  [
    'half a CA',
    async () => ({ LATCHKEY_DATA: path.dirname(path.dirname(fileIn('half/ca/ca.pem', 'x'))) }),
    /^The CA in .* is not whole: /,
  ],
  [
    'a port that is no number',
    async () => ({ AUTHORITY_PORT: 'eighty' }),
    /^The configuration is not complete\. AUTHORITY_PORT: /,
  ],
  [
    'half of the https files',
    async () => ({ LATCHKEY_TLS_KEY: '/nowhere/key.pem' }),
    /^LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY belong together; set both\.$/,
  ],
]

const blockers: Server[] = []

afterAll(() => {
  for (const blocker of blockers) blocker.close()
})

test.each(
  hindrances,
)('%s is said in one sentence, and it ends with 1', async (_, hinder, sentence) => {
  const run = start(await hinder())
  expect(await run.ended).toBe(1)
  expect(run.output().trim()).toMatch(sentence)
  expect(run.output().trim()).not.toMatch(/\n| {4}at /)
})

async function occupy(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  blockers.push(server)
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function fileIn(name: string, text: string): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

async function control(name: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${sandbox.url}/sandbox${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, unknown>
}

async function tokenOf(user: string): Promise<string> {
  return String((await control('/token', { user })).access_token)
}

function get(target: string, token: string, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    http
      .get(
        { host: 'localhost', port: config.AUTHORITY_PORT, path: target, headers, agent },
        (answer) => {
          answer.resume()
          answer.once('end', () => resolve(answer.statusCode ?? 0))
        },
      )
      .once('error', reject)
  })
}
