import { X509Certificate } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bringCa } from '#authority/testing/bring-ca.ts'
import { configIn } from '#authority/testing/harness.ts'
import { type Running, startProgram } from '#authority/testing/program.ts'
import { send } from '#authority/testing/request.ts'
import type { Config, Role } from '#lib/config.ts'
import { openStore } from '#lib/ledger/open.ts'
import { DATABASE_ROLES, grantRights } from '#lib/ledger/schema/grants.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'
import { ownPostgres } from '#lib/ledger/testing/engines.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { askOcsp } from '#lib/relying-party/ocsp.ts'
import { CA_FILES, loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { type Sandbox, startSandbox } from '#sandbox/server.ts'

/**
 * The authority as three processes with different accounts of the database: one issues, one works in the
 * background, and one that has neither the CA key nor a right to write answers relying parties.
 */

const ALICE = 'alice@contoso.example'
const PATIENCE = { timeout: 45_000, interval: 100 }
const PARTS = ['issue', 'jobs', 'status'] as const satisfies readonly Role[]

// Roles are those of a whole server.
const postgres = [ownPostgres()]

describe.each(postgres)('three roles on $name', { timeout: 90_000 }, (engine) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-roles-'))
  const responders = path.join(folder, 'responders')
  const configs = new Map<Role, Config>()
  const runs: Running[] = []
  let sandbox: Sandbox
  let token: string
  let serial: string

  const at = (role: Role): Config => {
    const config = configs.get(role)
    if (!config) throw new Error(`There is no ${role}.`)
    return config
  }

  beforeAll(async () => {
    await engine.start()
    const database = await engine.newDatabase()
    await prepareUsers(database)
    const first = await configIn(path.join(folder, 'issue'), {})
    sandbox = await startSandbox(first)
    for (const role of PARTS) {
      const config = await configIn(path.join(folder, role), {
        LATCHKEY_DATABASE: database.replace('//postgres@', `//user_of_${role}@`),
        SANDBOX_PORT: String(first.SANDBOX_PORT),
        LATCHKEY_RESPONDERS: responders,
      })
      configs.set(role, config)
      if (role === 'issue') await bringCa(config)
      else bringPart(at('issue').dataDir, config.dataDir, role === 'status')
      const env = {
        LATCHKEY_DATABASE: config.database,
        LATCHKEY_RESPONDERS: responders,
        LATCHKEY_WORKERS: '1',
        LATCHKEY_HOST: '127.0.0.1',
        // Settings are those of all, and a secret is where it is needed.
        ...{ LATCHKEY_SMTP_URL: 'smtp://account@localhost:1', LATCHKEY_MAIL_FROM: 'ca@x.example' },
        ...(role === 'jobs' && { LATCHKEY_SMTP_SECRET: 'of the account' }),
      }
      const run = startProgram(config, { env, args: ['--role', role] })
      runs.push(run)
      await vi.waitFor(() => expect(run.output()).toContain(': ready at http:'), PATIENCE)
    }
    const minted = await fetch(`${sandbox.url}/sandbox/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: ALICE }),
    })
    token = ((await minted.json()) as { access_token: string }).access_token
  })

  afterAll(async () => {
    for (const { child } of runs) child.kill('SIGKILL')
    await sandbox.close()
    await engine.stop()
    rmSync(folder, { recursive: true })
  })

  const ocsp = async () => {
    const { statusUrl, dataDir } = at('status')
    const issuer = loadPublicIssuer(dataDir, { ...URLS, crl: null })
    const reply = await askOcsp(`${statusUrl}/ocsp`, issuer, [serial])
    return reply.kind === 'answer' ? reply.answers.get(serial)?.status.kind : reply
  }

  test('one issues, another says so', async () => {
    const answer = await send(at('issue'), {
      ...{ method: 'POST', path: '/api/csr', token },
      body: makeCsr({ commonName: ALICE, key: 'ec-p256' }).der,
    })
    expect(answer.status, answer.body.toString('latin1')).toBe(200)
    serial = new X509Certificate(answer.body).serialNumber.toLowerCase()
    await expect.poll(ocsp, PATIENCE).toBe('good')
    const { status, body } = await send(at('status'), { path: '/ca' })
    expect(status).toBe(200)
    expect(body.equals((await send(at('issue'), { path: '/ca' })).body)).toBe(true)
  })

  test('what one revokes, the second puts on the list, and the third gives it to relying parties', async () => {
    const revoked = await send(at('issue'), {
      ...{ method: 'POST', path: `/api/me/certificates/${serial}/revoke`, token },
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ reason: 'keyCompromise' }),
    })
    expect(revoked.status, revoked.body.toString()).toBe(200)
    await expect.poll(ocsp, PATIENCE).toBe('revoked')
    const isListed = async () => {
      const { status, body } = await send(at('status'), { path: '/crl/full.crl' })
      const entries = status === 200 ? readCrl(new Uint8Array(body)).entries : []
      return entries.some((entry) => entry.serial === serial)
    }
    await expect.poll(isListed, PATIENCE).toBe(true)
  })

  test('each does its part alone', async () => {
    for (const role of ['status', 'jobs'] as const) {
      const refused = await send(at(role), { method: 'POST', path: '/api/csr', token, body: 'x' })
      expect([role, refused.status, refused.json.code]).toEqual([role, 404, 'not_found'])
    }
    for (const role of PARTS) {
      const { status, json } = await send(at(role), { path: '/probe' })
      expect([role, status]).toEqual([role, 200])
      expect(json.checks).toMatchObject({ ledger: 'up', signer: 'up' })
    }
  })

  test('no private key of the CA is where status is answered, and nothing is left in between', () => {
    const held = readdirSync(path.join(at('status').dataDir, 'ca'))
    expect(held.sort()).toEqual([CA_FILES.certificate, CA_FILES.chain])
    expect(existsSync(path.join(at('status').dataDir, 'signatures.log'))).toBe(false)
    expect(readdirSync(responders)).toEqual([])
  })

  test('all end when they are told to', async () => {
    for (const { child } of runs) child.kill('SIGTERM')
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([0, 0, 0])
    for (const run of runs) expect(run.output()).not.toMatch(/ error /)
  })
})

const URLS = { caIssuers: 'https://a/ca', caIssuersHttp: 'http://a/ca', ocsp: 'http://a/ocsp' }

async function prepareUsers(database: string): Promise<void> {
  const owner = await openStore(database, { create: true })
  for (const role of DATABASE_ROLES) {
    const user = role.replace('latchkey_', 'user_of_')
    await sql`create role ${sql.id(role)} nologin`.execute(owner.write)
    await sql`create role ${sql.id(user)} login in role ${sql.id(role)}`.execute(owner.write)
  }
  await migrate(owner)
  await owner.write.transaction().execute(grantRights)
  await owner.close()
}

/** The whole CA, or only what is public of it. */
function bringPart(from: string, to: string, publicOnly: boolean): void {
  if (!publicOnly) {
    cpSync(path.join(from, 'ca'), path.join(to, 'ca'), { recursive: true })
    return
  }
  mkdirSync(path.join(to, 'ca'), { recursive: true })
  for (const name of [CA_FILES.certificate, CA_FILES.chain]) {
    cpSync(path.join(from, 'ca', name), path.join(to, 'ca', name))
  }
}
