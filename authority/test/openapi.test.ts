import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeRoutes } from '#authority/http/openapi.ts'
import type { App } from '#authority/http/schema.ts'
import { NOTIFICATIONS_PATH, notificationRoutes } from '#authority/routes/notifications.ts'
import {
  type Document,
  faultsOf,
  operationsOf,
  readDescription,
} from '#authority/testing/described.ts'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { ROOT } from '#cli/programs.ts'
import { apiPage } from '#cli/reference/pages.ts'
import { createLog } from '#lib/log.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { readDescription as readForDisplay } from '#lib/scripts/description.ts'

/** The API description matches the service: it has every route, and real answers match it. */

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const ALICE = 'alice@contoso.example'

let latchkey: Harness
let document: Document
let alice: string
let erin: string

beforeAll(async () => {
  latchkey = await startHarness()
  alice = await latchkey.token('alice')
  erin = await latchkey.token('erin')
  document = await readDescription(latchkey)
})

afterAll(() => latchkey.close())

const operations = () => operationsOf(document)

async function faults(schema: object, value: unknown): Promise<string> {
  return (await faultsOf(document, schema, [value])).join()
}

test('it is OpenAPI 3.1 of this service', () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(document.servers).toEqual([{ url: latchkey.config.authorityUrl }])
  expect(Object.keys(document.components.securitySchemes)).toEqual(['token', 'clientCertificate'])
})

test('every route is in it, and nothing that is not there', async () => {
  const served = latchkey.app
    .printRoutes({ commonPrefix: false, includeHooks: false })
    .split('\n')
    .filter((line) => line.includes('('))
  const described = operations().map(([method, path]) => [method, path])
  expect(described.length).toBeGreaterThan(20)
  for (const [method = '', path = ''] of described) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
    expect(latchkey.app.hasRoute({ method: method as 'GET', url }), `${method} ${path}`).toBe(true)
  }
  const methods = served.flatMap((line) => /\(([^)]+)\)/.exec(line)?.[1]?.split(', ') ?? [])
  expect(described.length).toBe(methods.filter((method) => method !== 'HEAD').length)
})

test('the address that Graph alone calls is not in it', async () => {
  const app: App = fastify()
  await describeRoutes(app, latchkey)
  notificationRoutes(app, {
    notices: { accepts: () => true, syncSoon: () => undefined },
    log: createLog('authority', { level: 'silent', readable: false }),
  })
  await app.ready()
  expect(app.hasRoute({ method: 'POST', url: NOTIFICATIONS_PATH })).toBe(true)
  expect(app.swagger().paths).toEqual({})
  await app.close()
})

test('every operation has a name of its own, a sentence, an access and its refusals', () => {
  const ids = operations().map(([, , { operationId }]) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [method, path, { summary, security, responses }] of operations()) {
    const which = `${method} ${path}`
    expect(summary, which).toMatch(/^[A-Z].{3,}[^.]$/)
    expect(security, which).toBeDefined()
    expect(Object.keys(responses), which).toEqual(
      expect.arrayContaining(['400', '421', '500', '503']),
    )
    for (const [status, { description }] of Object.entries(responses)) {
      expect(description, `${which} ${status}`).not.toBe('Default Response')
    }
    const needsToken = JSON.stringify(security).includes('token')
    expect(needsToken, which).toBe('401' in responses && !path.endsWith('simplereenroll'))
  }
})

test('the portal can show all of it', () => {
  const shown = readForDisplay(document).map(({ method, path }) => `${method} ${path}`)
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(shown).toEqual(all)
})

test('docs/reference/api.md is what `npm run reference -- --write` makes of it', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'reference', 'api.md'), 'utf8')
  expect(page).toBe(apiPage(readForDisplay(document)))
})

test('certification requests are described in every form', () => {
  for (const path of ['/api/csr', '/api/csr/check', '/.well-known/est/simpleenroll']) {
    const content = document.paths[path]?.post?.requestBody?.content ?? {}
    expect(Object.keys(content)).toContain('application/pkcs10')
  }
})

test('what comes in is described by what is parsed', () => {
  const search = document.paths['/api/manage/search']?.get?.parameters ?? []
  expect(search.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['searchText', 'pageSize', 'continuationToken', 'certValidity']),
  )
  const revoke = document.paths['/api/me/certificates/{serial}/revoke']?.post
  expect(JSON.stringify(revoke?.requestBody)).toContain('keyCompromise')
  expect(revoke?.parameters).toMatchObject([
    { name: 'serial', in: 'path' },
    { name: 'latchkey-step-up', in: 'header', required: false },
  ])
})

test('an answer that does not fit would be seen', async () => {
  const schema = document.paths['/api/me']?.get?.responses['200']?.content?.['application/json']
  expect(await faults(schema?.schema ?? {}, { oid: 7 })).not.toBe('')
  expect(await faults({ $ref: '#/components/schemas/Problem' }, { status: 400 })).not.toBe('')
})

type Real = [path: string, method: string, ask: () => Promise<Answer>, status: number]

const get = (path: string, token?: string) => latchkey.send({ path, ...(token && { token }) })
const csr = () => makeCsr({ upn: ALICE }).der
const send = (path: string, body: Uint8Array, token = alice) =>
  latchkey.send({ method: 'POST', path, token, body })
const act = (path: string, json: object | null, token: string, method = 'POST') =>
  latchkey.send({
    method,
    path,
    token,
    headers: [['content-type', 'application/json']],
    body: json === null ? '' : JSON.stringify(json),
  })

async function issued(commonName?: string): Promise<string> {
  const body = commonName ? makeCsr({ commonName }).der : csr()
  const answer = await send('/api/csr', body)
  return new X509Certificate(answer.body).serialNumber.toLowerCase()
}

const mine = '/api/me/certificates'
const unknown = '40'.repeat(20)

const real: Real[] = [
  ['/api/me', 'get', () => get('/api/me', alice), 200],
  ['/api/me', 'get', () => get('/api/me'), 401],
  ['/api/me/devices', 'get', () => get('/api/me/devices', alice), 200],
  [mine, 'get', async () => [await issued(), await get(mine, alice)][1] as Answer, 200],
  [mine, 'get', () => get(`${mine}?after=x`, alice), 400],
  [`${mine}/{serial}`, 'get', async () => get(`${mine}/${await issued()}`, alice), 200],
  [`${mine}/{serial}`, 'get', () => get(`${mine}/${unknown}`, alice), 404],
  [
    `${mine}/{serial}/certificate`,
    'get',
    async () => get(`${mine}/${await issued()}/certificate`, alice),
    200,
  ],
  [
    `${mine}/{serial}/revoke`,
    'post',
    async () => act(`${mine}/${await issued()}/revoke`, { reason: 'superseded' }, alice),
    200,
  ],
  [
    `${mine}/{serial}/hold`,
    'post',
    async () => act(`${mine}/${await issued(LAPTOP)}/hold`, null, alice),
    200,
  ],
  [
    `${mine}/{serial}/release`,
    'post',
    async () => act(`${mine}/${await issued()}/release`, null, alice),
    409,
  ],
  ['/api/csr', 'post', () => send('/api/csr', csr()), 200],
  ['/api/csr', 'post', () => send('/api/csr', new Uint8Array()), 400],
  ['/api/csr', 'post', () => send('/api/csr', makeCsr({ key: 'rsa-1024' }).der), 422],
  ['/api/csr/check', 'post', () => send('/api/csr/check', csr()), 200],
  [
    '/.well-known/est/simpleenroll',
    'post',
    () => send('/.well-known/est/simpleenroll', csr()),
    200,
  ],
  [
    '/.well-known/est/simplereenroll',
    'post',
    () => send('/.well-known/est/simplereenroll', csr()),
    401,
  ],
  ['/.well-known/est/cacerts', 'get', () => get('/.well-known/est/cacerts'), 200],
  ['/.well-known/est/csrattrs', 'get', () => get('/.well-known/est/csrattrs'), 200],
  [
    '/.well-known/est/serverkeygen',
    'post',
    () => send('/.well-known/est/serverkeygen', csr()),
    501,
  ],
  ['/.well-known/est/fullcmc', 'post', () => send('/.well-known/est/fullcmc', csr()), 501],
  ['/api/manage/search', 'get', () => get('/api/manage/search', erin), 200],
  ['/api/manage/search', 'get', () => get('/api/manage/search', alice), 403],
  [
    '/api/manage/revoke/{serial}',
    'patch',
    async () => act(`/api/manage/revoke/${await issued()}`, { revocationReason: 4 }, erin, 'PATCH'),
    200,
  ],
  [
    '/api/manage/revoke/{serial}',
    'patch',
    () => act(`/api/manage/revoke/${unknown}`, { revocationReason: 4 }, erin, 'PATCH'),
    404,
  ],
  ['/api/manage/brake', 'get', () => get('/api/manage/brake', erin), 200],
  ['/api/manage/brake', 'post', () => act('/api/manage/brake', null, erin), 404],
  ['/ca', 'get', () => get('/ca'), 200],
  ['/ca/root.cer', 'get', () => get('/ca/root.cer'), 200],
  ['/crl/{file}', 'get', () => get('/crl/root.crl'), 404],
  [
    '/certsrv/mscep/mscep.dll/pkiclient.exe',
    'get',
    () => get('/certsrv/mscep/mscep.dll/pkiclient.exe'),
    501,
  ],
  ['/probe', 'get', () => get('/probe'), 200],
  ['/openapi.json', 'get', () => get('/openapi.json'), 200],
]

test.each(real)('%s %s answers as described', async (path, method, ask, status) => {
  const answer = await ask()
  expect(answer.status, answer.body.toString()).toBe(status)
  const described = document.paths[path]?.[method]?.responses[String(status)]
  expect(described, `${status} is described`).toBeDefined()
  const type = String(answer.headers['content-type']).replace('; charset=utf-8', '')
  const schema = described?.content?.[type]?.schema
  expect(schema, `${type} is described`).toBeDefined()
  if (type.endsWith('json')) expect(await faults(schema ?? {}, answer.json)).toBe('')
})
