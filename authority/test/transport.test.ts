import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import type { Answer } from '#authority/testing/request.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'

let latchkey: Harness
let token: string

beforeAll(async () => {
  latchkey = await startHarness({ patience: { headersMs: 300, requestMs: 900 } })
  token = await latchkey.token('alice')
})

afterAll(() => latchkey.close())

const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const csr = makeCsr({ commonName: LAPTOP })

type Pairs = readonly (readonly [string, string])[]

function post(body: Uint8Array | string, headers: Pairs = [], path = '/api/csr'): Promise<Answer> {
  return latchkey.send({ method: 'POST', path, token, headers, body })
}

const said = (answer: Answer) => [answer.status, answer.json.code]

test('all four encodings give the same certificate', async () => {
  const base64 = Buffer.from(csr.der).toString('base64')
  const bodies = [csr.der, csr.pem, csr.pem.replaceAll('\n', ''), base64]
  const answers = await Promise.all(bodies.map((body) => post(body)))
  // The same request at the same moment may get 'conflict'.
  const settled = await Promise.all(
    answers.map((answer, i) => (answer.status === 409 ? post(bodies[i] ?? '') : answer)),
  )
  expect(settled.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(new Set(settled.map(({ body }) => body.toString('hex'))).size).toBe(1)
})

test.each([
  ['application/pkcs10'],
  ['application/octet-stream'],
  ['application/x-pem-file'],
  ['text/plain; charset=utf-8'],
  ['application/pkix-cert'],
  ['application/x-www-form-urlencoded'],
  ['APPLICATION/PKCS10'],
  ['garbage'],
  ['/;=,'],
  [''],
])('Content-Type %j is taken', async (type) => {
  expect((await post(csr.der, [['content-type', type]])).status).toBe(200)
})

test.each([
  ['multipart/form-data; boundary=x'],
  ['Multipart/Mixed'],
  ['application/json'],
  ['application/json; charset=utf-7'],
  ['application/problem+json'],
])('ENC-04: Content-Type %j is refused', async (type) => {
  const answer = await post(csr.der, [['content-type', type]])
  expect(said(answer)).toEqual([415, 'unsupported_media_type'])
  expect(answer.json.remedy).toContain('application/pkcs10')
})

test.each([
  ['gzip'],
  ['deflate'],
  ['br'],
  ['identity, gzip'],
  ['GZIP'],
  ['x'],
])('ENC-02: Content-Encoding %s is refused unread', async (encoding) => {
  const bomb = Buffer.from('H4sIAAAAAAAAA+3BMQEAAADCoPVPbQsvoAAAAAAAAAAA', 'base64')
  expect(said(await post(bomb, [['content-encoding', encoding]]))).toEqual([
    415,
    'unsupported_media_type',
  ])
})

test('Content-Encoding identity means nothing', async () => {
  expect((await post(csr.der, [['content-encoding', 'identity']])).status).toBe(200)
})

test.each([
  ['nothing', 0, 400, 'malformed_request'],
  ['one octet', 1, 400, 'malformed'],
  ['just as much as is allowed', 16_384, 400, 'malformed'],
  ['one octet too much', 16_385, 413, 'payload_too_large'],
  ['a megabyte', 1_048_576, 413, 'payload_too_large'],
])('ENC-01: a body of %s', async (_, octets, status, code) => {
  expect(said(await post(new Uint8Array(octets).fill(0x30)))).toEqual([
    status,
    expect.stringContaining(code),
  ])
})

test('ENC-01: chunks are added up, and a stream without end is cut off at the limit', async () => {
  const head = `POST /api/csr HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`
  const half = Buffer.from(csr.der).subarray(0, 100)
  const rest = Buffer.from(csr.der).subarray(100)
  const good = Buffer.concat([
    Buffer.from(`${head}${half.length.toString(16)}\r\n`),
    half,
    Buffer.from(`\r\n${rest.length.toString(16)}\r\n`),
    rest,
    Buffer.from('\r\n0\r\n\r\n'),
  ])
  expect(await latchkey.sendRaw(good)).toMatch(/^HTTP\/1\.1 200 /)

  const endless = head + `1000\r\n${'0'.repeat(0x1000)}\r\n`.repeat(8)
  const answer = await latchkey.sendRaw(endless)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(answer).toMatch(/connection: close/i)
})

const lies: [string, string, string][] = [
  ['promises more than it sends', `Content-Length: ${csr.der.length + 50}`, '400'],
  ['is not a number', 'Content-Length: abc', '400'],
  ['is negative', 'Content-Length: -1', '400'],
  ['is given twice', 'Content-Length: 5\r\nContent-Length: 6', '400'],
  ['comes with chunks as well', 'Content-Length: 5\r\nTransfer-Encoding: chunked', '400'],
]

test.each(lies)('ENC-01: a Content-Length that %s is refused', async (_, header, status) => {
  const head = `POST /api/csr HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${header}\r\n\r\n`
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from(csr.der)])
  const answer = await latchkey.sendRaw(bytes, { halfClose: true })
  expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
  expect(answer).toContain('application/problem+json')
})

test('a Content-Length that promises less ends in a refusal, not in a second request', async () => {
  const head = `POST /api/csr HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 20\r\n\r\n`
  const answer = await latchkey.sendRaw(Buffer.concat([Buffer.from(head), Buffer.from(csr.der)]))
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).not.toContain(' 200 ')
})

test.each([
  ['never ends its headers', 'GET /ca HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
  ['says nothing after a line', 'GET /ca HTTP/1.1\r\n'],
  ['never sends its body', null],
])('a client that %s is cut off', async (_, bytes) => {
  const stuck = `POST /api/csr HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 500\r\n\r\n0`
  const answer = await latchkey.sendRaw(bytes ?? stuck, { timeoutMs: 8000 })
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
})

test.each([
  ['/api/csr/'],
  ['//api/csr'],
  ['/api//csr'],
  ['//api///csr//'],
])('%s is the same address, without a redirect', async (path) => {
  const answer = await post(csr.der, [], path)
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('application/pkix-cert')
})

test.each([
  ['/API/CSR'],
  ['/api/csr.json'],
  ['/api/csr.rsc'],
  ['/api/csr;x=1'],
  ['/api/csr%00'],
  ['/api/csr%2f'],
  ['/api/csr/..'],
  ['/api/./csr'],
  ['/api/x/../csr'],
  ['/api'],
  ['/.env'],
  ['/api/debug'],
  ['/_next/static/x.map'],
  ['/.well-known/est/label/simpleenroll'],
  ['/.well-known/est'],
  ['/simpleenroll'],
  ['/%2e%2e/%2e%2e/etc/passwd'],
])('there is nothing at %s', async (path) => {
  const answer = await post(csr.der, [], path)
  expect(said(answer)).toEqual([404, 'not_found'])
  expect(answer.headers['content-type']).toBe('application/problem+json')
})

test('a path that is not UTF-8 is refused', async () => {
  const answer = await latchkey.send({ path: '/api/%E0%A4%A' })
  expect(said(answer)).toEqual([400, 'malformed_request'])
})

test.each([
  ['GET'],
  ['PUT'],
  ['PATCH'],
  ['DELETE'],
  ['OPTIONS'],
  ['HEAD'],
  ['TRACE'],
  ['PROPFIND'],
])('%s /api/csr is 405 and says what is allowed', async (method) => {
  const answer = await latchkey.send({ method, path: '/api/csr/', token })
  expect(answer.status).toBe(405)
  expect(answer.headers.allow).toBe('POST')
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  if (method !== 'HEAD') expect(answer.json.code).toBe('method_not_allowed')
})

test('WEB-14: a preflight of another site is told nothing', async () => {
  const answer = await latchkey.send({
    method: 'OPTIONS',
    path: '/api/me',
    headers: [
      ['origin', 'https://evil.example'],
      ['access-control-request-method', 'GET'],
    ],
  })
  expect(answer.status).toBe(405)
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
    [],
  )
})

test('a method override is not heard', async () => {
  const headers: Pairs = [['x-http-method-override', 'POST']]
  const answer = await latchkey.send({ method: 'GET', path: '/api/csr', token, headers })
  expect(answer.status).toBe(405)
})

test.each([
  ['evil.example'],
  ['localhost.evil.example'],
  ['evil.example:8080'],
  ['localhost@evil.example'],
  ['localhost:8080:9'],
  ['127.0.0.1.nip.io'],
  [''],
])('WEB-07: Host %j is misdirected', async (host) => {
  const answer = await latchkey.sendRaw(
    `GET /ca HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 421 /)
  expect(answer).toContain('"code":"misdirected_host"')
})

test.each([
  ['localhost'],
  ['LOCALHOST:1'],
  ['127.0.0.1:8080'],
  ['[::1]:8080'],
])('Host %s is ours', async (host) => {
  const answer = await latchkey.sendRaw(
    `GET /ca HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
})

test.each([
  ['two Hosts', 'GET /ca HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n', '421'],
  [
    'a foreign URL with our Host',
    'GET http://evil.example/ca HTTP/1.1\r\nHost: localhost\r\n',
    '421',
  ],
  ['no Host', 'GET /ca HTTP/1.1\r\n', '400'],
  ['our URL', 'GET http://localhost/ca HTTP/1.1\r\nHost: localhost\r\n', '200'],
  ['HTTP/1.0 without Host', 'GET /ca HTTP/1.0\r\n', '200'],
  ['HTTP/1.0 with a foreign Host', 'GET /ca HTTP/1.0\r\nHost: evil.example\r\n', '421'],
])('%s', async (_, head, status) => {
  const answer = await latchkey.sendRaw(`${head}Connection: close\r\n\r\n`)
  expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
})

test('WEB-01, WEB-07: what a proxy might have added is not believed', async () => {
  const headers: Pairs = [
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-for', '127.0.0.1'],
    ['forwarded', 'host=evil.example;proto=https'],
    ['x-middleware-subrequest', 'middleware:middleware'],
  ]
  const answer = await post(csr.der, headers)
  expect(answer.status).toBe(200)
  expect(new X509Certificate(answer.body).infoAccess).not.toContain('evil')
})

test('a token over plain http from elsewhere is refused, and not redirected', async () => {
  const answer = await latchkey.app.inject({
    method: 'POST',
    url: '/api/csr',
    remoteAddress: '192.0.2.7',
    headers: {
      host: 'localhost',
      authorization: `Bearer ${token}`,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
    },
    payload: Buffer.from(csr.der),
  })
  expect([answer.statusCode, answer.json().code]).toEqual([403, 'insecure_transport'])
  expect(answer.headers.location).toBeUndefined()
  expect(answer.json().remedy).toContain('https')
})

test('what is public may be had over plain http from elsewhere', async () => {
  const answer = await latchkey.app.inject({
    url: '/ca',
    remoteAddress: '192.0.2.7',
    headers: { host: 'localhost' },
  })
  expect(answer.statusCode).toBe(200)
})

test('https has the same routes', async () => {
  const answer = await latchkey.send({
    method: 'POST',
    path: '/api/csr',
    token,
    body: csr.der,
    tls: true,
  })
  expect(answer.status).toBe(200)
})

test('every answer is for no browser page', async () => {
  const answers = await Promise.all([
    latchkey.send({ path: '/ca' }),
    latchkey.send({ path: '/probe' }),
    latchkey.send({ path: '/none' }),
    latchkey.send({ path: '/api/me' }),
    latchkey.send({ path: '/api/me', token }),
  ])
  for (const { headers } of answers) {
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['x-powered-by'] ?? headers.server).toBeUndefined()
    expect(headers['set-cookie']).toBeUndefined()
  }
  expect(answers.slice(1).every(({ headers }) => headers['cache-control'] === 'no-store')).toBe(
    true,
  )
})

test('the log has one line for a refusal, and nothing of the body', async () => {
  const before = latchkey.logged().length
  await post(`${csr.pem}\nINFO forged line`)
  const lines = latchkey.logged().slice(before)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('"code":"malformed')
  expect(lines[0]).not.toMatch(/forged|BEGIN/)
})
