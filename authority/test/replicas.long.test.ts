import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn } from '#authority/testing/harness.ts'
import { send } from '#authority/testing/request.ts'
import { main as reconcile } from '#cli/reconcile.ts'
import { runCommand } from '#cli/testing/run-command.ts'
import type { Config } from '#lib/config.ts'
import { testEngines } from '#lib/ledger/testing/engines.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import type { OcspStatus } from '#lib/pki/ocsp/ocsp-response.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { askOcsp } from '#lib/relying-party/ocsp.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { startSandbox } from '#sandbox/server.ts'

/**
 * Three authorities on one ledger, each a process of its own as in production. Whatever one of them does, or
 * learns from the directory, all of them report by OCSP and by CRL.
 */

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
/** Month of issuance: certificates name the CRL of their month. */
const MONTH = new Date().toISOString().slice(0, 'YYYY-MM'.length)
const REPLICAS = 3
/** What relying parties are promised; in practice it takes a few seconds. */
const BUDGET_MS = 60_000
const PATIENCE = { timeout: BUDGET_MS, interval: 500 }

// A ledger of SQLite has one authority.
const shared = testEngines().filter(({ name }) => name === 'postgres')

describe.each(shared)('three authorities on $name', { timeout: 3 * BUDGET_MS }, (engine) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-replicas-'))
  const replicas: { config: Config; child: ChildProcess }[] = []
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  let issuer: Issuer

  beforeAll(async () => {
    await engine.start()
    const database = await engine.newDatabase()
    const first = await configIn(path.join(folder, '0'), { LATCHKEY_DATABASE: database })
    sandbox = await startSandbox(first)
    await bringCa(first)
    const urls = {
      caIssuers: first.authorityUrl,
      caIssuersHttp: first.statusUrl,
      ocsp: first.statusUrl,
      crl: null,
    }
    issuer = loadPublicIssuer(first.dataDir, urls)
    for (let n = 0; n < REPLICAS; n++) {
      const data = path.join(folder, String(n))
      if (n > 0) cpSync(path.join(folder, '0', 'ca'), path.join(data, 'ca'), { recursive: true })
      const config = await configIn(data, {
        LATCHKEY_DATABASE: database,
        SANDBOX_PORT: String(first.SANDBOX_PORT),
      })
      replicas.push({ config, child: await startAuthority(config) })
    }
  })

  afterAll(async () => {
    await Promise.all(replicas.map(({ child }) => stop(child)))
    await sandbox.close()
    await engine.stop()
    rmSync(folder, { recursive: true })
  })

  const at = (n: number): Config => {
    const replica = replicas[n]
    if (!replica) throw new Error(`There is no replica ${n}.`)
    return replica.config
  }

  const control = async (method: string, name: string, body: object): Promise<unknown> => {
    const response = await fetch(`${sandbox.url}/sandbox${name}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    expect(response.ok, text).toBe(true)
    return text === '' ? null : JSON.parse(text)
  }

  const tokenOf = async (user: string): Promise<string> => {
    const minted = await control('POST', '/token', { user, version: 2 })
    return (minted as { access_token: string }).access_token
  }

  const enroll = async (n: number, user: string, commonName: string): Promise<string> => {
    const body = makeCsr({ commonName }).der
    const token = await tokenOf(user)
    const answer = await send(at(n), { method: 'POST', path: '/api/csr', token, body })
    expect(answer.status, answer.body.toString('latin1')).toBe(200)
    return new X509Certificate(answer.body).serialNumber.toLowerCase()
  }

  const ocspOf = async ({ statusUrl }: Config, serial: string): Promise<Said> => {
    const reply = await askOcsp(`${statusUrl}/ocsp`, issuer, [serial])
    const status = reply.kind === 'answer' ? reply.answers.get(serial)?.status : undefined
    return status ? said(status) : reply.kind
  }

  /** What each replica says of the serials, by OCSP, by the full CRL, and by the CRL of the month. */
  const everywhere = async (serials: readonly string[]): Promise<readonly Said[][]> => {
    const channels = replicas.flatMap(({ config }) => [
      Promise.all(serials.map((serial) => ocspOf(config, serial))),
      ...['full', MONTH].map(async (name) => {
        const crl = await crlOf(config, name)
        return serials.map((serial) => saidIn(crl, serial))
      }),
    ])
    const all = await Promise.all(channels)
    return serials.map((_, at) => all.flatMap((some) => some[at] ?? []))
  }

  /** Waits until all channels report it, with the same time. */
  const expectEverywhere = async (reasons: Readonly<Record<string, string>>) => {
    const ask = async () =>
      (await everywhere(Object.keys(reasons))).map((some) => [...new Set(some)])
    const wanted = Object.values(reasons).map((reason) => [startingWith(reason)])
    await expect.poll(ask, PATIENCE).toEqual(wanted)
  }

  test('what one of them revokes, and what the directory stops or deletes, is so at all', async () => {
    const nora = 'nora@contoso.example'
    const person = { upn: nora, displayName: 'Nora New', roles: ['CSR.SelfService'] }
    await control('POST', '/users', person)
    const stolen = await enroll(0, ALICE, ALICE)
    const held = await enroll(1, ALICE, LAPTOP)
    const left = await enroll(2, nora, nora)
    await expectEverywhere({ [stolen]: 'good', [held]: 'good', [left]: 'good' })

    const answer = await send(at(1), {
      method: 'POST',
      path: `/api/me/certificates/${stolen}/revoke`,
      token: await tokenOf(ALICE),
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ reason: 'keyCompromise' }),
    })
    expect(answer.status, answer.body.toString()).toBe(200)
    await control('PATCH', `/devices/${LAPTOP}`, { enabled: false })
    await control('DELETE', `/users/${nora}?permanent=true`, {})
    const final = { [stolen]: 'keyCompromise', [left]: 'cessationOfOperation' }
    await expectEverywhere({ ...final, [held]: 'certificateHold' })

    await control('PATCH', `/devices/${LAPTOP}`, { enabled: true })
    await expectEverywhere({ ...final, [held]: 'good' })
  })

  test('ledger, audit chain, CRLs, and the answers and signatures of all three agree', async () => {
    const logs = replicas.flatMap(({ config }) => [
      '--log',
      path.join(config.dataDir, SIGNATURE_LOG),
    ])
    for (const { config } of replicas) {
      const args = ['--url', `${config.statusUrl}/ocsp`, ...logs]
      const run = await runCommand(reconcile, args, environmentOf(config))
      expect(run.stdout).toMatch(/^All sides agree: 3 certificates, /)
      expect(run.status).toBe(0)
    }
  })
})

/** "good", or reason and time. */
type Said = string

function said(status: OcspStatus): Said {
  return status.kind === 'revoked' ? inWords(status.reason, status.at) : status.kind
}

/** A serial that is not on the CRL counts as good. */
function saidIn(crl: Crl | null, serial: string): Said {
  if (crl === null) return 'no list'
  const entry = crl.entries.find((one) => one.serial === serial)
  return entry ? inWords(entry.reason, entry.at) : 'good'
}

function inWords(reason: string | null, at: Date): Said {
  return `${reason ?? 'unspecified'} ${at.toISOString()}`
}

function startingWith(kind: string) {
  return expect.stringMatching(new RegExp(`^${kind}( |$)`))
}

/** Null while no CRL was published yet. */
async function crlOf(config: Config, name: string): Promise<Crl | null> {
  const { status, body } = await send(config, { path: `/crl/${name}.crl` })
  return status === 200 ? readCrl(new Uint8Array(body)) : null
}

function environmentOf(config: Config) {
  return {
    ...process.env,
    LATCHKEY_DATA: config.dataDir,
    LATCHKEY_DATABASE: config.database,
    AUTHORITY_PORT: String(config.AUTHORITY_PORT),
    AUTHORITY_TLS_PORT: String(config.AUTHORITY_TLS_PORT),
    SANDBOX_PORT: String(config.SANDBOX_PORT),
    PORTAL_PORT: String(config.PORTAL_PORT),
    // One process each; workers.test.ts tries several.
    LATCHKEY_WORKERS: '1',
  }
}

async function startAuthority(config: Config): Promise<ChildProcess> {
  const options = { env: environmentOf(config), stdio: 'pipe' } as const
  const child = spawn(process.execPath, ['authority/main.ts'], options)
  let text = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('ready at')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', () => reject(new Error(`The authority ended: ${text}`)))
  })
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}
