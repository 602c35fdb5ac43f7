import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn } from '#authority/testing/harness.ts'
import { type Running, startProgram } from '#authority/testing/program.ts'
import { type Answer, send, type TestRequest } from '#authority/testing/request.ts'
import type { Probe } from '#lib/api/schemas.ts'
import type { Config } from '#lib/config.ts'
import { ocspRequest } from '#lib/issuance/testing/ocsp-asker.ts'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { openStore } from '#lib/ledger/open.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { readOcspResponse } from '#lib/pki/ocsp/read-ocsp-response.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { readSignatureLog, SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { canTry } from '#lib/testing/judge.ts'
import { type Sandbox, startSandbox } from '#sandbox/server.ts'

/** The authority as two processes on one port, as an operator runs it. */

const ALICE = 'alice@contoso.example'
const PATIENCE = { timeout: 45_000, interval: 100 }
/** Connections are handed out in turn, so as many reach every worker. */
const MANY = 6

const shared = testEngines().filter((engine) => engine.shared)

describe.each(shared)('two workers on $name', { timeout: 120_000 }, (engine) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-workers-'))
  let config: Config
  let sandbox: Sandbox
  let run: Running
  let token: string
  let serial: string
  let metricsPort: number
  const isSqlite = engine.name === 'sqlite file'

  beforeAll(async () => {
    await engine.start()
    const database = isSqlite
      ? `sqlite:${path.join(folder, 'l.sqlite')}`
      : await engine.newDatabase()
    config = await configIn(folder, { LATCHKEY_DATABASE: database })
    sandbox = await startSandbox(config)
    await bringCa(config)
    metricsPort = await freePort()
    run = startProgram(config, {
      env: {
        LATCHKEY_METRICS_PORT: String(metricsPort),
        ...{ LATCHKEY_WORKERS: '2', LATCHKEY_DATABASE: database },
        // The sandbox needs neither: to see who gets them.
        ...{ LATCHKEY_GRAPH_CLIENT_SECRET: 'of the directory', LATCHKEY_HOST: '127.0.0.1' },
      },
    })
    await vi.waitFor(() => expect(run.output()).toContain(': ready at http:'), PATIENCE)
    token = String((await control('/token', { user: ALICE })).access_token)
  })

  afterAll(async () => {
    run.child.kill('SIGKILL')
    await sandbox.close()
    await engine.stop()
    rmSync(folder, { recursive: true })
  })

  async function control(name: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${sandbox.url}/sandbox${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json().catch(() => ({}))) as Record<string, unknown>
  }

  const many = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: MANY }, ask))
  const enroll = (body: Uint8Array, more: Partial<TestRequest> = {}) =>
    send(config, { method: 'POST', path: '/api/csr', token, body, ...more })
  const newCsr = () => makeCsr({ commonName: ALICE, key: 'ec-p256' }).der
  const serialIn = ({ status, body }: Answer) => {
    expect(status, body.toString('latin1')).toBe(200)
    return new X509Certificate(body).serialNumber.toLowerCase()
  }
  const probe = async () => (await send(config, { path: '/probe' })).json as unknown as Probe
  const states = async () => (await probe()).workers?.map(({ state }) => state)
  /** Gives the status that one worker reports, and which responder signed it. */
  const askOcsp = async () => {
    const issuer = loadPublicIssuer(config.dataDir, { ...URLS, crl: null })
    const { body } = await send(config, {
      ...{ method: 'POST', path: '/ocsp', body: ocspRequest(issuer, [serial]) },
      headers: [['content-type', 'application/ocsp-request']],
    })
    const response = readOcspResponse(new Uint8Array(body))
    if (typeof response === 'number') return { kind: `error ${response}`, responder: '' }
    const responder = Buffer.from(response.responderKeyHash).toString('hex')
    return { kind: response.responses[0]?.status.kind ?? 'nothing', responder }
  }
  /** Process ids by number of worker; the last one that was started. */
  const pidOf = (number: number): number => {
    const started = run.output().matchAll(/worker started worker=(\d) pid=(\d+)/g)
    const own = [...started].filter(([, worker]) => Number(worker) === number)
    return Number(own.at(-1)?.[2])
  }

  test('/probe names both, and the second has no secret when it signs nothing', async () => {
    expect(await probe()).toMatchObject({
      status: 'ready',
      workers: [
        { number: 1, role: 'all', state: 'up', replaced: 0 },
        { number: 2, role: isSqlite ? 'status' : 'all', state: 'up', replaced: 0 },
      ],
    })
    const hasSecret = (number: number) =>
      readFileSync(`/proc/${pidOf(number)}/environ`, 'utf8').includes('of the directory')
    if (!canTry(process.platform === 'linux', 'which secrets a process has, by /proc')) return
    expect([hasSecret(1), hasSecret(2)]).toEqual([true, !isSqlite])
  })

  test('whoever gets the connection, certificates are issued and relying parties answered', async () => {
    const answers = await many(() => enroll(newCsr()))
    const [first = ''] = answers.map(serialIn)
    expect(new Set(answers.map(serialIn)).size).toBe(MANY)
    serial = first
    expect(serialIn(await enroll(newCsr(), { tls: true }))).toMatch(/^[0-9a-f]{40}$/)

    const said = await many(askOcsp)
    expect(new Set(said.map(({ kind }) => kind))).toEqual(new Set(['good']))
    // Each has a key of its own.
    expect(new Set(said.map(({ responder }) => responder)).size).toBe(2)
    const ca = await many(() => send(config, { path: '/ca' }))
    expect(new Set(ca.map(({ body }) => body.toString('hex'))).size).toBe(1)
  })

  test('the same request to both at once is one certificate, and bounds hold at both', async () => {
    const csr = newCsr()
    const answers = await many(() => enroll(csr))
    const issued = answers.filter(({ status }) => status === 200)
    expect(new Set(issued.map(serialIn)).size).toBe(1)
    const others = answers.filter(({ status }) => status !== 200)
    expect(others.every(({ status }) => status === 409)).toBe(true)

    const large = await many(() => enroll(new Uint8Array(16_385)))
    expect(large.map(({ status }) => status)).toEqual(Array(MANY).fill(413))
    const chunked = await many(() =>
      send(config, {
        ...{ method: 'POST', path: '/api/csr', token, body: newCsr() },
        headers: [['transfer-encoding', 'chunked']],
      }),
    )
    expect(chunked.map(serialIn)).toHaveLength(MANY)
    // A body where none belongs is not read as the next request.
    const hidden = 'GET /api/me HTTP/1.1\r\nhost: localhost\r\n\r\n'
    const headers = [['transfer-encoding', 'chunked']] as const
    const smuggled = await many(() =>
      send(config, { path: '/api/me', token, body: hidden, headers }),
    )
    expect(smuggled.map(({ status }) => status)).not.toContain(500)
    const forged = await many(() =>
      send(config, {
        path: '/api/me',
        token,
        headers: [
          ['x-latchkey-handover', 'guessed'],
          ['x-latchkey-handover-address', '127.0.0.1'],
        ],
      }),
    )
    expect(forged.map(({ status }) => status)).toEqual(Array(MANY).fill(200))
  })

  /** The sum of all lines with this name, whatever their labels. */
  const counted = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    const own = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    return own.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  test('/metrics counts what all of them do together', async () => {
    const said = 'latchkey_ocsp_responses_total'
    const issued = 'latchkey_certificates_issued_total'
    const [saidBefore, issuedBefore] = [await counted(said), await counted(issued)]
    await many(askOcsp)
    for (const answer of await many(() => enroll(newCsr()))) serialIn(answer)
    expect([await counted(said), await counted(issued)]).toEqual([
      saidBefore + MANY,
      issuedBefore + MANY,
    ])
    expect(await counted('latchkey_ca_not_after_timestamp_seconds')).toBeLessThan(1e10)
    const ready = await fetch(`http://127.0.0.1:${metricsPort}/ready`)
    expect([ready.status, (await ready.text()).trim()]).toEqual([200, 'ready'])
  })

  test('one that is killed is replaced, and the log says so', async () => {
    const before = await counted('latchkey_ocsp_responses_total')
    process.kill(pidOf(2), 'SIGKILL')
    await expect.poll(run.output).toMatch(/a worker ended and is replaced worker=2 signal=SIGKILL/)
    // The other goes on meanwhile.
    expect((await askOcsp()).kind).toBe('good')
    // A busy machine answers /probe with 503 for a moment, without a word on the workers.
    const each = async () =>
      (await probe()).workers?.map(({ state, replaced }) => [state, replaced])
    await expect.poll(each, PATIENCE).toEqual([
      ['up', 0],
      ['up', 1],
    ])
    // What it had counted stays counted.
    expect(await counted('latchkey_ocsp_responses_total')).toBeGreaterThanOrEqual(before)
    expect(await counted('latchkey_workers_replaced_total')).toBe(1)
    expect(new Set((await many(askOcsp)).map(({ kind }) => kind))).toEqual(new Set(['good']))
  })

  test('a connection that one has not taken when it is killed is closed', async () => {
    process.kill(pidOf(2), 'SIGSTOP')
    const open = new Set<Socket>()
    for (let at = 0; at < MANY; at += 1) {
      const socket = connect(config.AUTHORITY_PORT, '127.0.0.1')
      socket.on('error', () => undefined).on('close', () => open.delete(socket))
      socket.resume().write('GET /probe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      open.add(socket)
    }
    await expect.poll(() => open.size, PATIENCE).toBe(1)
    process.kill(pidOf(2), 'SIGKILL')
    await expect.poll(() => open.size, PATIENCE).toBe(0)
    await expect.poll(states, PATIENCE).toEqual(['up', 'up'])
  })

  test('when the first is killed the others answer, and its successor has its jobs at once', async () => {
    process.kill(pidOf(1), 'SIGKILL')
    await expect.poll(run.output).toMatch(/a worker ended and is replaced worker=1 signal=SIGKILL/)
    expect((await askOcsp()).kind).toBe('good')
    const meanwhile = await enroll(newCsr())
    if (isSqlite) {
      expect(meanwhile.status).toBe(503)
      expect(meanwhile.json.code).toBe('authority_unavailable')
      expect(meanwhile.headers['retry-after']).toBe('5')
    }
    await expect.poll(states, PATIENCE).toEqual(['up', 'up'])

    const revoke = async () => {
      const answer = await send(config, {
        ...{ method: 'POST', path: `/api/me/certificates/${serial}/revoke`, token },
        headers: [['content-type', 'application/json']],
        body: JSON.stringify({ reason: 'keyCompromise' }),
      })
      return answer.status
    }
    // 503 while the start of the successor keeps a slow machine busy.
    await expect.poll(revoke, PATIENCE).toBe(200)
    expect(new Set((await many(askOcsp)).map(({ kind }) => kind))).toEqual(new Set(['revoked']))
    // A lease of a dead process would last for a minute.
    const isListed = async () => {
      const lists = await many(() => send(config, { path: '/crl/full.crl' }))
      return lists.every(({ status, body }) => {
        if (status !== 200) return false
        return readCrl(new Uint8Array(body)).entries.some((entry) => entry.serial === serial)
      })
    }
    await expect.poll(isListed, { timeout: 30_000, interval: 250 }).toBe(true)
  })

  test('SIGTERM: what is under way is answered, and the first worker stops last', async () => {
    await control('/faults', { graph: 'slow' })
    const pending = many(() => send(config, { path: '/api/me', token }).catch(() => null))
    await probe()
    run.child.kill('SIGTERM')
    await expect.poll(run.output).toContain('SIGTERM: finishing what is under way')
    await control('/faults', { graph: null })
    const statuses = (await pending).map((answer) => answer?.status)
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true)
    expect(await run.ended).toBe(0)
    const stopped = [...run.output().matchAll(/worker stopped worker=(\d)/g)].map(([, n]) => n)
    expect(stopped).toEqual(['2', '1'])
  })

  test('nothing was signed twice or left out, and the audit chain is one', async () => {
    const tbs: string[] = []
    let certificates = 0
    for await (const { lines } of readSignatureLog(path.join(folder, SIGNATURE_LOG))) {
      for (const line of lines) {
        if (line?.what === 'certificate') certificates += 1
        tbs.push(line?.tbs ?? 'a line that cannot be read')
      }
    }
    expect(new Set(tbs).size).toBe(tbs.length)
    expect(tbs).not.toContain('a line that cannot be read')
    expect(certificates).toBeGreaterThan(2 * MANY)
    const store = await openStore(config.database, { create: false })
    expect(await verifyLedger(store)).toMatchObject({ ok: true, findings: [] })
    await store.close()
  })
})

const URLS = { caIssuers: 'https://a/ca', caIssuersHttp: 'http://a/ca', ocsp: 'http://a/ocsp' }
