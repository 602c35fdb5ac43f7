import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runFull } from '#authority/run/full.ts'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn } from '#authority/testing/harness.ts'
import { type Answer, send, type TestRequest } from '#authority/testing/request.ts'
import { runCommand } from '#cli/testing/run-command.ts'
import { main as verifyAudit } from '#cli/verify-audit.ts'
import { type Config, readConfig } from '#lib/config.ts'
import type { Failpoint } from '#lib/issuance/authority.ts'
import { openLedger } from '#lib/ledger/open.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { createLog } from '#lib/log.ts'
import { parseCsr } from '#lib/pki/csr/csr.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { startSandbox } from '#sandbox/server.ts'

/**
 * The authority is killed between any two steps of the issuance cycle, as by a power cut. After the next
 * start everything that may have been signed is recorded and not good unless delivered, the same request gets
 * one certificate, and the audit chain is intact. What is killed is the program; what starts next are its
 * parts in this process, since a start takes longer than all the rest of a test.
 */

/** Whether the client gets the certificate of the killed process after the next start. */
const POINTS: [Failpoint, boolean][] = [
  ['before-intent', false],
  ['after-intent', false],
  ['after-sign', false],
  ['after-check', false],
  ['after-record', true],
]

/** Every point on SQLite; on PostgreSQL the one at which something was signed that nobody recorded. */
const ENGINES = testEngines().flatMap((engine) => {
  if (engine.name === 'sqlite memory') return []
  const points = engine.name === 'postgres' ? POINTS.filter(([at]) => at === 'after-sign') : POINTS
  return [{ ...engine, points }]
})

describe.each(ENGINES)('on $name', (engine) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-crash-'))
  let config: Config
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  let token: string
  let deviceId: string

  beforeAll(async () => {
    await engine.start()
    config = await configIn(folder, { LATCHKEY_DATABASE: await engine.newDatabase() })
    sandbox = await startSandbox(config)
    await bringCa(config)
    const user = 'alice@contoso.example'
    const minted = await fetch(`${sandbox.url}/sandbox/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, version: 2 }),
    })
    token = ((await minted.json()) as { access_token: string }).access_token
    const state = (await (await fetch(`${sandbox.url}/sandbox/state`)).json()) as {
      devices: { deviceId: string; ownerUpn: string; managed: boolean }[]
    }
    deviceId = state.devices.find((one) => one.ownerUpn === user && one.managed)?.deviceId ?? ''
  })

  afterAll(async () => {
    await sandbox.close()
    await engine.stop()
    rmSync(folder, { recursive: true })
  })

  function environment() {
    return {
      ...process.env,
      LATCHKEY_DATA: folder,
      LATCHKEY_DATABASE: config.database,
      AUTHORITY_PORT: String(config.AUTHORITY_PORT),
      AUTHORITY_TLS_PORT: String(config.AUTHORITY_TLS_PORT),
      SANDBOX_PORT: String(config.SANDBOX_PORT),
      PORTAL_PORT: String(config.PORTAL_PORT),
      LATCHKEY_PENDING_LIMIT_SECONDS: '0',
      LATCHKEY_WORKERS: '1',
    }
  }

  async function startToDieAt(failpoint: string): Promise<ChildProcess> {
    const env = { ...environment(), LATCHKEY_FAILPOINT: failpoint }
    const child = spawn(process.execPath, ['authority/main.ts'], { env, stdio: 'pipe' })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('ready at')) resolve()
      }
      child.stdout?.on('data', hear)
      child.stderr?.on('data', hear)
      child.once('exit', () => reject(new Error(`The authority ended: ${said}`)))
    })
    return child
  }

  const startAgain = () =>
    runFull({
      config: readConfig(environment()),
      log: createLog('authority', { level: 'silent', readable: false }),
      ...{ role: 'all', link: null, observer: null, acceptLostLedger: false },
      giveUp: (sentence) => expect.unreachable(sentence),
    })

  /** A machine that is busy otherwise says so, before it does anything; then it is asked again. */
  async function ask(request: TestRequest): Promise<Answer> {
    for (;;) {
      const answer = await send(config, request)
      if (answer.status !== 503 || answer.json.code !== 'authority_unavailable') return answer
      await delay(100)
    }
  }

  test.each(engine.points)('killed %s', { timeout: 60_000 }, async (failpoint, kept) => {
    const request = {
      method: 'POST',
      path: '/api/csr',
      token,
      body: makeCsr({ commonName: deviceId }).der,
    }
    const doomed = await startToDieAt(failpoint)
    const died = once(doomed, 'exit')
    await expect(ask(request)).rejects.toThrow()
    expect((await died)[1]).toBe('SIGKILL')
    const before = await rowsOf(request.body)

    const next = await startAgain()
    const answer = await ask(request)
    const again = await ask(request)
    await next.stop()
    expect([answer.status, again.status]).toEqual([200, 200])
    expect(again.body.equals(answer.body)).toBe(true)

    // One certificate for the request; each intent before the crash is void or is that certificate.
    const after = await rowsOf(request.body)
    expect(after.filter((row) => row.state === 'issued')).toHaveLength(1)
    expect(after.filter((row) => row.state === 'pending')).toHaveLength(0)
    const survivor = before.find((row) => row.state === 'issued')?.serial ?? null
    expect(survivor !== null).toBe(kept)
    if (kept) expect(after.map((row) => row.serial)).toEqual([survivor])

    const audit = await runCommand(verifyAudit, [], environment())
    expect(audit.stdout).toContain('The audit log is whole')
    expect(audit.status).toBe(0)
  })

  /** Gives the ledger's rows for the key of this CSR, read while no authority runs. */
  async function rowsOf(csr: Uint8Array) {
    const { thumbprint } = parseCsr(csr).key
    const ledger = await openLedger(config.database)
    const trail = await ledger.auditTrail(0, 1_000)
    const serials = trail.flatMap(({ event }) =>
      event.kind === 'issuance.intended' && event.serial !== null ? [event.serial] : [],
    )
    const rows = await Promise.all(serials.map((serial) => ledger.certificate(serial)))
    await ledger.close()
    return rows.flatMap((row) => (row?.keyThumbprint === thumbprint ? [row] : []))
  }
})
