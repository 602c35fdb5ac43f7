import 'reflect-metadata'
import { once } from 'node:events'
import { chownSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import * as x509 from '@peculiar/x509'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand, startCommand } from '#cli/testing/run-command.ts'
import { main as verifyAudit } from '#cli/verify-audit.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { openLedger, openStore } from './open.ts'
import {
  makePostgresHome,
  type PostgresHome,
  postgresUrl,
  type Served,
} from './testing/postgres.ts'

/** A server of its own, with TLS and passwords, as operators reach theirs over a network. */

const DAY_MS = 86_400_000

let home: PostgresHome
let port: number
let server: Served

const file = (name: string) => path.join(home.folder, name)

async function writeOwn(name: string, text: string): Promise<void> {
  writeFileSync(file(name), text, { mode: 0o600 })
  const { uid, gid } = home.account
  if (uid !== undefined) chownSync(file(name), uid, gid ?? 0)
}

/** What stands in `server.pem` is what new connections see after a reload. */
async function present(host: string, days: readonly [number, number]): Promise<void> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const [notBefore, notAfter] = days.map((day) => new Date(Date.now() + day * DAY_MS))
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
    ...(notBefore && notAfter && { notBefore, notAfter }),
  })
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  await writeOwn('server.key', x509.PemConverter.encode(key, 'PRIVATE KEY'))
  await writeOwn('server.pem', certificate.toString('pem'))
}

async function asOwner(...statements: readonly string[]): Promise<void> {
  const store = await openStore(`${postgresUrl(home.folder, 'postgres', 'public')}&port=${port}`, {
    create: false,
  })
  for (const statement of statements) await sql.raw(statement).execute(store.write)
  await store.close()
}

beforeAll(async () => {
  x509.cryptoProvider.set(crypto)
  home = makePostgresHome()
  port = await freePort()
  await home.init(file('data'))
  await present('localhost', [-1, 1])
  await writeOwn('hba', 'local all postgres trust\nhost all all all scram-sha-256\n')
  server = await home.serve(file('data'), [
    ...['-k', home.folder, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
    ...['-c', `hba_file=${file('hba')}`],
    ...['-c', `ssl_cert_file=${file('server.pem')}`, '-c', `ssl_key_file=${file('server.key')}`],
  ])
  await asOwner(`create role issue login password 'p@:/?#%ü'`)
  await asOwner('create database "Latch-Key" owner issue')
})

afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(home.folder, { recursive: true })
})

const PASSWORD = encodeURIComponent('p@:/?#%ü')

type Place = { user?: string; host?: string; at?: number; database?: string; query?: string }

function url({ user = `issue:${PASSWORD}`, host = 'localhost', at, database, query }: Place) {
  const tls = query ?? `sslmode=verify-full&sslrootcert=${file('server.pem')}`
  return `postgres://${user}@${host}:${at ?? port}/${database ?? 'Latch-Key'}?${tls}`
}

async function refusal(place: Place): Promise<string> {
  const refused: unknown = await openLedger(url(place)).catch((error: unknown) => error)
  return refused instanceof Error ? refused.message : 'no error'
}

test('a CA of one’s own, a name with capitals and a password with every separator are no obstacle', async () => {
  expect(await refusal({})).toContain('PostgreSQL speaks no TLS')
  await asOwner('alter system set ssl = on', 'select pg_reload_conf()')
  await expect.poll(() => refusal({})).toBe('no error')
  const ledger = await openLedger(url({}))
  await ledger.selfTest()
  await ledger.close()
})

test.each<[string, Place]>([
  ['(DEPTH_ZERO_SELF_SIGNED_CERT): PostgreSQL’s certificate is from a CA', { query: 'ssl=true' }],
  ['(ENOENT): a file that LATCHKEY_DATABASE names', { query: 'sslrootcert=/nowhere/ca.pem' }],
  ['(28P01): PostgreSQL does not let this user in.', { user: 'issue:wrong' }],
  ['not be reached or changed: PostgreSQL does not let this user in.', { user: 'issue' }],
  ['(3D000): there is no database of the name', { database: 'latch-key' }],
  ['a name behind the host and port, as /name, or the user’s name is taken', { database: '' }],
  ['(ENOTFOUND): there is no host of the name', { host: 'nowhere.invalid' }],
  ['(ECONNREFUSED): nothing answers at the host and port', { at: 1 }],
  ['(42704): PostgreSQL does not know a name', { query: 'options=-cbogus%3D1' }],
])('at the start it is said that %s', async (said, place) => {
  const refused = await refusal(place)
  expect(refused).toContain(said)
  expect(refused).not.toContain(PASSWORD)
})

test('so is it of what is no PostgreSQL', async () => {
  const server = http.createServer((_, response) => response.end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const at = (server.address() as AddressInfo).port
  expect(await refusal({ at, query: '' })).toContain('Check that it is PostgreSQL')
  server.close()
})

test('so is it by the commands that read or change it', async () => {
  const env = { LATCHKEY_DATABASE: url({ user: 'issue:wrong' }) }
  const said =
    /^The ledger’s database cannot be reached or changed \(28P01\): PostgreSQL does not let/
  const migrated = await startCommand('migrate', [], env)
  expect(migrated).toMatchObject({ status: 1, stderr: expect.stringMatching(said) })
  const verified = await runCommand(verifyAudit, [], env)
  expect(verified).toMatchObject({ status: 2, stderr: expect.stringMatching(said) })
  const empty = url({}).replace('Latch-Key', 'postgres')
  expect(await runCommand(verifyAudit, [], { LATCHKEY_DATABASE: empty })).toMatchObject({
    stderr: 'There is no ledger in this database.\n',
  })
})

test('so is it of a certificate for another name, and of one that has run out', async () => {
  const reload = () => asOwner('select pg_reload_conf()')
  await present('db.example', [-1, 1])
  await reload()
  await expect.poll(() => refusal({})).toContain('does not name the host of LATCHKEY_DATABASE')
  await present('localhost', [-3, -1])
  await reload()
  await expect.poll(() => refusal({})).toContain('(CERT_HAS_EXPIRED): PostgreSQL’s certificate')
})

test('so is it of a user who may change nothing, or may not connect twice', async () => {
  await present('localhost', [-1, 1])
  await asOwner('select pg_reload_conf()')
  await expect.poll(() => refusal({})).toBe('no error')
  await asOwner('alter role issue set default_transaction_read_only = on')
  const reading = await openLedger(url({}))
  await expect(reading.selfTest()).rejects.toThrow('(25006): PostgreSQL lets nothing be changed.')
  await reading.close()
  await asOwner('alter role issue reset default_transaction_read_only')
  const ledger = await openLedger(url({}))
  await asOwner('alter role issue connection limit 1')
  await expect(ledger.selfTest()).rejects.toThrow('(53300): PostgreSQL takes no more connections')
  await ledger.close()
})
