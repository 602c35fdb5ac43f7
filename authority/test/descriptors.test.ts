import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import http from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { configIn } from '#authority/testing/harness.ts'
import { startProgram } from '#authority/testing/program.ts'
import { ensureCa } from '#cli/init-ca.ts'
import { startSandbox } from '#sandbox/server.ts'

/** What it can have of files and connections, on Linux, where /proc counts them. */
const DESCRIPTORS = 80

test.runIf(process.platform === 'linux')(
  'clients that take all descriptors do not end it, and when they leave everything is as before',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-descriptors-'))
    const config = await configIn(folder, {})
    const sandbox = await startSandbox(config)
    await ensureCa(config)
    const run = startProgram(config, { descriptors: DESCRIPTORS })
    await expect.poll(run.output, { timeout: 45_000 }).toContain(': ready at http://localhost:')
    const port = config.AUTHORITY_PORT
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    expect(await statusOf(port, agent)).toBe(200)

    const open = () => readdirSync(`/proc/${run.child.pid}/fd`).length
    const before = open()
    const flood = Array.from({ length: 2 * DESCRIPTORS }, () => connect(port, '127.0.0.1'))
    for (const socket of flood) socket.on('error', () => {})
    await expect.poll(open).toBeGreaterThanOrEqual(DESCRIPTORS - 1)
    // Whatever it looks at each second has been looked at twice.
    const since = performance.now()
    while (performance.now() - since < 2500) expect(await statusOf(port, agent)).toBe(200)
    expect(run.child.exitCode, run.output()).toBeNull()

    await Promise.all(flood.map(gone))
    // Some are for the directory, which it asks by itself.
    await expect.poll(open).toBeLessThan(before + 10)
    agent.destroy()
    expect(await statusOf(port, new http.Agent())).toBe(200)
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    await sandbox.close()
    rmSync(folder, { recursive: true })
  },
)

async function gone(socket: Socket): Promise<void> {
  if (socket.closed) return
  socket.destroy()
  await once(socket, 'close')
}

async function statusOf(port: number, agent: http.Agent): Promise<number | undefined> {
  const request = http.get({ host: '127.0.0.1', port, path: '/ca', agent })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response.statusCode
}
