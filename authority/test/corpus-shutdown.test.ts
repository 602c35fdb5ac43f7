import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn } from '#authority/testing/harness.ts'
import { send } from '#authority/testing/request.ts'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { openStore } from '#lib/ledger/open.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { startSandbox } from '#sandbox/server.ts'

const IN_FLIGHT = 50

const shared = testEngines().filter((engine) => engine.shared)

describe.each(shared)('CON-11, on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test('with fifty requests under way it ends only when each has its answer', {
    timeout: 60_000,
  }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-shutdown-'))
    const database = await engine.newDatabase()
    const config = await configIn(folder, { LATCHKEY_DATABASE: database })
    const sandbox = await startSandbox(config)
    await bringCa(config)
    const control = async (name: string, body: object) => {
      const response = await fetch(`${sandbox.url}/sandbox${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as { access_token: string }
    }

    const child = spawn(process.execPath, ['authority/main.ts'], {
      cwd: path.resolve(import.meta.dirname, '..', '..'),
      env: {
        PATH: process.env.PATH ?? '',
        NODE_ENV: 'production',
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        LATCHKEY_DATA: folder,
        AUTHORITY_PORT: String(config.AUTHORITY_PORT),
        AUTHORITY_TLS_PORT: String(config.AUTHORITY_TLS_PORT),
        SANDBOX_PORT: String(config.SANDBOX_PORT),
        LATCHKEY_DATABASE: database,
        LATCHKEY_WORKERS: '1',
        LATCHKEY_SWEEP_SECONDS: '3600',
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk
      })
    }
    try {
      await expect.poll(() => output, { timeout: 45_000 }).toContain(': ready at http://localhost:')
      const ended = once(child, 'close')
      const token = (await control('/token', { user: 'alice@contoso.example' })).access_token
      const pending = Array.from({ length: IN_FLIGHT }, () =>
        send(config, {
          method: 'POST',
          path: '/api/csr',
          token,
          body: makeCsr({ upn: 'alice@contoso.example' }).der,
        }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      // The first answer has come: all clients are connected, most are in the middle of a request.
      await Promise.race(pending)
      child.kill('SIGTERM')
      await expect
        .poll(() => output, { timeout: 10_000 })
        .toContain('SIGTERM: finishing what is under way')
      const answers = await Promise.all(pending)
      expect((await ended)[0]).toBe(0)

      // Answered, told to go elsewhere, or disconnected before anything was read (0).
      for (const status of answers) expect([0, 200, 503]).toContain(status)
      const issued = answers.filter((status) => status === 200).length
      expect(issued).toBeGreaterThan(0)
      // No issuance was cut off: everything in the ledger was delivered, and nothing is pending.
      const store = await openStore(database, { create: false })
      const counted = await store.read
        .selectFrom('certificate')
        .select(({ fn }) => ['state', fn.countAll().as('n')])
        .groupBy('state')
        .execute()
      expect(counted).toEqual([{ state: 'issued', n: issued }])
      expect(await verifyLedger(store)).toMatchObject({ ok: true })
      await store.close()
    } finally {
      child.kill('SIGKILL')
      await sandbox.close()
      rmSync(folder, { recursive: true })
    }
  })
})
